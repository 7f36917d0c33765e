"""The name that learners state themselves, where their platform shares none: theirs once staff have confirmed it.

Until then a badge is issued by a proved address alone; anybody could state anybody's name. The platform's word comes
first: nothing can be stated by somebody whom it names.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding import awards
from lti_tool.awarding.learner_requests import schedule_mails_about
from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor

#: As a name in a badge may be.
MAX_LENGTH = 200


def state_name(session: Session, person_id: int, name: str, now: datetime, by: Actor) -> None:
    """Keeps the name until staff answer, who are mailed that it waits.

    Raises NotAllowedError without one, or where the platform names the person.
    """
    person = queries.people.lock_person(session, person_id)
    if not name or person.name or person.erased_at is not None:
        raise NotAllowedError("a name is stated by somebody who has none")
    person.stated_name, person.name_stated_at, person.name_mailed_to = name[:MAX_LENGTH], now, []
    events.record(session, "name_stated", "person", person_id, now, actor=by)
    awarded_in = {award.course_id for award in queries.awards.awards_of_people(session, [person_id])}
    courses = [course_id for course_id in awarded_in if course_id is not None]
    schedule_mails_about(session, person_id, courses, now)


def confirm_name(session: Session, person_id: int, now: datetime, by: Actor) -> None:
    """The stated name is the person's; badges that were issued without it are replaced.

    Raises NotAllowedError for the person's own word about themselves; nothing happens where none is stated any more.
    """
    if by.person_id == person_id:
        raise NotAllowedError("nobody confirms their own name")
    person = queries.people.lock_person(session, person_id)
    if person.stated_name is None or person.name:
        return
    person.name, person.stated_name = person.stated_name, None
    person.renamed_at = now
    events.record(session, "name_confirmed", "person", person_id, now, actor=by)
    for award in queries.awards.awards_of_people(session, [person_id]):
        credential = award.credential
        if award.status == "issued" and credential is not None and not credential.has_expired(now):
            awards.correct(session, award, now, by)


def decline_name(session: Session, person_id: int, now: datetime, by: Actor) -> None:
    """The stated name is not the person's: it is forgotten, and they may state another one."""
    person = queries.people.lock_person(session, person_id)
    if person.stated_name is not None:
        person.stated_name = None
        events.record(session, "name_declined", "person", person_id, now, actor=by)
