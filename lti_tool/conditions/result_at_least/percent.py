"""A minimum as a person types it, in per cent; inside it is a score from 0 to 1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

#: 70, 70 %, 70,5 and 70.5 %. Five decimals are what platforms keep of points.
_TYPED = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,5}))?\s*(%?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoMeanings:
    """What somebody typed who may mean a percentage or a share: 0,7 as 0.7 % or as 70 %. Both are scores."""

    as_percent: Decimal
    as_share: Decimal


def read_percent(text: str) -> Decimal | TwoMeanings | None:
    """The score that a person typed, exactly; None for what is no number from 0 to 100.

    A number up to 1 without the sign has two meanings.
    """
    typed = _TYPED.fullmatch(text.strip())
    if typed is None:
        return None
    whole, decimals, sign = typed.groups()
    number = Decimal(f"{whole}.{decimals or 0}").normalize()
    if number > 100:
        return None
    if 0 < number <= 1 and not sign:
        return TwoMeanings(as_percent=number / 100, as_share=number)
    return number / 100


def written_percent(score: Decimal) -> str:
    """The score as a text that `read_percent` reads as the same again, with one meaning only."""
    return f"{(score * 100).normalize():f} %"
