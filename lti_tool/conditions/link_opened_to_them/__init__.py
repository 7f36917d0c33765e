"""The condition that a restricted link was opened to the learner, which shows that they have completed.

What the platform's lists prove is in `lti_tool.observations.link_history`. Where they prove nothing a teacher is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.conditions import _restricted_link
from lti_tool.conditions._restricted_link import QUESTION, LinkOptions, missing_unseen, read_link
from lti_tool.conditions.parts import Part
from lti_tool.observations import (
    CONFIRMED,
    LINK_ACCESS,
    LINK_OPENED,
    RESTRICTION,
    Facts,
    confirmation,
)
from lti_tool.observations.link_history import (
    REMOVED,
    Access,
    access_of,
    opened_while_confirmed,
    restriction_confirmed,
    restriction_now,
)

NAME = "link_opened_to_them"
READS = frozenset({LINK_ACCESS, LINK_OPENED, CONFIRMED})
IS_OCCASION = True
IS_SUGGESTED = True
CONFIRM_AT_FIRST = False
SHARES = _restricted_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(LinkOptions):
    """As LinkOptions."""

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts."""
        link = self.link or facts.resource
        said = confirmation(facts)
        if said is not None:
            return _part("met", "confirmed", at=said.seen_at, confirmed_at=said.seen_at, by=str(said.actor))
        access = access_of(facts, link)
        if access.proven_at and access.closed_at and access.open_at:
            times = {"closed_at": access.closed_at, "open_at": access.open_at, "proven_at": access.proven_at}
            if facts.policy.demands_own_opening and access.opened_at is None:
                return _part("not_yet", "open_it", **times)
            return _part("met", "came_in", at=access.open_at, **times)
        if access.proven_at and access.open_at and access.opened_at:
            return _part(
                "met",
                "opened",
                at=max(access.open_at, access.opened_at),
                open_at=access.open_at,
                opened_at=access.opened_at,
                proven_at=access.proven_at,
            )
        opening = opened_while_confirmed(facts, link)
        if opening is not None:
            return _part("met", "opened_while_confirmed", at=opening.seen_at, opened_at=opening.seen_at)
        return _unproven(facts, link, access)


def read_options(values: Mapping[str, Any]) -> Options | None:
    """The Options in the JSON object of a rule; None where they cannot be read."""
    link = read_link(values)
    return None if link is None else Options(link=link)


def _unproven(facts: Facts, link: str, access: Access) -> Part:
    shown = restriction_now(facts.course_of(RESTRICTION, link))
    if shown == "cannot_be_seen" or (access.now == "unknown" and restriction_confirmed(facts.course, link)):
        return _part("not_yet", missing_unseen(facts, link))
    if access.since is None:
        return _part("not_yet", "not_seen")
    if access.now != "open":
        return _part("not_yet", access.now, since_at=access.since)
    if shown == REMOVED:
        return _part("question", "restriction_removed", open_at=access.since)
    if shown == "open_to_all":
        values = {"open_at": access.since}
        return Part(condition=NAME, state="question", code="open_to_all", asks=QUESTION, values=values)
    if access.closed_at is not None:
        # Somebody is closed out, but only since this look: the next one will show whether the restriction is in force.
        return _part("not_yet", "next_look", closed_at=access.closed_at, open_at=access.since)
    return _part("question", "open_from_the_first", open_at=access.since)


def _part(state: Any, code: str, at: datetime | None = None, **values: Any) -> Part:
    return Part(condition=NAME, state=state, code=code, at=at, values=values)
