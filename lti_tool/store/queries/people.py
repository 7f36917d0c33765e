"""Queries for people and courses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.store.models import Course, LaunchSession, Learner
from lti_tool.store.queries.common import insert_missing
from lti_tool.values import Member


def course_of(session: Session, registration_id: int, context_id: str) -> Course | None:
    """The course with that context_id on the platform of the registration."""
    return session.scalar(
        select(Course).where(Course.registration_id == registration_id, Course.context_id == context_id)
    )


def save_learners(session: Session, registration_id: int, members: Iterable[Member]) -> Mapping[str, Learner]:
    """The rows of the members by user_id, created or brought up to date.

    A name or address that the member list does not have keeps its stored value.
    """
    members = list(members)
    rows = _learners(session, registration_id, [member.user_id for member in members])
    # Sorted: two looks at the same course that insert the same members in different orders could deadlock.
    missing = sorted({member.user_id for member in members} - rows.keys())
    if missing:
        insert_missing(
            session,
            Learner,
            [{"registration_id": registration_id, "user_id": user_id} for user_id in missing],
        )
        rows |= _learners(session, registration_id, missing)
    for member in members:
        row = rows[member.user_id]
        row.name = member.name or row.name
        row.email = member.email or row.email
    session.flush()
    return rows


def _learners(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, Learner]:
    # 500 at a time: databases limit the number of parameters of a query.
    rows: dict[str, Learner] = {}
    for start in range(0, len(user_ids), 500):
        query = select(Learner).where(
            Learner.registration_id == registration_id, Learner.user_id.in_(user_ids[start : start + 500])
        )
        rows |= {row.user_id: row for row in session.scalars(query)}
    return rows


def learner(session: Session, registration_id: int, user_id: str) -> Learner | None:
    """The person with that user_id on the platform of the registration."""
    return session.scalar(
        select(Learner).where(Learner.registration_id == registration_id, Learner.user_id == user_id)
    )


def staff_of(session: Session, course_id: int) -> frozenset[int]:
    """The ids of the people who have launched the tool as teachers of the course."""
    query = select(LaunchSession.learner_id).where(
        LaunchSession.course_id == course_id,
        LaunchSession.is_teacher,
        LaunchSession.learner_id.is_not(None),
    )
    return frozenset(id_ for id_ in session.scalars(query) if id_ is not None)
