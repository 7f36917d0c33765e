"""Queries for observations and looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from lti_tool.observations import RESULT, ROLE, Observation
from lti_tool.store.models import Course, LookRow, ObservationRow
from lti_tool.store.queries.people import not_erased, only_accounts_of

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
    """Appends the observations to the ledger; nothing is added of people who were erased."""
    observations = list(observations)
    people = {each.person for each in observations if each.person is not None}
    kept = not_erased(session, people)
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
        if each.person is None or each.person in kept
    ]
    if rows:
        session.execute(insert(ObservationRow), rows)


def delete_of_registration(session: Session, registration_id: int) -> None:
    """Deletes the ledger of the registration's courses, and of the people who have an account there and nowhere else.

    Only the removal of a registration may: nothing that was awarded rests on that ledger.
    """
    courses = select(Course.id).where(Course.registration_id == registration_id)
    people = only_accounts_of(registration_id)
    session.execute(
        delete(ObservationRow).where(
            ObservationRow.course_id.in_(courses) | ObservationRow.person_id.in_(people)
        )
    )
    session.execute(delete(LookRow).where(LookRow.course_id.in_(courses)))


def is_overtaken(session: Session, course_id: int, source: str, began_at: datetime) -> bool:
    """Whether a look of the source that began later has been stored already."""
    newest = select(func.max(LookRow.began_at)).where(
        LookRow.course_id == course_id, LookRow.source == source, LookRow.outcome == "answered"
    )
    latest = session.scalar(newest)
    return latest is not None and latest > began_at


def people_with_other_results(session: Session, course_id: int) -> Sequence[int]:
    """The ids of the people of whom more than one result was seen in the same column, in ascending order."""
    query = (
        select(ObservationRow.person_id)
        .where(ObservationRow.course_id == course_id, ObservationRow.kind == RESULT)
        .group_by(ObservationRow.person_id, ObservationRow.resource)
        .having(func.count() > 1)
    )
    return sorted({person_id for person_id in session.scalars(query) if person_id is not None})


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
