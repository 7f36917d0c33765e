"""The decision about one person and one rule, from observations alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from lti_tool.conditions.parts import Part, all_of, any_of, some_of
from lti_tool.conditions.tree import Group, Leaf, Node, judges
from lti_tool.observations import (
    ROLE,
    Facts,
    confirmation,
    first_seen_as_staff,
    listed_role,
    select,
)

Outcome = Literal["earned", "not_yet", "question", "stands_still"]
_OUTCOMES: Mapping[str, Outcome] = {
    "met": "earned",
    "not_yet": "not_yet",
    "question": "question",
    "unreadable": "stands_still",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a rule comes to for a person, and why: `trace` says of each part what was seen, from where and when."""

    outcome: Outcome
    trace: Part

    @property
    def completed_at(self) -> datetime | None:
        """Since when all that is asked for is met, as far as it is known."""
        return self.trace.at

    @property
    def assessed_at(self) -> datetime | None:
        """When the result that counted was given, or else since when all that is asked for is met."""
        results = (part for part in self.trace.leaves() if part.state == "met" and "score" in part.values)
        counted = next(results, None)
        return counted.at if counted is not None else self.completed_at

    @property
    def score(self) -> Decimal | None:
        """The result that counted, 0 to 1, where one did."""
        met = (part for part in self.trace.leaves() if part.state == "met")
        scores = (part.values["score"] for part in met if "score" in part.values)
        found = next(scores, None)
        return found if isinstance(found, Decimal) else None

    def as_json(self) -> dict[str, Any]:
        """The decision as JSON, to be kept with an award."""
        return {"outcome": self.outcome, **self.trace.as_json()}


def decide(rule: Node, facts: Facts) -> Decision:
    """What the rule comes to for the person of the facts.

    Somebody who was ever seen as staff of the course earns nothing unless somebody else confirms them, and somebody who
    was never seen as a learner earns nothing at all. Whoever has left the course keeps what they have completed, but
    nobody is asked about them.
    """
    gates = tuple(part for part in (_staff(facts), _learner(facts), _enrolment(facts)) if part is not None)
    asked = _part(rule, facts)
    trace = all_of((*gates, asked)) if gates else asked
    if asked.state == "met":
        # What was completed while enrolled counts later too.
        counted = tuple(part for part in gates if part.code != "left")
        trace = all_of((*counted, asked)) if counted else asked
    return Decision(outcome=_OUTCOMES[trace.state], trace=trace)


def _part(node: Node, facts: Facts) -> Part:
    if isinstance(node, Group):
        if node.kind == "all":
            return _all(node, facts)
        inner = tuple(_part(each, facts) for each in node.nodes)
        return any_of(inner) if node.kind == "any" else some_of(inner, node.needed)
    if node.options is None:
        return Part(condition=node.condition, state="unreadable", code="unreadable")
    part: Part = node.options.holds(facts)
    return part


def _all(group: Group, facts: Facts) -> Part:
    """All of a group: first what can be said of each by itself, then what judges the others, in the group's order."""
    judged = tuple(node for node in group.nodes if not judges(node))
    if not judged:
        return all_of(tuple(_part(each, facts) for each in group.nodes))

    def beside(facts: Facts) -> Part:
        return all_of(tuple(_part(each, facts) for each in judged))

    return all_of(
        tuple(_judged(each, facts, beside) if judges(each) else _part(each, facts) for each in group.nodes)
    )


def _judged(leaf: Leaf, facts: Facts, beside: Callable[[Facts], Part]) -> Part:
    options: Any = leaf.options
    part: Part = options.judges(facts, beside)
    return part


def _staff(facts: Facts) -> Part | None:
    seen = first_seen_as_staff(facts.own)
    if seen is None:
        return None
    said = confirmation(facts)
    values = {"staff_at": seen.seen_at}
    if said is None:
        return Part(condition="role", state="question", code="seen_as_staff", values=values)
    return Part(
        condition="role",
        state="met",
        code="staff_confirmed",
        values=values | {"confirmed_at": said.seen_at, "by": str(said.actor)},
    )


def _learner(facts: Facts) -> Part | None:
    """A part for somebody who has only looked on: an observer, a guest, or the test user that a teacher becomes.

    A platform may well have what they did there as completed.
    """
    seen = select(facts.own, ROLE)
    if not seen or any(each.value in ("learner", "staff") for each in seen):
        return None
    return Part(condition="role", state="not_yet", code="no_learner")


def _enrolment(facts: Facts) -> Part | None:
    """A part for somebody who is no longer in the course, by the lists of members."""
    listed = listed_role(facts.own)
    if listed is None or listed.value != "absent":
        return None
    values = {"since_at": listed.seen_at}
    return Part(condition="role", state="not_yet", code="left", values=values)
