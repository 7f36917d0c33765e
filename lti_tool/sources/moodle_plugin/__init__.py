"""What Moodle itself has as completed, through a plugin of ours: with dates, also for those who never open the badge.

What it cannot see: nothing of what Moodle shows as completed; it waits where a grade is hidden or out of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.errors import LaunchError, PlatformError
from lti_tool.observations import (
    ACTIVITIES,
    ACTIVITY_COMPLETED,
    COMPLETION_CRITERIA,
    COURSE_COMPLETED,
    FINAL_SCORE,
    KnownPerson,
    select,
)
from lti_tool.platforms.notices import NOTICE_TYPE, changed_courses
from lti_tool.platforms.services import Connection
from lti_tool.sources.completion_values import completion_value, is_news
from lti_tool.sources.found import NOBODY, Answer, Asked, Found, Known, Message, Reply, in_parts
from lti_tool.values import CourseProgress, LearnerProgress, ProgressPage

NAME = "moodle_plugin"
GIVES = frozenset({COURSE_COMPLETED, ACTIVITY_COMPLETED, FINAL_SCORE})
RANK = 1
#: Who registers a Moodle by hand may leave out what it is.
PRODUCTS = frozenset({"moodle", ""})


def is_open(asked: Asked) -> bool:
    """Whether the course's platform has the plugin."""
    return asked.completions_url is not None


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """Whose completions or totals are new, or told otherwise than before. Raises PlatformError."""
    if asked.completions_url is None:
        return Answer()
    wanted = _Wanted(
        kinds=frozenset().union(*(link.reads for link in asked.links)) & GIVES,
        activities=sorted(asked.resources(ACTIVITY_COMPLETED)),
    )
    found: list[Found] = []
    listed = completed = 0
    course = None
    for part in in_parts(_learners(connection.completions(asked.completions_url))):
        told = {learner.user_id: _told(wanted, course, learner, as_of) for course, learner, as_of in part}
        course = part[-1][0]
        people = known.people(list(told), wanted.kinds)
        for user_id, values in told.items():
            found += _news(user_id, values, people.get(user_id, NOBODY))
        listed += len(told)
        completed += sum(learner.completed_at is not None for _, learner, _ in part)
    if course is not None and ACTIVITY_COMPLETED in wanted.kinds:
        found += _news(None, {(ACTIVITIES, ""): _names(course)}, KnownPerson(own=known.course))
    if course is not None:
        found += _news(None, {(COMPLETION_CRITERIA, ""): _criteria(course)}, KnownPerson(own=known.course))
    counts = {
        "learners": listed,
        "completed": completed,
        "asks_for_notices": _ask_for_notices(asked, connection),
    }
    return Answer(found=found, counts=counts)


def activities(asked: Asked, connection: Connection) -> Mapping[str, str]:
    """The names of the activities whose completion Moodle tracks, by their ids. Raises PlatformError."""
    if asked.completions_url is None:
        raise PlatformError("the platform's list of completions cannot be read", permanent=True)
    first = next(connection.completions(asked.completions_url), None)
    if first is None or first.course is None:
        raise PlatformError("the platform's list of completions cannot be read")
    return _names(first.course)


def _names(course: CourseProgress) -> Mapping[str, str]:
    return {each.id: each.name for each in course.activities}


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


def _criteria(course: CourseProgress) -> Mapping[str, Any]:
    named = ({"kind": each.kind, "activity": each.activity} for each in course.criteria)
    return {
        "criteria": [{name: value for name, value in each.items() if value} for each in named],
        "links": {each.id: each.link for each in course.activities if each.link},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The kinds of observations that the rules of the course read, and of which activities, by id."""

    kinds: frozenset[str]
    activities: Sequence[str]


#: What is told of somebody, by kind and resource.
_Told = Mapping[tuple[str, str], Mapping[str, Any] | None]


def _told(wanted: _Wanted, course: CourseProgress, learner: LearnerProgress, as_of: datetime) -> _Told:
    told: dict[tuple[str, str], Mapping[str, Any] | None] = {}
    if COURSE_COMPLETED in wanted.kinds:
        told[COURSE_COMPLETED, ""] = completion_value(course, learner, as_of, _waits(course, learner))
    if FINAL_SCORE in wanted.kinds:
        told[FINAL_SCORE, ""] = _total(course, learner)
    if ACTIVITY_COMPLETED in wanted.kinds:
        for activity in wanted.activities:
            told[ACTIVITY_COMPLETED, activity] = _activity(course, learner, activity)
    return told


def _total(course: CourseProgress, learner: LearnerProgress) -> Mapping[str, Any] | None:
    """The course total. It waits as a completion does that rests on it."""
    total = learner.total
    if total is None:
        return None
    waits = "hidden" if learner.has_hidden_grade else "stale" if course.is_total_stale else ""
    return {
        "score": str(total.score),
        "graded_at": total.graded_at.isoformat() if total.graded_at else None,
        "waits": waits,
    }


def _activity(course: CourseProgress, learner: LearnerProgress, activity: str) -> Mapping[str, Any] | None:
    """The learner's completion of one activity; None where Moodle does not have it as completed.

    Which grade is the activity's Moodle does not tell, so where its state says something of a grade any hidden one of
    the learner's counts.
    """
    found = next((each for each in learner.activities if each.activity == activity), None)
    about = next((each for each in course.activities if each.id == activity), None)
    if found is None or found.state not in ("complete", "passed", "failed"):
        return None
    by_grade = found.state != "complete" or (about is not None and about.needs_pass)
    return {
        "completed_at": found.at.isoformat() if found.at else None,
        "state": found.state,
        "name": about.name if about is not None else "",
        "waits": "hidden" if by_grade and learner.has_hidden_grade else "",
    }


def _waits(course: CourseProgress, learner: LearnerProgress) -> str:
    """Why a completion does not count yet: Moodle hides a grade that it rests on, or has not calculated the total.

    The total is shown to learners also where a grade in it is hidden, so any hidden grade counts.
    """
    by_total = any(each.kind == "grade" for each in course.criteria)
    by_grades = by_total or any(each.needs_pass for each in course.criteria)
    if by_grades and learner.has_hidden_grade:
        return "hidden"
    return "stale" if by_total and course.is_total_stale else ""


def _news(user_id: str | None, told: _Told, person: KnownPerson) -> Sequence[Found]:
    """What of it differs from the last that the source knew, in anything but its `as_of`."""
    return [
        Found(user_id=user_id, kind=kind, resource=resource, value=value)
        for (kind, resource), value in told.items()
        if is_news(value, select(person.own, kind, resource), NAME)
    ]
