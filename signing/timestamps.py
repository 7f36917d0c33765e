"""Timestamps as credentials have them: `2026-02-03T04:05:06Z`.

Source: Verifiable Credentials Data Model v2.0, "Representing Time" (dateTimeStamp: the offset is not optional).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?", re.ASCII)
_LATEST = datetime.max.replace(tzinfo=UTC)
#: The zones in which a day begins first and last.
_FIRST_ZONE, _LAST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


def as_timestamp(moment: datetime) -> str:
    """The moment in UTC, fractions of seconds cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_timestamp(text: object) -> datetime:
    """The aware datetime; raises ValueError for anything but a timestamp with an offset."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise ValueError("not a moment with its offset")
    return datetime.fromisoformat(text)


def in_every_zone(local: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment of a local time, in the zones in which it comes first and last."""
    return local.replace(tzinfo=_FIRST_ZONE), local.replace(tzinfo=_LAST_ZONE)


def possible_moments(text: object) -> tuple[datetime, datetime]:
    """The first and the last moment that a timestamp may mean: the same twice, unless it has no offset.

    One without an offset is read in every zone from +14 to -12. A day alone is its beginning. Raises ValueError for
    anything else.
    """
    if isinstance(text, str) and _DAY.fullmatch(text):
        text += "T00:00:00"
    if not isinstance(text, str) or not _NO_ZONE.fullmatch(text):
        return (from_timestamp(text),) * 2
    return in_every_zone(datetime.fromisoformat(text))


def possible_ends(text: object) -> tuple[datetime, datetime]:
    """The same for an end: what ends on a day may end with it. Raises ValueError."""
    first, last = possible_moments(text)
    is_day = isinstance(text, str) and _DAY.fullmatch(text)
    return first, min(last, _LATEST - timedelta(days=1)) + timedelta(days=1) if is_day else last
