"""The badges that the tool itself has awarded: who of a course holds which, where a rule of the course asks for it.

What it cannot see: badges of other issuers, and those that learners keep elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lti_tool.observations import BADGE_HELD

NAME = "awards"
GIVES = frozenset({BADGE_HELD})
RANK = 6


def holding(awarded_at: datetime, valid_until: datetime | None) -> dict[str, Any]:
    """The value of a BADGE_HELD while the badge is valid."""
    return {
        "awarded_at": awarded_at.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
    }
