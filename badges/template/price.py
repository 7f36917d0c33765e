"""Price: what an offer costs, as an amount with its currency that programs can compare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from badges.in_words import number_text
from badges.reader import Reader
from badges.template.kinds import Kind
from signing.json_text import Json

#: The currencies that countries use. Source: ISO 4217, as CLDR 47 has it.
CURRENCIES = tuple(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK "
    "MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS "
    "VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)
#: What costs nothing, in no currency.
FREE = "0"
_AMOUNT = "(?:0|[1-9][0-9]{0,6})(?:[.][0-9]{1,2})?"
_WRITTEN = re.compile(f"({_AMOUNT}) ({'|'.join(CURRENCIES)})|{FREE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount with the ISO 4217 code of its currency; "" where it is free."""

    amount: Decimal
    currency: str

    @property
    def is_free(self) -> bool:
        """Whether nothing has to be paid."""
        return self.amount == 0

    @property
    def text(self) -> str:
        """The amount in figures, without a currency."""
        return format(self.amount, "f")


def price_of(written: str | None) -> Price | None:
    """The price that a field of a template holds; None where it holds none. Raises ValueError for any other text."""
    if not written:
        return None
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError("no price")
    amount = Decimal(found[1] or 0)
    return Price(amount=amount, currency=found[2] if amount else "")


def price_in_words(price: Price) -> Mapping[str, str]:
    """The price by language, the currency by its code: as the style guide of the EU's institutions has it."""
    if price.is_free:
        return {"en": "free of charge", "lv": "bez maksas"}
    return {
        "en": f"{price.currency} {number_text(price.amount, 'en')}",
        "lv": f"{number_text(price.amount, 'lv')} {price.currency}",
    }


class WrittenPrice(Kind):
    """A price as text, such as "150 EUR" or "19.50 EUR"; "0" is free."""

    control = "price"

    def read(self, reader: Reader, value: Any, pointer: str) -> str | None:
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not _WRITTEN.fullmatch(value):
            reader.problem(pointer, "not_a_price")
            return None
        return value

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        price = price_of(value)
        return () if price is None else (price_in_words(price),)

    def schema(self) -> Json:
        return {"type": "string", "pattern": f"^({_WRITTEN.pattern})$"}

    def words(self) -> str:
        return "amount and currency (ISO 4217), such as `150 EUR`; `0` is free"
