"""The condition that the learner's score in the whole course reaches a minimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.conditions import _minimum
from lti_tool.conditions._minimum import MinimumOptions, minimum_of, read_form, typed_for
from lti_tool.conditions.parts import Part
from lti_tool.observations import FINAL_SCORE, Facts

__all__ = ["Options", "read_form", "read_options", "typed_for"]

NAME = "final_score_at_least"
READS = frozenset({FINAL_SCORE})
IS_OCCASION = True
#: A hidden total waits by itself.
CONFIRM_AT_FIRST = False
SHARES = _minimum

#: Points are kept as binary fractions: 6.999999999999999 of 10 is 70 %.
_DECIMALS = Decimal("0.0000001")
_WAITS = ("hidden", "stale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(MinimumOptions):
    """As MinimumOptions."""

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts: the last score counts."""
        if self.minimum is None:
            return Part(condition=NAME, state="unreadable", code="no_minimum")
        seen = facts.own_of(FINAL_SCORE)
        last = seen[-1] if seen else None
        if last is None or last.value is None:
            return Part(condition=NAME, state="not_yet", code="no_score", values={"minimum": self.minimum})
        waits = last.value["waits"]
        if waits:
            # A hidden score is told to nobody: neither what it is, nor whether it would do.
            code = waits if waits in _WAITS else "not_shown"
            values = {"minimum": self.minimum, "seen_at": last.seen_at}
            return Part(condition=NAME, state="not_yet", code=code, values=values)
        score = Decimal(last.value["score"])
        told = {"minimum": self.minimum, "score": score, "seen_at": last.seen_at}
        if score.quantize(_DECIMALS) < self.minimum.quantize(_DECIMALS):
            return Part(condition=NAME, state="not_yet", code="below", values=told)
        graded_at = last.value["graded_at"]
        at = datetime.fromisoformat(graded_at) if graded_at else last.seen_at
        return Part(condition=NAME, state="met", code="reached", at=at, values=told)


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; the minimum is None unless it is a number from 0 to 1."""
    return Options(minimum=minimum_of(values.get("minimum")))
