"""The ledger of a course: what is known of it, and what sources find, appended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lti_tool.observations import Observation
from lti_tool.sources.found import Found, Known, is_new
from lti_tool.store import Session, queries
from lti_tool.store.models import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who saw it, when, in which look; `actor` is the person by whose own act it came about."""

    source: str
    at: datetime
    look: int | None = None
    actor: int | None = None


def known_of(session: Session, course: Course) -> Known:
    """All that is known of a course and its people."""
    observations = queries.observations.of_course(session, course.id)
    names = queries.people.user_ids_in(session, course.registration_id, course.id)
    people = {
        names[person_id]: own
        for person_id, own in observations.items()
        if person_id is not None and person_id in names
    }
    return Known(people=people, course=observations.get(None, ()))


def append(
    session: Session, course: Course, found: Iterable[Found], seen: Seen, people: Mapping[str, int]
) -> None:
    """Appends what was found; `people` are the person ids by user_id, and who is not among them is left out."""
    queries.observations.add(
        session,
        (
            Observation(
                course=course.id,
                person=None if each.user_id is None else people[each.user_id],
                kind=each.kind,
                resource=each.resource,
                value=each.value,
                seen_at=seen.at,
                source=seen.source,
                actor=seen.actor,
                look=seen.look,
            )
            for each in found
            if each.user_id is None or each.user_id in people
        ),
    )


def append_new(session: Session, course: Course, found: Iterable[Found], seen: Seen, person_id: int) -> None:
    """As `append`, for what one person's own act tells of them: only what differs from what is known."""
    known = queries.observations.of_people(session, course.id, [person_id])
    for each in found:
        own = known.get(None if each.user_id is None else person_id, ())
        if is_new(each, own, seen.source):
            people = {} if each.user_id is None else {each.user_id: person_id}
            append(session, course, [each], seen, people)
