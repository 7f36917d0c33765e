"""The condition that the learner holds a valid badge of another template of the same issuer.

What a learner holds is an observation too, which `lti_tool.awarding.held_badges` appends where a rule reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from lti_tool.conditions import _named
from lti_tool.conditions._named import read_chosen, read_id, read_name
from lti_tool.conditions.form import FormProblem, Offered
from lti_tool.conditions.parts import Part
from lti_tool.observations import BADGE_HELD, Facts

NAME = "holds_badge"
READS = frozenset({BADGE_HELD})
IS_OCCASION = False
CONFIRM_AT_FIRST = False
SHARES = _named


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`badge`: the id of its template, None where it cannot be read; `name`: what it was called when chosen."""

    badge: str | None
    name: str = ""

    @property
    def resources(self) -> Mapping[str, str | None]:
        """What is read, by the kind of observation."""
        return {BADGE_HELD: self.badge}

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts: whether they hold it now."""
        if self.badge is None:
            return Part(condition=NAME, state="unreadable", code="no_badge")
        seen = facts.own_of(BADGE_HELD, self.badge)
        values: dict[str, Any] = {"name": self.name}
        if not seen:
            return Part(condition=NAME, state="not_yet", code="not_held", values=values)
        last = seen[-1]
        if last.value is None:
            values |= {"seen_at": last.seen_at}
            return Part(condition=NAME, state="not_yet", code="no_longer", values=values)
        ends = last.value["valid_until"]
        if ends is not None and datetime.fromisoformat(ends) <= facts.now:
            values |= {"ended_at": datetime.fromisoformat(ends)}
            return Part(condition=NAME, state="not_yet", code="expired", values=values)
        at = datetime.fromisoformat(last.value["awarded_at"])
        return Part(condition=NAME, state="met", code="held", at=at, values=values | {"awarded_at": at})

    def typed(self, zone: tzinfo) -> Mapping[str, str]:  # noqa: ARG002  # as every condition has it
        """What the form shows of them."""
        return {"badge": self.badge or "", "name": self.name}


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; `badge` is None where it cannot be read."""
    return Options(badge=read_id(values.get("badge")), name=read_name(values.get("name")))


def choices(offered: Offered) -> Mapping[str, str]:
    """The names of the badges that can be chosen, by the ids of their templates."""
    return offered.badges


def read_choice(typed: Mapping[str, str], choices: Mapping[str, str]) -> Mapping[str, Any] | FormProblem:
    """The options as JSON, from what was chosen in `form.html`, or what is wrong with it."""
    return read_chosen("badge", typed, choices)
