"""What a teacher says: that learners are confirmed, at which levels, and what they know of a link's restriction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lti_tool.observations import (
    CONFIRMED,
    OUTCOME_LEVELS,
    RESTRICTION,
    RESTRICTION_CONFIRMED,
    RESULT_LEFT,
)
from lti_tool.observations.link_history import REMOVED
from lti_tool.sources.found import Found

NAME = "teacher"
GIVES = frozenset({CONFIRMED, RESTRICTION, RESTRICTION_CONFIRMED, RESULT_LEFT, OUTCOME_LEVELS})
RANK = 5


def confirms(user_id: str, link: str) -> Found:
    """The person is confirmed for the rule of the link."""
    return Found(user_id=user_id, kind=CONFIRMED, resource=link, value=True)


def leaves_result(user_id: str, link: str, seen_at: datetime) -> Found:
    """The person keeps the badge of the link, though a result that was seen at that time is another one."""
    return Found(user_id=user_id, kind=RESULT_LEFT, resource=link, value=seen_at.isoformat())


def states_levels(user_id: str, link: str, template_version: int, levels: Mapping[int, int | None]) -> Found:
    """The person has met learning outcomes of the badge of the link at these levels."""
    told = {str(outcome): level for outcome, level in levels.items()}
    value = {"template_version": template_version, "levels": told}
    return Found(user_id=user_id, kind=OUTCOME_LEVELS, resource=link, value=value)


def states(kind: str, resource: str, value: Any) -> Found:
    """What a condition let the teacher say of the course."""
    return Found(user_id=None, kind=kind, resource=resource, value=value)


def restriction_removed(link: str) -> Found:
    """The link's restriction was removed, some time since the last witness."""
    return Found(user_id=None, kind=RESTRICTION, resource=link, value=REMOVED)
