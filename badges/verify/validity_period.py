"""check_validity: whether the validity period of a credential has begun and has not ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from badges.verify.report import Finding, failed, passed, unknown
from signing.json_text import Json
from signing.timestamps import possible_ends, possible_moments

#: The names of both data models. A credential that uses those of the other one as well is held to all that it says.
_BEGINS, _ENDS = ("validFrom", "issuanceDate"), ("validUntil", "expirationDate")
#: The first and the last moment that a date may mean; None for a date that cannot be read.
Moments = tuple[datetime, datetime] | None


def check_validity(credential: Json, now: datetime) -> Finding:
    """Whether `now` is in the period of a normalised credential, both ends included."""
    begins = [moments_of(credential[name], possible_moments) for name in _BEGINS if name in credential]
    ends = [moments_of(credential[name], possible_ends) for name in _ENDS if name in credential]
    return judge_period(begins, ends, now)


def moments_of(value: Any, read: Callable[[Any], tuple[datetime, datetime]]) -> Moments:
    """What `read` gives for the value; None where it raises ValueError."""
    try:
        return read(value)
    except ValueError:
        return None


def judge_period(begins: Sequence[Moments], ends: Sequence[Moments], now: datetime) -> Finding:
    """The finding on a period with these beginnings and ends. A date without a zone is judged in every zone.

    Expired or not yet valid is only what is so in all of them. Where the zones disagree, or a date cannot be read, it
    could not be checked: `unknown`, never valid.
    """
    for end in ends:
        if end and now > end[1]:
            return failed("expired", end[0].isoformat())
    for begin in begins:
        if begin and now < begin[0]:
            return failed("not_yet_valid", begin[0].isoformat())
    if None in (*begins, *ends):
        return unknown("no_dates")
    if any(begin and now < begin[1] for begin in begins) or any(end and now > end[0] for end in ends):
        return unknown("no_zone")
    return passed("valid" if ends else "no_end")
