"""The condition that the learner's last result in the badge's own grade column reaches a minimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from lti_tool.conditions import _minimum
from lti_tool.conditions._minimum import MinimumOptions, minimum_of, read_form, typed_for
from lti_tool.conditions.parts import Part
from lti_tool.observations import RESULT, Facts

__all__ = ["Options", "reaches", "read_form", "read_options", "typed_for"]

NAME = "result_at_least"
READS = frozenset({RESULT})
IS_OCCASION = True
#: Hidden grades cannot be told from released ones.
CONFIRM_AT_FIRST = True
SHARES = _minimum

#: Platforms keep points to five decimals or as binary fractions: 6.999999999999999 of 10 is seven.
PRECISION = Decimal("0.00001")
#: Room for the largest number of points that is read, which the usual 28 digits are not.
_DIGITS = Context(prec=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(MinimumOptions):
    """As MinimumOptions. `link`: whose column; empty for that of the rule's own link."""

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


def read_options(values: Mapping[str, Any]) -> Options | None:
    """The Options in the JSON object of a rule, None where they cannot be read.

    The minimum is None unless it is a number from 0 to 1.
    """
    link = values.get("link", "")
    return Options(minimum=minimum_of(values.get("minimum")), link=link) if isinstance(link, str) else None


def reaches(result: Mapping[str, Any], minimum: Decimal) -> bool:
    """Whether a RESULT reaches the minimum, at the precision in which platforms keep points."""
    maximum = Decimal(result["maximum"])
    points = Decimal(result["points"])
    return _rounded(points) >= _rounded(_DIGITS.multiply(minimum, maximum))


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(PRECISION, rounding=ROUND_HALF_UP, context=_DIGITS)
