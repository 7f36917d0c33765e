"""When a teacher is due a mail; `lti_tool.awarding.teacher_mail` has what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from lti_tool.mails.teacher_choices import USUAL
from lti_tool.observations import role_now
from lti_tool.store import Session, outbox, queries
from lti_tool.values import Json

#: Much settles itself by the next look, such as a grade with a typing error, and is not mailed at all.
WAIT_BEFORE_MAIL = timedelta(minutes=10)
#: For who wants mails at once: what one look or one click brings up comes together.
WAIT_AT_ONCE = timedelta(minutes=1)


def teachers_of(session: Session, course_id: int) -> Sequence[int]:
    """The ids of the people who are staff of the course now, in ascending order."""
    roles = queries.observations.staff_roles(session, course_id)
    return sorted(person_id for person_id, own in roles.items() if role_now(own) == "staff")


def schedule_mails(session: Session, course_id: int, teachers: Iterable[int], now: datetime) -> None:
    """Schedules the mail about the course to each of these teachers who wants any, unless one is due anyway."""
    schedule_mails_of(session, {course_id: teachers}, now)


def schedule_mails_of(session: Session, teachers: Mapping[int, Iterable[int]], now: datetime) -> None:
    """As `schedule_mails` for several courses, by whose ids the teachers are."""
    wanted = set()
    for course_id, people in teachers.items():
        choices = queries.mails.choices_in(session, course_id)
        for person_id in people:
            frequency = choices.get(person_id, USUAL).frequency
            if frequency != "none":
                wanted.add((person_id, course_id if frequency == "at_once" else 0))
    # In ascending order: two looks that lock the same rows in different orders could wait for each other.
    for person_id, course_id in sorted(wanted):
        if course_id:
            _schedule(session, person_id, course_id, now + WAIT_AT_ONCE)
        else:
            _schedule(session, person_id, None, now + WAIT_BEFORE_MAIL)


def _schedule(session: Session, person_id: int, course_id: int | None, due_at: datetime) -> None:
    job_id = mail_id(person_id, course_id)
    outbox.schedule_unless_open(session, job_id, "mail_teacher", mail_payload(person_id, course_id), due_at)


def mail_id(person_id: int, course_id: int | None = None) -> str:
    """The id of the single outbox row that is used again for each mail to a teacher.

    With a course it is that of the mails about it which come at once.
    """
    return f"teacher-mail-{person_id}" if course_id is None else f"teacher-mail-{person_id}-{course_id}"


def mail_payload(person_id: int, course_id: int | None) -> Json:
    """What the row of `mail_id` says."""
    return {"person_id": person_id} if course_id is None else {"person_id": person_id, "course_id": course_id}
