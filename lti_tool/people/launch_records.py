"""The rows of the course and the person of a launch, created or brought up to date."""

from __future__ import annotations

from datetime import datetime, timedelta

from lti_tool.platforms.claims import COMPLETIONS, COURSE_END
from lti_tool.platforms.course_address import course_address
from lti_tool.platforms.service_values import moment
from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.models import Course, Person
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import Launch, Member

#: How often it is noted that somebody has opened the tool: for how long things are kept, a day is exact enough.
NOTED_EVERY = timedelta(days=1)


def save_course(session: Session, launch: Launch) -> Course | None:
    """The row of the launched course, None for a launch outside of any course.

    A value that this launch does not send keeps what an earlier launch sent.
    """
    context_id = launch.context_id
    if context_id is None:
        return None

    def find() -> Course | None:
        return queries.people.course_of(session, launch.registration_id, context_id)

    course = find()
    if course is None:
        new = Course(registration_id=launch.registration_id, context_id=context_id)
        course = add_or_find(session, new, find)
    course.api_id = launch.api_course_id or course.api_id
    course.title = launch.context_title or course.title
    url = course_address(course.registration.product, launch.return_url, context_id)
    course.url = url or course.url
    course.memberships_url = launch.memberships_url or course.memberships_url
    course.line_items_url = launch.line_items_url or course.line_items_url
    # A variable that nobody fills in any more: the plugin was removed.
    known_url = None if COMPLETIONS in launch.unexpanded else course.completions_url
    course.completions_url = launch.completions_url or known_url
    course.ends_at = moment(launch.custom.get(COURSE_END))
    course.notices_url, course.notice_types = launch.notices_url, list(launch.notice_types)
    course.concluded_at = None
    return course


def save_person(session: Session, launch: Launch, now: datetime) -> Person | None:
    """The row of the launching person, None for an anonymous launch or an administrator acting as somebody else.

    None too for somebody who was erased: nothing more is recorded of them.

    A value that this launch does not send keeps what an earlier launch sent. Awards of this person that wait, for their
    name for example, are tried again, and so are those that could not be issued.
    """
    user_id = launch.user_id
    if user_id is None or launch.acting_for_other:
        return None

    member = Member(
        user_id=user_id,
        roles=launch.roles,
        name=launch.name,
        email=launch.email,
        api_id=launch.api_user_id,
        username=launch.username,
    )
    person = queries.people.save_members(session, launch.registration_id, [member], now).get(user_id)
    if person is None:
        return None
    person.language = launch.locale or person.language
    if person.launched_at is None or now - person.launched_at >= NOTED_EVERY:
        person.launched_at = now
    retry_held_up(session, person.id, now)
    return person


def retry_held_up(session: Session, person_id: int, now: datetime) -> None:
    """Has the person's awards be tried again that wait, for a name or an address, or could not be issued."""
    held_up = queries.awards.held_up_awards(session, person_id)
    if held_up:
        waiting = [{"award_id": award_id} for award_id, status in held_up.items() if status == "waiting"]
        dead_jobs.add_or_revive(session, "issue", waiting, now)
        dead_jobs.revive_issuing(session, [person_id], now)
