"""The name that learners state themselves, where their platform shares none: theirs once staff have confirmed it.

Until then a badge is issued by a proved address alone; anybody could state anybody's name. The platform's word comes
first: nothing can be stated by somebody whom it names.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding import awards
from lti_tool.awarding.learner_requests import schedule_mails_about
from lti_tool.errors import NotAllowedError, OtherNameError
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Person

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


def confirm_name(session: Session, person_id: int, shown: str, now: datetime, by: Actor) -> None:
    """The stated name is the person's; badges that were issued without it are replaced.

    `shown`: the name that was read. Raises OtherNameError where it is not the one that waits, NotAllowedError for the
    person's own word about themselves.
    """
    if by.person_id == person_id:
        raise NotAllowedError("nobody confirms their own name")
    person = _lock_with_name(session, person_id, shown)
    person.name, person.stated_name = person.stated_name, None
    person.renamed_at = now
    events.record(session, "name_confirmed", "person", person_id, now, actor=by)
    for award in queries.awards.awards_of_people(session, [person_id]):
        credential = award.credential
        if award.status == "issued" and credential is not None and not credential.has_expired(now):
            awards.correct(session, award, now, by)


def decline_name(session: Session, person_id: int, shown: str, now: datetime, by: Actor) -> None:
    """The stated name is not the person's: it is forgotten, and they may state another one.

    Raises OtherNameError where `shown`, which was read, is not the one that waits.
    """
    _lock_with_name(session, person_id, shown).stated_name = None
    events.record(session, "name_declined", "person", person_id, now, actor=by)


def _lock_with_name(session: Session, person_id: int, shown: str) -> Person:
    # A learner may state another name at any time, also while staff read the one before.
    person = queries.people.lock_person(session, person_id)
    if person.stated_name is None or person.name or person.stated_name != shown:
        raise OtherNameError("the name that was shown does not wait any more")
    return person
