"""The trigger of results in the tool's own line item, which a teacher enters or the gradebook calculates.

A platform lists grades that are still hidden, or were typed in, like all others, so a rule may wait for a date or for
the teacher's confirmation. Results of people who have left the course are dropped by comparison with the member list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.errors import PlatformError
from lti_tool.platforms.services import Connection
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Sighting
from lti_tool.triggers import Watched
from lti_tool.values import Completion, LineItemResult, Member

NAME = "line_item_results"
LABEL = "A grade in the badge's own column"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The results of the line item, and the learners of the course."""

    line_item_url: str
    learners: tuple[Member, ...]
    results: tuple[LineItemResult, ...]


def look(watched: Watched, connection: Connection) -> Seen:
    """The results and the member list of the platform. Raises PlatformError."""
    if watched.memberships_url is None:
        raise PlatformError("the platform does not give the tool its list of members", permanent=True)
    line_item_url = watched.line_item_url or _own_line_item(watched, connection)
    members = connection.members(watched.memberships_url)
    return Seen(
        line_item_url=line_item_url,
        learners=tuple(member for member in members if member.is_learner),
        results=connection.results(line_item_url),
    )


def completions(session: Session, rule: AwardRule, seen: Seen, now: datetime) -> Sequence[Completion]:
    """A Completion for each learner with a score; whether the score suffices is decided elsewhere."""
    rule.line_item_url = seen.line_item_url
    learners = queries.people.save_members(session, rule.course.registration_id, seen.learners)
    sightings = queries.rules.sightings(session, rule.id)
    staff = queries.people.staff_of(session, rule.course_id)
    found = []
    for result in seen.results:
        learner = learners.get(result.user_id)
        if learner is None or result.score is None or learner.id in staff:
            continue
        sighting = sightings.get(learner.id)
        if sighting is None:
            sighting = Sighting(rule_id=rule.id, person_id=learner.id, person=learner)
            session.add(sighting)
        sighting.score = result.score
        reached = rule.minimum_score is None or result.score >= rule.minimum_score
        sighting.inside_at = (sighting.inside_at or now) if reached else None
        found.append(
            Completion(
                rule_id=rule.id,
                user_id=result.user_id,
                score=result.score,
                completed_at=result.timestamp or now,
                evidence={
                    "kind": "line_item_result",
                    "line_item": seen.line_item_url,
                    "score": str(result.score),
                    "graded_at": result.timestamp.isoformat() if result.timestamp else None,
                    "seen_at": now.isoformat(),
                },
            )
        )
    return found


def _own_line_item(watched: Watched, connection: Connection) -> str:
    if watched.line_items_url is None:
        raise PlatformError("the platform does not give the tool access to the gradebook", permanent=True)
    for item in connection.line_items(watched.line_items_url):
        if item.resource_link_id == watched.resource_link_id:
            return item.id
    raise PlatformError("the badge's grade column is no longer in the gradebook", permanent=True)
