"""Under which terms prior learning is recognised: fees, which are shown and never charged; rubric; days to appeal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lti_tool.errors import PriorLearningError
from lti_tool.prior_learning.currencies import EURO, currencies, decimals_of
from lti_tool.values import Json

MOST_FEES = 20
LONGEST_WORDS = 200
LONGEST_RUBRIC = 2000
MOST_APPEAL_DAYS = 180
_FEE = re.compile(r"(?P<what>[^=]{1,200})=\s*(?P<amount>[0-9]{1,9}([.,][0-9]{1,3})?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A line of the price list: what it is for, and how much, in the currency of the list."""

    what: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`rubric` says of each learning outcome of the template, in their order, what a portfolio has to show.

    `currency`: of all fees, by its code of ISO 4217.
    """

    fees: tuple[Fee, ...] = ()
    currency: str = EURO
    rubric: tuple[str, ...] = ()
    appeal_days: int = 30

    def as_json(self) -> Json:
        """As it is stored with an offer and with each application."""
        fees = [{"what": each.what, "amount": str(each.amount)} for each in self.fees]
        return {
            "fees": fees,
            "currency": self.currency,
            "rubric": list(self.rubric),
            "appeal_days": self.appeal_days,
        }


def stored_terms(stored: Json) -> Terms:
    """The Terms of an offer or an application, from its JSON."""
    fees: Sequence[Any] = stored["fees"]
    return Terms(
        fees=tuple(Fee(what=each["what"], amount=Decimal(each["amount"])) for each in fees),
        # Before price lists had a currency, all were in euros.
        currency=stored.get("currency", EURO),
        rubric=tuple(stored["rubric"]),
        appeal_days=stored["appeal_days"],
    )


def typed_currency(text: str) -> str:
    """The code of a currency as it is typed. Raises PriorLearningError, `currency`, for none that is in use."""
    code = text.strip().upper()
    if code not in currencies():
        raise PriorLearningError("currency", "no currency has that code")
    return code


def typed_fees(text: str, currency: str = EURO) -> tuple[Fee, ...]:
    """The price list as it is typed, a line for each fee: `Assessment = 25.00`.

    Raises PriorLearningError, `fees`, also for more digits after the point than the currency has.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_FEES:
        raise PriorLearningError("fees", "the price list is too long")
    return tuple(_fee(line, decimals_of(currency)) for line in lines)


def _fee(line: str, decimals: int) -> Fee:
    found = _FEE.fullmatch(line)
    amount = Decimal(found["amount"].replace(",", ".")) if found else Decimal(0)
    rounded = amount.quantize(Decimal(1).scaleb(-decimals))
    if found is None or rounded != amount or not found["what"].strip():
        raise PriorLearningError("fees", "a line of the price list is no fee")
    return Fee(what=found["what"].strip(), amount=rounded)


def fees_as_typed(fees: Sequence[Fee]) -> str:
    """The price list as `typed_fees` reads it."""
    return "\n".join(f"{each.what} = {each.amount}" for each in fees)
