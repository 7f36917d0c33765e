"""The condition that the learner opened the restricted link themselves, in the learner's role.

Assistants open links as instructors, so the opening tells a learner from an assistant. It counts where the restriction
is known to be in force: by the platform's lists, or because a teacher says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.conditions import _restricted_link
from lti_tool.conditions._restricted_link import QUESTION, LinkOptions, missing_unseen, read_link
from lti_tool.conditions.parts import Part
from lti_tool.observations import CONFIRMED, LINK_ACCESS, LINK_OPENED, RESTRICTION, Facts, confirmation
from lti_tool.observations.link_history import (
    access_of,
    opened_while_confirmed,
    restriction_now,
)

NAME = "opened_it_themselves"
READS = frozenset({LINK_ACCESS, LINK_OPENED, CONFIRMED})
IS_OCCASION = True
CONFIRM_AT_FIRST = False
SHARES = _restricted_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(LinkOptions):
    """As LinkOptions."""

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts."""
        link = self.link or facts.resource
        opening = opened_while_confirmed(facts, link)
        if opening is not None:
            return _part("met", "opened_while_confirmed", at=opening.seen_at, opened_at=opening.seen_at)
        access = access_of(facts, link)
        if access.opened_at is None:
            return _part("not_yet", "not_opened")
        said = confirmation(facts)
        if said is not None:
            at = max(said.seen_at, access.opened_at)
            return _part("met", "confirmed", at=at, opened_at=access.opened_at, confirmed_at=said.seen_at)
        if access.proven_at and access.open_at:
            at = max(access.open_at, access.opened_at)
            return _part("met", "opened", at=at, opened_at=access.opened_at, proven_at=access.proven_at)
        shown = restriction_now(facts.course_of(RESTRICTION, link))
        if shown == "cannot_be_seen":
            return _part("not_yet", missing_unseen(facts, link))
        if access.now == "open" and shown == "open_to_all":
            values = {"opened_at": access.opened_at}
            return Part(condition=NAME, state="question", code="open_to_all", asks=QUESTION, values=values)
        return _part("not_yet", "next_look", opened_at=access.opened_at)


def read_options(values: Mapping[str, Any]) -> Options | None:
    """The Options in the JSON object of a rule; None where they cannot be read."""
    link = read_link(values)
    return None if link is None else Options(link=link)


def _part(state: Any, code: str, at: datetime | None = None, **values: Any) -> Part:
    return Part(condition=NAME, state=state, code=code, at=at, values=values)
