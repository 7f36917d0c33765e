"""What our plugin for Moodle answers: who has completed a course, when, and by what. Source: its own `README.md`.

Readers give None for an entry without an id; an answer that is not of this shape is an error, because a list that is
read in part would be believed to be whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.platforms.claims import identifier, text, words
from lti_tool.platforms.service_values import moment, number, score
from lti_tool.values import (
    ActivityProgress,
    CompletionCriterion,
    CourseActivity,
    CourseProgress,
    CourseTotal,
    LearnerProgress,
    ProgressPage,
)

MEDIA_TYPE = "application/vnd.nozimite.completions.v1+json"
SCOPE = "urn:nozimite:lti:scope:completion.readonly"
MESSAGE_SCOPE = "urn:nozimite:lti:scope:message"


def messages_url(completions_url: str) -> str:
    """Where the plugin takes what it is to tell learners of the course whose completions are at that address."""
    return completions_url.removesuffix("/completions") + "/messages"


def read_page(page: Any, before: CourseProgress | None = None) -> ProgressPage:
    """A page of the answer. `before` is the course as a page before told it: only the first one does.

    Raises PlatformError where it is no such page.
    """
    as_of = page.get("asOf") if isinstance(page, dict) else None
    if not isinstance(as_of, int) or isinstance(as_of, bool) or not 0 <= as_of < 1e11:
        raise _unreadable()
    context = page.get("context")
    course = _course(context) if isinstance(context, dict) else None
    known = course or before
    totals = known.totals if known is not None else frozenset()
    learners = (_learner(each, totals) for each in _objects(page, "learners"))
    return ProgressPage(
        as_of=datetime.fromtimestamp(as_of, UTC),
        learners=tuple(filter(None, learners)),
        course=course,
    )


def _course(context: Mapping[str, Any]) -> CourseProgress:
    activities = tuple(filter(None, map(_course_activity, _objects(context, "activities"))))
    needing_pass = {each.id for each in activities if each.needs_pass}
    totals = [each for each in _objects(context, "gradeItems") if each.get("kind") == "course"]
    return CourseProgress(
        criteria=tuple(_criterion(each, needing_pass) for each in _objects(context, "criteria")),
        is_total_stale=any(each.get("stale") is not False for each in totals),
        activities=activities,
        totals=frozenset(filter(None, (identifier(each.get("id")) for each in totals))),
    )


def _course_activity(entry: Mapping[str, Any]) -> CourseActivity | None:
    activity = identifier(entry.get("id"))
    if activity is None:
        return None
    name = words(entry.get("title")) or activity
    return CourseActivity(
        id=activity,
        name=name,
        needs_pass=entry.get("needsPass") is True,
        link=identifier(entry.get("resourceLink")),
    )


def _criterion(entry: Mapping[str, Any], needing_pass: set[str]) -> CompletionCriterion:
    activity = identifier(entry.get("activity"))
    return CompletionCriterion(
        kind=text(entry.get("type")) or "other",
        activity=activity,
        needs_pass=activity is not None and activity in needing_pass,
    )


def _learner(entry: Mapping[str, Any], totals: frozenset[str]) -> LearnerProgress | None:
    user_id = identifier(entry.get("sub"))
    if user_id is None:
        return None
    grades = _objects(entry, "grades")
    return LearnerProgress(
        user_id=user_id,
        completed_at=moment(entry.get("completedAt")),
        activities=tuple(filter(None, map(_activity, _objects(entry, "activities")))),
        # Whatever is not said to be shown counts as hidden.
        has_hidden_grade=any(grade.get("hidden") is not False for grade in grades),
        total=next(
            filter(None, (_total(each) for each in grades if identifier(each.get("id")) in totals)), None
        ),
    )


def _total(grade: Mapping[str, Any]) -> CourseTotal | None:
    share = score(number(grade.get("score")), grade.get("maximum"))
    # Without a maximum nobody knows what the points are worth.
    if share is None or grade.get("maximum") is None:
        return None
    return CourseTotal(score=share, graded_at=moment(grade.get("at")))


def _activity(entry: Mapping[str, Any]) -> ActivityProgress | None:
    activity = identifier(entry.get("id"))
    if activity is None:
        return None
    return ActivityProgress(
        activity=activity,
        state=text(entry.get("state")) or "unknown",
        overridden=entry.get("overridden") is not False,
        overridden_by=identifier(entry.get("overriddenBy")),
        at=moment(entry.get("at")),
    )


def _objects(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in a list that must be there."""
    listed = entry.get(name)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise _unreadable()
    return listed


def _unreadable() -> PlatformError:
    return PlatformError("the platform's list of completions cannot be read")
