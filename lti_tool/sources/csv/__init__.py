"""Completions that somebody who teaches a course, or the operator, uploads as a list of rows.

It is open where the operator has set it up for the platform: it rests on what people write into a file.

What it cannot see: whether what the list says is so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from lti_tool.observations import COURSE_COMPLETED, FINAL_SCORE
from lti_tool.sources.found import Asked, Found
from lti_tool.sources.set_up import Setting

NAME = "csv"
GIVES = frozenset({COURSE_COMPLETED, FINAL_SCORE})
RANK = 4
SET_UP: tuple[Setting, ...] = ()


def is_open(asked: Asked) -> bool:
    """Whether the operator lets lists be uploaded for courses of the platform."""
    return NAME in asked.access


def lists(user_id: str, completed_at: datetime, score: Decimal | None) -> Sequence[Found]:
    """What a row of a list says of a person. The same row says the same each time, so that it counts once."""
    at = completed_at.isoformat()
    value = {"completed_at": at, "as_of": at, "waits": "", "criteria": [], "activities": []}
    found = [Found(user_id=user_id, kind=COURSE_COMPLETED, value=value)]
    if score is not None:
        told = {"score": str(score), "graded_at": at, "waits": ""}
        found.append(Found(user_id=user_id, kind=FINAL_SCORE, value=told))
    return found
