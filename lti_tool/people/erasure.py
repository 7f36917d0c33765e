"""Erasure: all that is held about a learner is deleted, and nothing more is recorded when a platform names them again.

Their badges are not revoked: nobody takes them away, and the files that the learner has go on verifying, by keys and
status lists that name nobody. They are no longer shown or given out here, and cannot be issued again.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.observations import role_now
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor


def erase_person(session: Session, person_id: int, now: datetime, by: Actor) -> None:
    """Erases a learner. Their number and their accounts stay, without usernames: else they would be recorded anew.

    Raises NotFoundError where there is nobody with that number, NotAllowedError for somebody who is staff of a course
    now: what they decide there is not theirs alone.
    """
    if not queries.people.people_found(session, str(person_id)):
        raise NotFoundError(f"there is no person {person_id}")
    # Looks and teachers' acts hold their course: what they are about to store comes before this, and is erased too.
    courses = queries.people.courses_with(session, person_id)
    for course_id in courses:
        queries.people.lock_course(session, course_id)
    person = queries.people.lock_person(session, person_id)
    if person.erased_at is not None:
        raise NotFoundError(f"person {person_id} was erased a moment ago")
    roles = queries.observations.roles_of_person(session, person_id).values()
    if any(role_now(own) == "staff" for own in roles):
        raise NotAllowedError(f"person {person_id} is staff of a course: only learners can be erased")
    for question in queries.rules.open_questions(session, courses):
        question.people = [each for each in question.people if each != str(person_id)]
    queries.proved_addresses.delete_all_of(session, person_id)
    credentials = queries.people.delete_all_of(session, person_id)
    person.name = person.email = person.stated_name = person.language = person.renamed_at = None
    for account in person.accounts:
        account.username = None
    person.name_stated_at, person.name_mailed_to = None, []
    person.erased_at = now
    data = {"credentials": credentials}
    events.record(session, "erased", "person", person_id, now, actor=by, data=data)
