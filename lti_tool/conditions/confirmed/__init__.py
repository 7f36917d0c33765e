"""The condition that a teacher confirms the learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from lti_tool.conditions.form import Asked
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

    def typed(self, zone: tzinfo) -> Mapping[str, str]:  # noqa: ARG002  # as every demand has it
        """What the form shows of a rule that asks for it."""
        return {"each": "yes"}


def read_demand(typed: Mapping[str, str], asked: Asked) -> Mapping[str, Any] | None:
    """The options as JSON, of which there are none; None where nobody has to confirm."""
    each = typed.get("each") or ("yes" if asked.confirm_at_first else "no")
    return {} if each == "yes" else None
