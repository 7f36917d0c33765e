"""Queries for observations and looks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from lti_tool.observations import (
    ASSESSMENT_RESULT,
    COMPLETION_CRITERIA,
    FINAL_SCORE,
    RESULT,
    ROLE,
    KnownPerson,
    Observation,
)
from lti_tool.store.models import Course, LookRow, ObservationRow, Person
from lti_tool.store.models.observations import OUTSIDE_COURSES
from lti_tool.store.queries.common import dialect_of, is_among, is_in_parameter
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
#: What a look compares with, the value as it is stored.
_SEEN = (
    ObservationRow.kind,
    ObservationRow.resource,
    cast(ObservationRow.value, Text),
    ObservationRow.seen_at,
    ObservationRow.source,
    ObservationRow.actor_id,
)


def last_told(session: Session, course_id: int) -> Mapping[str, datetime]:
    """When each source told something new of the course last, by its name."""
    query = select(ObservationRow.source, func.max(ObservationRow.seen_at))
    rows = session.execute(query.where(ObservationRow.course_id == course_id).group_by(ObservationRow.source))
    return {source: seen_at for source, seen_at in rows}


def newest_look(session: Session, course_id: int) -> LookRow | None:
    """The look at the course that began last, of whichever source."""
    query = select(LookRow).where(LookRow.course_id == course_id).order_by(LookRow.id.desc()).limit(1)
    return session.scalar(query)


def newest_at(session: Session, course_id: int) -> datetime | None:
    """When anything new was seen in the course last."""
    return session.scalar(
        select(func.max(ObservationRow.seen_at)).where(ObservationRow.course_id == course_id)
    )


def completion_criteria(session: Session, course_id: int) -> Mapping[str, Any] | None:
    """What completing the course asks for, as it was seen last; None where nothing tells."""
    query = (
        select(ObservationRow.value)
        .where(
            ObservationRow.course_id == course_id,
            ObservationRow.person_id.is_(None),
            ObservationRow.kind == COMPLETION_CRITERIA,
        )
        .order_by(ObservationRow.seen_at.desc(), ObservationRow.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def of_people(
    session: Session, course_id: int, person_ids: Collection[int]
) -> Mapping[int | None, Sequence[Observation]]:
    """As `of_course`, of these people only, and of the course itself.

    In one statement: what a look stores at once is seen whole, or not yet.
    """
    values = {"course_id": course_id, "person_ids": list(person_ids)}
    return _by_person(session.execute(_of_people(dialect_of(session)), values))


@cache
def _of_people(dialect: str) -> Select[Any]:
    """Made once: every launch and every part of a look asks."""
    # Two ways into one index; OR of a list and NULL alone would read the whole course.
    here = ObservationRow.course_id == bindparam("course_id")
    theirs = and_(here, is_in_parameter(dialect, ObservationRow.person_id, "person_ids"))
    its_own = and_(here, ObservationRow.person_id.is_(None))
    return _in_order(select(*_COLUMNS).where(or_(theirs, its_own)))


def outside_courses(
    session: Session, issuer_id: str, person_ids: Collection[int]
) -> Mapping[int | None, Sequence[Observation]]:
    """What was observed of these people for the issuer's own rules, by person and oldest first."""
    query = select(*_COLUMNS).where(
        _outside(issuer_id), is_among(session, ObservationRow.person_id, person_ids)
    )
    found = _by_person(session.execute(_in_order(query)))
    return {person_id: [replace(each, issuer=issuer_id) for each in own] for person_id, own in found.items()}


def last_values_outside(
    session: Session, issuer_id: str, kind: str, person_ids: Collection[int]
) -> Mapping[tuple[int, str], Any]:
    """As `last_values_of`, of what was observed for the issuer's own rules."""
    return {
        (person_id, each.resource): each.value
        for person_id, own in outside_courses(session, issuer_id, person_ids).items()
        if person_id is not None
        for each in own
        if each.kind == kind
    }


def delete_outside(session: Session, issuer_id: str, person_id: int) -> None:
    """Deletes what was observed of the person for the issuer's own rules."""
    session.execute(
        delete(ObservationRow).where(_outside(issuer_id), ObservationRow.person_id == person_id),
        execution_options={"synchronize_session": False},
    )


def move_outside(session: Session, person_id: int, issuer_ids: Collection[str], to: int) -> None:
    """Makes what was observed of the person for the own rules of these issuers that of the person `to`."""
    for issuer_id in issuer_ids:
        theirs = (_outside(issuer_id), ObservationRow.person_id == person_id)
        session.execute(
            update(ObservationRow).where(*theirs).values(person_id=to),
            execution_options={"synchronize_session": False},
        )


def _outside(issuer_id: str) -> ColumnElement[bool]:
    return and_(text(f"observation.{OUTSIDE_COURSES}"), ObservationRow.issuer_id == issuer_id)


def about_course(session: Session, course_id: int) -> Sequence[Observation]:
    """What was observed of the course itself, oldest first."""
    return of_people(session, course_id, []).get(None, ())


def newest_about_course(session: Session, course_id: int) -> int:
    """The id of the newest observation of the course itself, 0 where there is none."""
    query = select(func.max(ObservationRow.id)).where(
        ObservationRow.course_id == course_id, ObservationRow.person_id.is_(None)
    )
    return session.scalar(query) or 0


def known_people(
    session: Session, course_id: int, person_ids: Collection[int], kinds: Collection[str]
) -> Mapping[int, KnownPerson]:
    """What is known of those of these people who were not erased, with their observations of these kinds in the course.

    In one statement, and no rows of the session: a course is compared with its list every few minutes.
    """
    # The people are named twice: so PostgreSQL reads their part of the index of the course in one go, and does not look
    # for the observations of each person.
    theirs = and_(
        ObservationRow.person_id == Person.id,
        ObservationRow.course_id == course_id,
        is_among(session, ObservationRow.person_id, person_ids),
        ObservationRow.kind.in_(kinds),
    )
    query = (
        select(Person.id, Person.name, Person.email, *_SEEN)
        .outerjoin(ObservationRow, theirs)
        .where(is_among(session, Person.id, person_ids), Person.erased_at.is_(None))
        .order_by(ObservationRow.seen_at, ObservationRow.id)
    )
    described: dict[int, tuple[str | None, str | None]] = {}
    own: defaultdict[int, list[Observation]] = defaultdict(list)
    for person_id, name, email, *seen in session.execute(query):
        described[person_id] = (name, email)
        if seen[0] is not None:
            own[person_id].append(_seen(course_id, *seen))
    return {
        person_id: KnownPerson(name=name, email=email, own=own.get(person_id, ()))
        for person_id, (name, email) in described.items()
    }


def people_in(session: Session, course_id: int, since: datetime | None = None) -> Sequence[int]:
    """The ids of everybody of whom anything was observed in the course, or was since then; in ascending order."""
    query = select(ObservationRow.person_id).where(ObservationRow.course_id == course_id).distinct()
    if since is not None:
        query = query.where(ObservationRow.seen_at >= since)
    return sorted(person_id for person_id in session.scalars(query) if person_id is not None)


def last_values_of(
    session: Session, course_id: int, kind: str, person_ids: Collection[int]
) -> Mapping[tuple[int, str], Any]:
    """The last value of these people's observations of a kind in the course, by person and resource."""
    query = select(ObservationRow.person_id, ObservationRow.resource, ObservationRow.value).where(
        ObservationRow.course_id == course_id,
        ObservationRow.kind == kind,
        is_among(session, ObservationRow.person_id, person_ids),
    )
    rows = session.execute(_in_order(query))
    return {(person_id, resource): value for person_id, resource, value in rows if person_id is not None}


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(ObservationRow.seen_at, ObservationRow.id)


def _by_person(rows: Iterable[Sequence[Any]]) -> Mapping[int | None, Sequence[Observation]]:
    found: defaultdict[int | None, list[Observation]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(_observation(row))
    return found


# Of the thousands that a look compares with nearly all are the same few.
@lru_cache(maxsize=1000)
def _seen(
    course_id: int, kind: str, resource: str, value: str, seen_at: datetime, source: str, actor: int | None
) -> Observation:
    """What was observed of somebody, whoever that is."""
    return Observation(
        course=course_id,
        person=None,
        kind=kind,
        resource=resource,
        value=json.loads(value),
        seen_at=seen_at,
        source=source,
        actor=actor,
    )


def _observation(columns: Sequence[Any]) -> Observation:
    course_id, person_id, kind, resource, value, seen_at, source, actor_id, look_id = columns
    return Observation(
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
            "issuer_id": each.issuer,
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


def delete_looks(session: Session, began_before: datetime) -> None:
    """Deletes the rows of looks that began before then and have seen nothing new: no observation names them."""
    has_seen = exists().where(ObservationRow.look_id == LookRow.id)
    session.execute(delete(LookRow).where(LookRow.began_at < began_before, ~has_seen))


def look_row(session: Session, look_id: int, began_at: datetime) -> tuple[LookRow, bool]:
    """The row of a look, and whether another of the same source and course has begun since, or is of a later time."""
    other = aliased(LookRow)
    # With these two values PostgreSQL knows that few looks are newer, and reads no others of the course.
    is_newer = or_(other.id > look_id, other.began_at > began_at)
    is_overtaken = exists().where(
        other.course_id == LookRow.course_id,
        other.source == LookRow.source,
        other.outcome.in_(("begun", "answered")),
        is_newer,
    )
    row, overtaken = session.execute(select(LookRow, is_overtaken).where(LookRow.id == look_id)).one()
    return row, bool(overtaken)


def people_with_other_results(
    session: Session, course_id: int, since: datetime | None = None
) -> Sequence[int]:
    """The ids of the people of whom more than one result was seen in the same column, or more than one total.

    Also of those who have a grade that decides a level of learning outcomes, as it may have come after the award. In
    ascending order.

    With `since` only those of whom anything was seen since then.
    """
    query = select(ObservationRow.person_id).where(
        ObservationRow.course_id == course_id,
        ObservationRow.kind.in_((RESULT, FINAL_SCORE, ASSESSMENT_RESULT)),
    )
    if since is not None:
        recent = select(ObservationRow.person_id).where(
            ObservationRow.course_id == course_id, ObservationRow.seen_at >= since
        )
        query = query.where(ObservationRow.person_id.in_(recent))
    of_one = (ObservationRow.person_id, ObservationRow.kind, ObservationRow.resource)
    is_level = ObservationRow.kind == ASSESSMENT_RESULT
    changed = query.group_by(*of_one).having(or_(func.count() > 1, is_level))
    return sorted({person_id for person_id in session.scalars(changed) if person_id is not None})


def staff_roles(session: Session, course_id: int) -> Mapping[int, Sequence[Observation]]:
    """What those who were ever seen as staff of a course were in it, by person id; oldest first."""
    here = and_(ObservationRow.course_id == course_id, ObservationRow.kind == ROLE)
    staff = select(ObservationRow.person_id).where(here, cast(ObservationRow.value, Text) == '"staff"')
    query = select(*_COLUMNS).where(here, ObservationRow.person_id.in_(staff))
    found = _by_person(session.execute(_in_order(query)))
    return {person_id: own for person_id, own in found.items() if person_id is not None}


def roles_of_person(session: Session, person_id: int) -> Mapping[int, Sequence[Observation]]:
    """What a person was, by course id; oldest first."""
    query = select(*_COLUMNS).where(ObservationRow.person_id == person_id, ObservationRow.kind == ROLE)
    found: defaultdict[int, list[Observation]] = defaultdict(list)
    for each in _by_person(session.execute(_in_order(query))).get(person_id, ()):
        if each.course is not None:
            found[each.course].append(each)
    return found


def roles_of_people(
    session: Session, person_ids: Collection[int]
) -> Mapping[tuple[int, int], Sequence[Observation]]:
    """What these people were in each course, by person and course; oldest first."""
    is_theirs = ObservationRow.person_id.in_(person_ids)
    query = select(*_COLUMNS).where(is_theirs, ObservationRow.kind == ROLE)
    found: defaultdict[tuple[int, int], list[Observation]] = defaultdict(list)
    for row in session.execute(_in_order(query)):
        each = _observation(row)
        if each.course is not None and each.person is not None:
            found[each.person, each.course].append(each)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLooks:
    """How the looks of one source at a course went: the last that was answered, and the last that failed, and why.

    `counts` are the numbers of the one that was answered. `trouble` is a UserFacingError as JSON.
    """

    answered_at: datetime | None
    counts: Mapping[str, int]
    failed_at: datetime | None
    trouble: Mapping[str, Any] | None

    @property
    def is_failing(self) -> bool:
        """Whether the last one that ended failed."""
        return self.failed_at is not None and (self.answered_at is None or self.failed_at > self.answered_at)


def last_answered(session: Session, course_id: int) -> int:
    """The id of the last look at the course that was answered; 0 where none was."""
    query = select(func.max(LookRow.id)).where(LookRow.course_id == course_id, LookRow.outcome == "answered")
    return session.scalar(query) or 0


def failed_since(session: Session, course_id: int, look_id: int) -> datetime | None:
    """When the first look at the course began that failed after that one; None where none has."""
    return session.scalar(
        select(func.min(LookRow.began_at)).where(
            LookRow.course_id == course_id, LookRow.outcome == "failed", LookRow.id > look_id
        )
    )


def all_failed_since(session: Session, course_ids: Collection[int]) -> Mapping[int, datetime]:
    """When the first look began that failed after the last answered one, by course; without those of which none has."""
    answered = (
        select(LookRow.course_id, func.max(LookRow.id).label("id"))
        .where(is_among(session, LookRow.course_id, course_ids), LookRow.outcome == "answered")
        .group_by(LookRow.course_id)
        .subquery()
    )
    query = (
        select(LookRow.course_id, func.min(LookRow.began_at))
        .outerjoin(answered, answered.c.course_id == LookRow.course_id)
        .where(
            is_among(session, LookRow.course_id, course_ids),
            LookRow.outcome == "failed",
            LookRow.id > func.coalesce(answered.c.id, 0),
        )
        .group_by(LookRow.course_id)
    )
    return {course_id: since for course_id, since in session.execute(query)}


def last_looks(session: Session, course_id: int) -> Mapping[str, LastLooks]:
    """The last looks at the course, by source."""
    last = (
        select(func.max(LookRow.id))
        .where(LookRow.course_id == course_id, LookRow.outcome.in_(("answered", "failed")))
        .group_by(LookRow.source, LookRow.outcome)
    )
    rows = {
        (row.source, row.outcome): row for row in session.scalars(select(LookRow).where(LookRow.id.in_(last)))
    }
    found = {}
    for source in {source for source, _ in rows}:
        answered, failed = rows.get((source, "answered")), rows.get((source, "failed"))
        found[source] = LastLooks(
            answered_at=answered.ended_at if answered else None,
            counts=answered.counts if answered else {},
            failed_at=failed.ended_at if failed else None,
            trouble=failed.trouble if failed else None,
        )
    return found
