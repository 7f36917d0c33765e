"""The currencies of price lists: those of ISO 4217 that are legal tender somewhere today (CLDR, by Babel)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_territory_currencies

EURO = "EUR"
#: With the code and not a sign: "$" and "kr" are those of many countries.
_PATTERN = "#,##0.00 ¤¤"


@cache
def currencies() -> frozenset[str]:
    """The codes of all of them."""
    of_territories = get_global("territory_currencies").values()
    return frozenset(
        code
        for found in of_territories
        for code, _begin, end, is_tender in found
        if end is None and is_tender
    )


def currency_of(country: str | None) -> str:
    """The currency of a country by its code of two letters, euros where it is not known or has several."""
    found = get_territory_currencies(country) if country else []
    return found[0] if len(found) == 1 and found[0] in currencies() else EURO


def decimals_of(currency: str) -> int:
    """How many digits an amount has at most after its point."""
    return get_currency_precision(currency)


def written_amount(amount: Decimal, currency: str, language: str) -> str:
    """The amount with the code of its currency, as the language writes it: `1,500.00 EUR`, `1 500,00 EUR`."""
    return format_currency(amount, currency, format=_PATTERN, locale=language)
