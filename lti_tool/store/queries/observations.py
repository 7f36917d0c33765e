"""Queries for observations and looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from lti_tool.observations import ROLE, Observation
from lti_tool.store.models import LookRow, ObservationRow

_COLUMNS = (
    ObservationRow.course_id,
    ObservationRow.person_id,
    ObservationRow.kind,
    ObservationRow.resource,
    ObservationRow.value,
    ObservationRow.seen_at,
    ObservationRow.source,
    ObservationRow.actor_id,
    ObservationRow.look_id,
)


def of_course(session: Session, course_id: int) -> Mapping[int | None, Sequence[Observation]]:
    """All observations of a course by person id, those about the course itself under None; oldest first."""
    return _by_person(session, select(*_COLUMNS).where(ObservationRow.course_id == course_id))


def of_people(
    session: Session, course_id: int, person_ids: Collection[int]
) -> Mapping[int | None, Sequence[Observation]]:
    """As `of_course`, of these people only."""
    theirs = ObservationRow.person_id.in_(person_ids) | ObservationRow.person_id.is_(None)
    return _by_person(session, select(*_COLUMNS).where(ObservationRow.course_id == course_id, theirs))


def _by_person(session: Session, query: Select[Any]) -> Mapping[int | None, Sequence[Observation]]:
    found: defaultdict[int | None, list[Observation]] = defaultdict(list)
    for row in session.execute(query.order_by(ObservationRow.seen_at, ObservationRow.id)):
        course_id, person_id, kind, resource, value, seen_at, source, actor_id, look_id = row
        found[person_id].append(
            Observation(
                course=course_id,
                person=person_id,
                kind=kind,
                resource=resource,
                value=value,
                seen_at=seen_at,
                source=source,
                actor=actor_id,
                look=look_id,
            )
        )
    return found


def add(session: Session, observations: Iterable[Observation]) -> None:
    """Appends the observations to the ledger."""
    rows = [
        {
            "course_id": each.course,
            "person_id": each.person,
            "kind": each.kind,
            "resource": each.resource,
            "value": each.value,
            "seen_at": each.seen_at,
            "source": each.source,
            "actor_id": each.actor,
            "look_id": each.look,
        }
        for each in observations
    ]
    if rows:
        session.execute(insert(ObservationRow), rows)


def is_overtaken(session: Session, course_id: int, source: str, began_at: datetime) -> bool:
    """Whether a look of the source that began later has been stored already."""
    newest = select(func.max(LookRow.began_at)).where(
        LookRow.course_id == course_id, LookRow.source == source, LookRow.outcome == "answered"
    )
    latest = session.scalar(newest)
    return latest is not None and latest > began_at


def courses_with_results_after(session: Session, moment: datetime) -> Sequence[int]:
    """The ids of the courses in which a result was seen that is new, or another one, since that moment."""
    query = select(ObservationRow.course_id).where(
        ObservationRow.kind == "result",
        ObservationRow.seen_at > moment,
        ObservationRow.course_id.is_not(None),
    )
    return [course_id for course_id in session.scalars(query.distinct()) if course_id is not None]


def roles_in_course(session: Session, course_id: int) -> Mapping[int, Sequence[Observation]]:
    """What people were in a course, by person id; oldest first."""
    query = select(*_COLUMNS).where(ObservationRow.course_id == course_id, ObservationRow.kind == ROLE)
    found = _by_person(session, query)
    return {person_id: own for person_id, own in found.items() if person_id is not None}


def roles_of_person(session: Session, person_id: int) -> Mapping[int, Sequence[Observation]]:
    """What a person was, by course id; oldest first."""
    query = select(*_COLUMNS).where(ObservationRow.person_id == person_id, ObservationRow.kind == ROLE)
    found: defaultdict[int, list[Observation]] = defaultdict(list)
    for each in _by_person(session, query).get(person_id, ()):
        if each.course is not None:
            found[each.course].append(each)
    return found
