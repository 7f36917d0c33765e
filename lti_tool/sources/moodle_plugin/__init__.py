"""What Moodle itself has as completed, through a plugin of ours: with dates, also for those who never open the badge.

What it cannot see: nothing of what Moodle shows as completed; it waits where a grade is hidden or out of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lti_tool.errors import LaunchError, PlatformError
from lti_tool.observations import COMPLETION_CRITERIA, COURSE_COMPLETED, KnownPerson, select
from lti_tool.platforms.notices import changed_courses
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import NOBODY, Answer, Asked, Found, Known, Message, Reply, in_parts, is_new
from lti_tool.values import CourseProgress, LearnerProgress, ProgressPage

NAME = "moodle_plugin"
GIVES = frozenset({COURSE_COMPLETED})
RANK = 1
#: Who registers a Moodle by hand may leave out what it is.
PRODUCTS = frozenset({"moodle", ""})


def is_open(asked: Asked) -> bool:
    """Whether the course's platform has the plugin."""
    return asked.completions_url is not None


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """Whose completion of the course is new, or told otherwise than before. Raises PlatformError."""
    if asked.completions_url is None:
        return Answer()
    found: list[Found] = []
    criteria: Sequence[Mapping[str, str]] | None = None
    listed = completed = 0
    for part in in_parts(_learners(connection.completions(asked.completions_url))):
        criteria = _criteria(part[0][0])
        values = {learner.user_id: _value(course, learner, as_of) for course, learner, as_of in part}
        people = known.people(list(values), GIVES)
        found += (
            Found(user_id=user_id, kind=COURSE_COMPLETED, value=value)
            for user_id, value in values.items()
            if _is_new(value, people.get(user_id, NOBODY))
        )
        listed += len(values)
        completed += sum(value is not None for value in values.values())
    about = Found(user_id=None, kind=COMPLETION_CRITERIA, value=criteria)
    if criteria is not None and is_new(about, known.course, NAME):
        found.append(about)
    counts = {
        "learners": listed,
        "completed": completed,
        "asks_for_notices": _ask_for_notices(asked, connection),
    }
    return Answer(found=found, counts=counts)


def _ask_for_notices(asked: Asked, connection: Connection) -> int:
    """1 where the platform will send notices from now on, else 0.

    Asked anew at each look, so that a plugin that was installed again has the address. Looks see the same without any.
    """
    if asked.notices_url is None:
        return 0
    try:
        connection.ask_for_notices(asked.notices_url, asked.messages_url.format(NAME))
    except PlatformError:
        return 0
    return 1


def receive(message: Message) -> Reply:
    """A notice that something has changed in a course: a look will tell what. Nothing in it is believed but which."""
    try:
        changed = changed_courses(message.body, message.registration, message.find_key, message.received_at)
    except LaunchError as error:
        # The plugin tries again what was answered so; somebody who forges learns no more than that.
        return Reply(status=503 if error.code == "key_set_unreachable" else 401)
    return Reply(status=204, changed=changed)


def _learners(
    pages: Iterator[ProgressPage],
) -> Iterator[tuple[CourseProgress, LearnerProgress, datetime]]:
    course = None
    for page in pages:
        course = page.course or course
        if course is None:
            raise PlatformError("the platform's list of completions cannot be read")
        for learner in page.learners:
            yield course, learner, page.as_of


def _value(course: CourseProgress, learner: LearnerProgress, as_of: datetime) -> Mapping[str, Any] | None:
    if learner.completed_at is None:
        return None
    asked_for = {criterion.activity for criterion in course.criteria}
    return {
        "completed_at": learner.completed_at.isoformat(),
        "as_of": as_of.isoformat(),
        "waits": _waits(course, learner),
        "criteria": [
            {name: value for name, value in each.items() if name != "link"} for each in _criteria(course)
        ],
        "activities": [
            {
                "activity": each.activity,
                "state": each.state,
                "overridden": each.overridden,
                "at": each.at.isoformat() if each.at else None,
            }
            | ({"overridden_by": each.overridden_by} if each.overridden_by else {})
            for each in learner.activities
            if each.activity in asked_for
        ],
    }


def _criteria(course: CourseProgress) -> Sequence[Mapping[str, str]]:
    named = ({"kind": each.kind, "activity": each.activity, "link": each.link} for each in course.criteria)
    return [{name: value for name, value in each.items() if value} for each in named]


def _waits(course: CourseProgress, learner: LearnerProgress) -> str:
    """Why a completion does not count yet: Moodle hides a grade that it rests on, or has not calculated the total.

    The total is shown to learners also where a grade in it is hidden, so any hidden grade counts.
    """
    by_total = any(each.kind == "grade" for each in course.criteria)
    by_grades = by_total or any(each.needs_pass for each in course.criteria)
    if by_grades and learner.has_hidden_grade:
        return "hidden"
    return "stale" if by_total and course.is_total_stale else ""


def _is_new(value: Mapping[str, Any] | None, person: KnownPerson) -> bool:
    """Whether the value differs from the last that the source knew of the person, in anything but its `as_of`."""
    own: Sequence[Any] = [each for each in select(person.own, COURSE_COMPLETED) if each.source == NAME]
    before = own[-1].value if own else None
    if value is None or before is None:
        return value is not before
    return bool(value != before | {"as_of": value["as_of"]})
