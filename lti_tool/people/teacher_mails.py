"""What a teacher chooses about the e-mails of a course: how often they come, and about what."""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding.mail_schedule import schedule_mails
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.mails.teacher_choices import MailChoice
from lti_tool.people import reminders
from lti_tool.store import Session, events, queries


def choose(session: Session, person_id: int, course_id: int, choice: MailChoice, now: datetime) -> None:
    """Stores the choice of somebody on the course's page; what waits already comes as they want it now.

    Whoever has refused all such mails by the link in one, and wants some now, gets them again. Raises NotFoundError
    where the person was erased.
    """
    if queries.mails.choice_of(session, person_id, course_id) != choice:
        queries.mails.save_choice(session, person_id, course_id, choice, now)
        data = {"frequency": choice.frequency, "left_out": sorted(choice.left_out)}
        actor = events.person(person_id)
        events.record(session, "mails_chosen", "course", course_id, now, actor=actor, data=data)
    if choice.frequency != "none":
        reminders.accept(session, RemindedPerson(person_id=person_id, kind="waiting"), now)
        schedule_mails(session, course_id, [person_id], now)


def has_refused_all(session: Session, person_id: int) -> bool:
    """Whether the person has refused all such mails, of every course, by the link in one."""
    return queries.mails.has_refused(session, person_id, "waiting")
