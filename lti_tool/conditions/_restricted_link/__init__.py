"""What the conditions of a restricted link share: whose link it is, and what its teacher is shown and can say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lti_tool.conditions.page import Line, RuleOnPage, Shown, Statement
from lti_tool.observations import (
    LINK_ACCESS,
    RESTRICTION,
    RESTRICTION_CONFIRMED,
    Facts,
    Observation,
    select,
)
from lti_tool.observations.link_history import (
    REMOVED,
    opened_elsewhere,
    restriction_confirmed,
    restriction_now,
)

#: The question to teachers that the lists leave open: have all completed, or was the restriction removed?
QUESTION = "restriction"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """`link`: the id of another resource link of the course; empty for the rule's own."""

    link: str = ""

    def show(self, rule: RuleOnPage) -> Shown:
        """What is known of the restriction, and what the teacher can do about it."""
        link = self.link or rule.resource
        shown = restriction_now(select(rule.course, RESTRICTION, link))
        confirmed = restriction_confirmed(rule.course, link)
        notes = [Line(code="confirmed", values={"confirmed_on": confirmed.seen_at})] if confirmed else []
        is_unseen = shown == "cannot_be_seen"
        return Shown(
            facts=[Line(code="closed", values={"number": _count_closed(rule, link)})],
            notes=notes,
            box=_box(rule, shown, confirmed),
            values={"is_unseen": is_unseen, "is_confirmed": confirmed is not None},
            wording="unseen" if is_unseen else "",
        )

    def statement(self, rule: RuleOnPage) -> Statement | Line:
        """That the link is restricted where the teacher has opened it, or what they have to do before they say so."""
        # A platform that tells no places has the same one for all links: the empty text.
        if rule.place != "" and (rule.place is None or not rule.is_here):
            return Line(code="open_it_first")
        return Statement(
            kind=RESTRICTION_CONFIRMED,
            resource=self.link or rule.resource,
            value={"place": rule.place},
            told=Line(code="saved"),
        )


def read_link(values: Mapping[str, Any]) -> str | None:
    """The option `link` in the JSON object of a rule; None where it cannot be read."""
    link = values.get("link", "")
    return link if isinstance(link, str) else None


def missing_unseen(facts: Facts, link: str) -> str:
    """The code of what is missing on a platform whose lists do not show who may open the link."""
    if opened_elsewhere(facts, link):
        return "opened_elsewhere"
    return "open_it_here" if restriction_confirmed(facts.course, link) else "restriction_unconfirmed"


def _box(rule: RuleOnPage, shown: str | None, confirmed: Observation | None) -> str:
    """The name of the fragment; empty where nothing is to be said or done."""
    if rule.asked == QUESTION:
        return "question"
    if shown == REMOVED:
        return "everyone"
    if shown == "cannot_be_seen":
        return "unseen" if confirmed is None else _box_confirmed(rule, confirmed)
    return "unchecked" if shown is None and confirmed is None else ""


def _box_confirmed(rule: RuleOnPage, confirmed: Observation) -> str:
    """The fragment where openings count: from the place that was confirmed, and from no other."""
    if not rule.is_here or confirmed.value["place"] == rule.place:
        return "own_openings"
    return "uncovered_place" if rule.place is None else "other_place"


def _count_closed(rule: RuleOnPage, link: str) -> int:
    """How many learners the link is closed to, by the last look at each."""
    return sum(number for value, number in rule.last_values(LINK_ACCESS, link) if value == "closed")
