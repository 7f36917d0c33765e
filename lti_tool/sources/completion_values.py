"""A completed course as an observation has it: what sources that know it from Moodle tell in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lti_tool.observations import Observation
from lti_tool.values import CourseProgress, LearnerProgress


def completion_value(
    course: CourseProgress, learner: LearnerProgress, as_of: datetime, waits: str
) -> Mapping[str, Any] | None:
    """The value of COURSE_COMPLETED, None for who has not completed; `waits` says why it does not count yet."""
    if learner.completed_at is None:
        return None
    asked_for = {criterion.activity for criterion in course.criteria}
    return {
        "completed_at": learner.completed_at.isoformat(),
        "as_of": as_of.isoformat(),
        "waits": waits,
        "criteria": [
            {"kind": each.kind} | ({"activity": each.activity} if each.activity else {})
            for each in course.criteria
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


def is_news(
    value: Mapping[str, Any] | Sequence[Any] | None, seen: Sequence[Observation], source: str
) -> bool:
    """Whether it differs from the last that the source knew, in anything but its `as_of`.

    `seen` are the observations of the same person, kind and resource, in the order of `seen_at`.
    """
    own = [each for each in seen if each.source == source]
    before = own[-1].value if own else None
    if value is None or before is None:
        return value is not before
    if isinstance(value, Mapping) and "as_of" in value:
        return bool(value != before | {"as_of": value["as_of"]})
    return bool(value != before)
