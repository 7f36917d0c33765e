"""A minimum as a person types it, in per cent; inside it is a score from 0 to 1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lti_tool.conditions.form import FormProblem

#: 70, 70 %, 70,5 and 70.5 %. Five decimals are what platforms keep of points.
_TYPED = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,5}))?\s*(%?)")
#: Between what was typed and what it means, in the value of the button that chooses a meaning.
_MEANS = " means "


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


def read_minimum(typed: Mapping[str, str]) -> Decimal | FormProblem:
    """The minimum as a score, from what was typed into `form.html`, or what is wrong with it.

    A browser presses the first button of a form at Enter, so the meaning that a button chooses counts only for the text
    that it was asked about: once the field says something else, the field counts.
    """
    minimum = typed.get("minimum", "").strip()
    asked_about, _, meaning = typed.get("meant", "").partition(_MEANS)
    read = read_percent(meaning if meaning and asked_about == minimum else minimum)
    if isinstance(read, TwoMeanings):
        values = {
            "share_minimum": str(read.as_share),
            "percent_minimum": str(read.as_percent),
            "share": minimum + _MEANS + written_percent(read.as_share),
            "percent": minimum + _MEANS + written_percent(read.as_percent),
        }
        return FormProblem(field="minimum", code="did_you_mean", values=values)
    return FormProblem(field="minimum", code="no_percentage") if read is None else read


def below_required(minimum: Decimal, required: Decimal) -> FormProblem:
    """What to say of a minimum that is lower than the result a badge asks for; both are scores."""
    values = {"minimum": str(minimum), "required_minimum": str(required)}
    return FormProblem(field="minimum", code="below_required", values=values)
