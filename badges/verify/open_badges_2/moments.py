"""The dates of Open Badges 2.0 and older, which may lack a zone, a time of day, or be seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from signing.timestamps import in_every_zone

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = re.compile(r"\d{9,10}", re.ASCII)
#: The first and the last moment that a date may mean; the same twice where its zone is known.
Moments = tuple[datetime, datetime]


def read_moments(value: Any) -> Moments:
    """What a timestamp, a day or seconds since 1970 may mean. A day is its beginning. Raises ValueError."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**36:
        moment = datetime.fromtimestamp(value, tz=UTC)  # Open Badges 1.0 counted seconds
        return moment, moment
    form = _FORM.fullmatch(value) if isinstance(value, str) else None
    if form is None or (form[3] and not form[2]):
        raise ValueError("not a moment")
    moment = datetime.fromisoformat(form[0].upper())
    if moment.tzinfo is not None:
        return moment, moment
    return in_every_zone(moment)


def read_end(value: Any) -> Moments:
    """The same for an end. What ends on a day may end with it. Raises ValueError."""
    first, last = read_moments(value)
    is_day = isinstance(value, str) and len(value) == len("2026-01-31") and "-" in value
    return first, last.replace(hour=23, minute=59, second=59, microsecond=999_999) if is_day else last


def same_moment(one: Any, other: Any) -> bool:
    """Whether both are moments, and the same one, however they are written."""
    try:
        return read_moments(one) == read_moments(other)
    except ValueError:
        return False
