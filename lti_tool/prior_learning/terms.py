"""Under which terms prior learning is recognised: fees, which are shown and never charged; rubric; days to appeal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lti_tool.errors import PriorLearningError
from lti_tool.values import Json

MOST_FEES = 20
LONGEST_WORDS = 200
LONGEST_RUBRIC = 2000
MOST_APPEAL_DAYS = 180
_FEE = re.compile(r"(?P<what>[^=]{1,200})=\s*(?P<amount>[0-9]{1,6}([.,][0-9]{1,2})?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A line of the price list: what it is for, and so many euros."""

    what: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`rubric` says of each learning outcome of the template, in their order, what a portfolio has to show."""

    fees: tuple[Fee, ...] = ()
    rubric: tuple[str, ...] = ()
    appeal_days: int = 30

    def as_json(self) -> Json:
        """As it is stored with an offer and with each application."""
        fees = [{"what": each.what, "amount": str(each.amount)} for each in self.fees]
        return {"fees": fees, "rubric": list(self.rubric), "appeal_days": self.appeal_days}


def stored_terms(stored: Json) -> Terms:
    """The Terms of an offer or an application, from its JSON."""
    fees: Sequence[Any] = stored["fees"]
    return Terms(
        fees=tuple(Fee(what=each["what"], amount=Decimal(each["amount"])) for each in fees),
        rubric=tuple(stored["rubric"]),
        appeal_days=stored["appeal_days"],
    )


def typed_fees(text: str) -> tuple[Fee, ...]:
    """The price list as it is typed, a line for each fee: `Assessment = 25.00`. Raises PriorLearningError, `fees`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_FEE.fullmatch(line) for line in lines]
    if len(lines) > MOST_FEES or not all(found):
        raise PriorLearningError("fees", "a line of the price list is no fee")
    return tuple(
        Fee(
            what=each["what"].strip(),
            amount=Decimal(each["amount"].replace(",", ".")).quantize(Decimal("0.01")),
        )
        for each in found
        if each is not None
    )


def fees_as_typed(fees: Sequence[Fee]) -> str:
    """The price list as `typed_fees` reads it."""
    return "\n".join(f"{each.what} = {each.amount}" for each in fees)
