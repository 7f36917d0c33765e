"""When a teacher is due a mail; `lti_tool.awarding.teacher_mail` has what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from lti_tool.observations import role_now
from lti_tool.store import Session, outbox, queries

#: Much settles itself by the next look, such as a grade with a typing error, and is not mailed at all.
WAIT_BEFORE_MAIL = timedelta(minutes=10)


def teachers_of(session: Session, course_id: int) -> Sequence[int]:
    """The ids of the people who are staff of the course now, in ascending order."""
    roles = queries.observations.staff_roles(session, course_id)
    return sorted(person_id for person_id, own in roles.items() if role_now(own) == "staff")


def schedule_mails(session: Session, teachers: Iterable[int], now: datetime) -> None:
    """Schedules the mail to each of these teachers, unless one is due anyway.

    In ascending order: two looks that lock the same rows in different orders could wait for each other.
    """
    for person_id in sorted(teachers):
        payload = {"person_id": person_id}
        due_at = now + WAIT_BEFORE_MAIL
        outbox.schedule_unless_open(session, mail_id(person_id), "mail_teacher", payload, due_at)


def mail_id(person_id: int) -> str:
    """The id of the single outbox row that is used again for each mail to a teacher."""
    return f"teacher-mail-{person_id}"
