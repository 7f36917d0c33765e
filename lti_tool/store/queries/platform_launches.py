"""Queries for what the launches of a platform have told, by their events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Course, Event
from lti_tool.store.queries.common import is_possible_id

#: By what `lti_tool.people.sessions` records a launch.
_LAUNCHED = "launched"


def ways_of_binding(session: Session, registration_id: int, newest: int) -> Sequence[str]:
    """How each of the newest launches was bound to its browser: `cookie`, `storage`, `confirmation`, `new_tab`."""
    query = select(Event.why).where(
        Event.about_kind == "registration", Event.about == str(registration_id), Event.what == _LAUNCHED
    )
    return session.scalars(query.order_by(Event.at.desc()).limit(newest)).all()


def launched_at(session: Session, registration_ids: Collection[int]) -> Mapping[int, datetime]:
    """When somebody came last from each of the platforms; without those from which nobody has."""
    numbers = [str(each) for each in registration_ids]
    query = (
        select(Event.about, func.max(Event.at))
        .where(Event.about_kind == "registration", Event.about.in_(numbers), Event.what == _LAUNCHED)
        .group_by(Event.about)
    )
    return {int(number): at for number, at in session.execute(query)}


def launched_course(session: Session, registration_id: int, newest: int) -> Course | None:
    """The course that was opened last and has not ended, of the newest launches; None where none was."""
    query = select(Event.data).where(
        Event.about_kind == "registration", Event.about == str(registration_id), Event.what == _LAUNCHED
    )
    seen: set[int] = set()
    for data in session.scalars(query.order_by(Event.at.desc()).limit(newest)):
        number = data.get("course")
        if not isinstance(number, int) or number in seen or not is_possible_id(number):
            continue
        seen.add(number)
        course = session.get(Course, number)
        if course is not None and course.registration_id == registration_id and course.concluded_at is None:
            return course
    return None
