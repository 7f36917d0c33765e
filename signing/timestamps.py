"""Timestamps as credentials have them: `2026-02-03T04:05:06Z`.

Source: Verifiable Credentials Data Model v2.0, "Representing Time" (dateTimeStamp: the offset is not optional).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def as_timestamp(moment: datetime) -> str:
    """The moment in UTC, fractions of seconds cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_timestamp(text: object) -> datetime:
    """The aware datetime; raises ValueError for anything but a timestamp with an offset."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise ValueError("not a moment with its offset")
    return datetime.fromisoformat(text)
