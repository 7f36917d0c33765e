"""What Moodle itself has as completed, through a plugin of ours: with dates, also for those who never open the badge.

What it cannot see: nothing of what Moodle shows as completed; it waits where a grade is hidden or out of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from lti_tool.errors import LaunchError, PlatformError
from lti_tool.observations import COMPLETION_CRITERIA, COURSE_COMPLETED
from lti_tool.platforms.notices import NOTICE_TYPE, changed_courses
from lti_tool.platforms.services import Connection
from lti_tool.sources.completion_values import completion_value, is_new_completion
from lti_tool.sources.found import NOBODY, Answer, Asked, Found, Known, Message, Reply, in_parts, is_new
from lti_tool.values import CourseProgress, LearnerProgress, ProgressPage

NAME = "moodle_plugin"
GIVES = frozenset({COURSE_COMPLETED})
RANK = 1


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
        values = {
            learner.user_id: completion_value(course, learner, as_of, _waits(course, learner))
            for course, learner, as_of in part
        }
        people = known.people(list(values), GIVES)
        found += (
            Found(user_id=user_id, kind=COURSE_COMPLETED, value=value)
            for user_id, value in values.items()
            if is_new_completion(value, people.get(user_id, NOBODY).own, NAME)
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
    if asked.notices_url is None or NOTICE_TYPE not in asked.notice_types:
        return 0
    try:
        connection.ask_for_notices(asked.notices_url, NOTICE_TYPE, asked.messages_url.format(NAME))
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
