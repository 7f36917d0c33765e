"""The condition that the learner's last result in the badge's own grade column reaches a minimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.parts import Part
from lti_tool.conditions.result_at_least.percent import below_required, read_minimum, written_percent
from lti_tool.observations import RESULT, Facts

NAME = "result_at_least"
READS = frozenset({RESULT})
IS_OCCASION = True
#: Hidden grades cannot be told from released ones.
CONFIRM_AT_FIRST = True

#: Platforms keep points to five decimals or as binary fractions: 6.999999999999999 of 10 is seven.
PRECISION = Decimal("0.00001")
#: Room for the largest number of points that is read, which the usual 28 digits are not.
_DIGITS = Context(prec=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`minimum`: a score from 0 to 1. `link`: whose column; empty for that of the rule's own link."""

    minimum: Decimal | None
    link: str = ""

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts."""
        minimum = self.minimum
        if minimum is None:
            return Part(condition=NAME, state="unreadable", code="no_minimum")
        results = facts.own_of(RESULT, self.link or facts.resource)
        if not results:
            return Part(condition=NAME, state="not_yet", code="no_result", values={"minimum": minimum})
        last = results[-1]
        if last.value is None:
            values = {"minimum": minimum, "seen_at": last.seen_at}
            return Part(condition=NAME, state="not_yet", code="cleared", values=values)
        score = Decimal(last.value["score"])
        values = {"minimum": minimum, "score": score, "seen_at": last.seen_at}
        if not reaches(last.value, minimum):
            return Part(condition=NAME, state="not_yet", code="below", values=values)
        graded_at = last.value.get("graded_at")
        at = datetime.fromisoformat(graded_at) if graded_at else last.seen_at
        return Part(condition=NAME, state="met", code="reached", at=at, values=values)

    def asks_less(self, required: Decimal) -> FormProblem | None:
        """What is wrong with a minimum below the result that the badge asks for; None for a higher one."""
        if self.minimum is None or self.minimum >= required:
            return None
        return below_required(self.minimum, required)

    def raised_to(self, required: Decimal) -> Options:
        """The options with the minimum that the badge asks for, where theirs is lower."""
        return replace(self, minimum=required) if self.asks_less(required) else self


def read_options(values: Mapping[str, Any]) -> Options | None:
    """The Options in the JSON object of a rule, None where they cannot be read.

    The minimum is None unless it is a number from 0 to 1.
    """
    link = values.get("link", "")
    return Options(minimum=_minimum(values.get("minimum")), link=link) if isinstance(link, str) else None


def read_form(typed: Mapping[str, str]) -> Mapping[str, Any] | FormProblem:
    """The options as JSON, from what was typed into `form.html`, or what is wrong with it."""
    minimum = read_minimum(typed)
    return minimum if isinstance(minimum, FormProblem) else {"minimum": str(minimum)}


def typed_for(required: Decimal) -> Mapping[str, str]:
    """What the form shows at first for a badge that asks for a result."""
    return {"minimum": written_percent(required)}


def reaches(result: Mapping[str, Any], minimum: Decimal) -> bool:
    """Whether a RESULT reaches the minimum, at the precision in which platforms keep points."""
    maximum = Decimal(result["maximum"])
    points = Decimal(result["points"])
    return _rounded(points) >= _rounded(_DIGITS.multiply(minimum, maximum))


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(PRECISION, rounding=ROUND_HALF_UP, context=_DIGITS)


def _minimum(value: Any) -> Decimal | None:
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool) or len(str(value)) > 30:
        return None
    try:
        minimum = Decimal(value)
    except InvalidOperation:
        return None
    # 1e-999999999 is in range, and would fill the memory once it is written out.
    fits = minimum.is_finite() and 0 <= minimum <= 1 and minimum.adjusted() > -20
    return minimum if fits else None
