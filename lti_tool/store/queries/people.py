"""Queries for people and courses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from lti_tool.store.models import Course, LaunchSession, ObservationRow, Person, PlatformAccount
from lti_tool.store.queries.common import FOR_UPDATE, insert_missing
from lti_tool.values import Member


def course_of(session: Session, registration_id: int, context_id: str) -> Course | None:
    """The course with that context_id on the platform of the registration."""
    return session.scalar(
        select(Course).where(Course.registration_id == registration_id, Course.context_id == context_id)
    )


def courses_named(session: Session, registration_id: int, name: str) -> Sequence[Course]:
    """The courses of the platform that have this context_id or title."""
    is_it = (Course.context_id == name) | (Course.title == name)
    return session.scalars(select(Course).where(Course.registration_id == registration_id, is_it)).all()


def save_members(session: Session, registration_id: int, members: Iterable[Member]) -> Mapping[str, Person]:
    """The people of the member list by user_id, created or brought up to date.

    A name or address that the member list does not have keeps its stored value.
    """
    members = list(members)
    people = people_of(session, registration_id, [member.user_id for member in members])
    # Sorted: two looks at the same course that insert the same members in different orders could deadlock.
    missing = sorted({member.user_id for member in members} - people.keys())
    if missing:
        _add_people(session, registration_id, missing)
        people |= people_of(session, registration_id, missing)
    for member in members:
        row = people[member.user_id]
        row.name = member.name or row.name
        row.email = member.email or row.email
    session.flush()
    return people


def _add_people(session: Session, registration_id: int, user_ids: Sequence[str]) -> None:
    """Adds people with their accounts; where another transaction adds the same account first, that one stays."""
    rows = [Person() for _ in user_ids]
    session.add_all(rows)
    session.flush()
    accounts = [
        {"registration_id": registration_id, "user_id": user_id, "person_id": row.id}
        for user_id, row in zip(user_ids, rows, strict=True)
    ]
    insert_missing(session, PlatformAccount, accounts)
    for start in range(0, len(rows), 500):
        ids = [row.id for row in rows[start : start + 500]]
        used = select(PlatformAccount.person_id).where(PlatformAccount.person_id.in_(ids))
        unused = set(ids) - set(session.scalars(used))
        if unused:
            session.execute(delete(Person).where(Person.id.in_(unused)))


def people_of(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, Person]:
    """The people with those user_ids on the platform of the registration; who is unknown is left out."""
    # 500 at a time: databases limit the number of parameters of a query.
    rows: dict[str, Person] = {}
    for start in range(0, len(user_ids), 500):
        query = (
            select(PlatformAccount.user_id, Person)
            .join(Person, PlatformAccount.person_id == Person.id)
            .where(
                PlatformAccount.registration_id == registration_id,
                PlatformAccount.user_id.in_(user_ids[start : start + 500]),
            )
        )
        rows |= {user_id: person for user_id, person in session.execute(query)}
    return rows


def person_of(session: Session, registration_id: int, user_id: str) -> Person | None:
    """The person with that user_id on the platform of the registration."""
    return people_of(session, registration_id, [user_id]).get(user_id)


def user_ids_in(session: Session, registration_id: int, course_id: int) -> dict[int, str]:
    """The user_ids, by person id, of everybody about whom anything was observed in the course."""
    observed = select(ObservationRow.person_id).where(ObservationRow.course_id == course_id)
    query = select(PlatformAccount.person_id, PlatformAccount.user_id).where(
        PlatformAccount.registration_id == registration_id, PlatformAccount.person_id.in_(observed)
    )
    return {person_id: user_id for person_id, user_id in session.execute(query)}


def only_accounts_of(registration_id: int) -> Select[int]:
    """The query for the ids of the people who have an account on that platform, and on no other."""
    elsewhere = select(PlatformAccount.person_id).where(PlatformAccount.registration_id != registration_id)
    return select(PlatformAccount.person_id).where(
        PlatformAccount.registration_id == registration_id, PlatformAccount.person_id.not_in(elsewhere)
    )


def people(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    """The people with those ids."""
    rows: dict[int, Person] = {}
    ids = sorted(person_ids)
    for start in range(0, len(ids), 500):
        found = session.scalars(select(Person).where(Person.id.in_(ids[start : start + 500])))
        rows |= {row.id: row for row in found}
    return rows


def lock_course(session: Session, course_id: int) -> Course:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and returns it reloaded: what is decided in a course is decided one
    after the other. Raises NoResultFound where there is no such course."""
    return session.get_one(Course, course_id, with_for_update=FOR_UPDATE, populate_existing=True)


def sessions(
    session: Session,
    *,
    person_id: int | None = None,
    course_id: int | None = None,
    registration_id: int | None = None,
) -> Sequence[LaunchSession]:
    """The launch sessions of a person, a course, a platform, or all, oldest first; those that have ended too."""
    query = select(LaunchSession).order_by(LaunchSession.created_at, LaunchSession.token_hash)
    if person_id is not None:
        query = query.where(LaunchSession.person_id == person_id)
    if course_id is not None:
        query = query.where(LaunchSession.course_id == course_id)
    if registration_id is not None:
        query = query.where(LaunchSession.registration_id == registration_id)
    return session.scalars(query).all()


def limit_sessions(
    session: Session, course_id: int, person_id: int, *, is_teacher: bool, may_write_templates: bool
) -> None:
    """Takes from the person's launch sessions in the course the rights that are not given here."""
    own = update(LaunchSession).where(
        LaunchSession.course_id == course_id, LaunchSession.person_id == person_id
    )
    if not is_teacher:
        session.execute(own.values(is_teacher=False))
    if not may_write_templates:
        session.execute(own.values(may_write_templates=False))


def delete_sessions(session: Session, idle_since: datetime, created_before: datetime) -> None:
    """Deletes the launch sessions that were last used, or created, no later than that."""
    ended = (LaunchSession.last_used_at <= idle_since) | (LaunchSession.created_at <= created_before)
    session.execute(delete(LaunchSession).where(ended))
