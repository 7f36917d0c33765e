"""The dates of Open Badges 2.0 and older, which may lack a zone, a time of day, or be seconds since 1970."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = re.compile(r"\d{9,10}", re.ASCII)
#: The first and the last zone on earth: a moment without a zone may be in any.
_FIRST_ZONE, _LAST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something begins or ends: not before `earliest`, not after `latest`; both are the same in a known zone."""

    earliest: datetime
    latest: datetime


def read_moment(value: Any) -> Moment:
    """The moment of a timestamp, a day or seconds since 1970. A day is its beginning. Raises ValueError."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**36:
        moment = datetime.fromtimestamp(value, tz=UTC)  # Open Badges 1.0 counted seconds
        return Moment(earliest=moment, latest=moment)
    form = _FORM.fullmatch(value) if isinstance(value, str) else None
    if form is None or (form[3] and not form[2]):
        raise ValueError("not a moment")
    moment = datetime.fromisoformat(form[0].upper())
    if moment.tzinfo is not None:
        return Moment(earliest=moment, latest=moment)
    return Moment(earliest=moment.replace(tzinfo=_FIRST_ZONE), latest=moment.replace(tzinfo=_LAST_ZONE))


def read_end(value: Any) -> Moment:
    """The same for an end. What ends on a day may end with it. Raises ValueError."""
    end = read_moment(value)
    is_day = isinstance(value, str) and len(value) == len("2026-01-31") and "-" in value
    return Moment(earliest=end.earliest, latest=end.latest + timedelta(days=1)) if is_day else end


def same_moment(one: Any, other: Any) -> bool:
    """Whether both are moments, and the same one, however they are written."""
    try:
        return read_moment(one) == read_moment(other)
    except (ValueError, OverflowError):
        return False
