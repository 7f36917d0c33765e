"""A completed course as an observation has it: what sources that know it from Moodle tell in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lti_tool.observations import COURSE_COMPLETED, Observation, select
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


def is_new_completion(value: Mapping[str, Any] | None, own: Sequence[Observation], source: str) -> bool:
    """Whether it differs from the last that the source knew of the person, in anything but its `as_of`."""
    told = [each for each in select(own, COURSE_COMPLETED) if each.source == source]
    before = told[-1].value if told else None
    if value is None or before is None:
        return value is not before
    return bool(value != before | {"as_of": value["as_of"]})
