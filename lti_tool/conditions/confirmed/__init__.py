"""The condition that a teacher confirms the learner."""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.conditions.parts import Part
from lti_tool.observations import CONFIRMED, Facts, confirmation

NAME = "confirmed"
READS = frozenset({CONFIRMED})
IS_OCCASION = False
CONFIRM_AT_FIRST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """There is nothing to choose."""

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts."""
        said = confirmation(facts)
        if said is None:
            return Part(condition=NAME, state="question", code="not_confirmed")
        values = {"confirmed_at": said.seen_at, "by": str(said.actor)}
        return Part(condition=NAME, state="met", code="confirmed", at=said.seen_at, values=values)
