"""Scores that the tool writes into a column of the gradebook. Source: LTI Assignment and Grade Services 2.0.

A badge is the full score. A grade that a teacher has typed over it stays: both Moodle and Canvas see to that.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.values import Json

MEDIA_TYPE = "application/vnd.ims.lis.v1.score+json"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
_CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


def full_score(user_id: str, at: datetime, comment: str, product: str) -> Json:
    """The whole of the column's maximum, whatever that is."""
    return _score(user_id, at, product) | {
        "scoreGiven": 1,
        "scoreMaximum": 1,
        "comment": comment,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }


def no_score(user_id: str, at: datetime, product: str) -> Json:
    """None at all: the platform clears what was there."""
    return _score(user_id, at, product) | {"activityProgress": "Initialized", "gradingProgress": "NotReady"}


def _score(user_id: str, at: datetime, product: str) -> Json:
    score: Json = {"userId": user_id, "timestamp": at.isoformat()}
    if product == "canvas":
        # Otherwise it would count as a submission, use up an attempt, and replace a teacher's grade.
        score[_CANVAS_SUBMISSION] = {"new_submission": False, "prioritize_non_tool_grade": True}
    return score
