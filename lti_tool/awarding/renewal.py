"""Renewal: from when on a new occasion counts for a further award, and what is left of a ledger from then on. Pure.

An award that ends can be renewed by what is seen in its last part. What was seen earlier, such as a corrected grade, is
about the award that the learner has: see `result_changes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lti_tool.observations import (
    ASSESSMENT_RESULT,
    BADGE_HELD,
    LINK_ACCESS,
    LINK_OPENED,
    OUTCOME_LEVELS,
    PART_MET,
    ROLE,
    Observation,
    dated,
    select,
)
from lti_tool.values import HeldAward

#: How long before its end a badge can be renewed; of a short validity it is the second half.
RENEWAL_PERIOD = timedelta(days=90)
#: What is a state and no occasion: a badge that is held, and what counts as a part of a pathway.
_STATES = frozenset({BADGE_HELD, PART_MET})
#: What says who somebody is, or how well they did what gave them the badge, is no occasion for a further one.
_NO_OCCASIONS = frozenset({ROLE, ASSESSMENT_RESULT, OUTCOME_LEVELS})


def occasions_count_from(held: HeldAward, next_end: datetime | None, now: datetime) -> datetime | None:
    """Since when what is seen of the person is a new occasion; None where nothing renews the award now.

    Somebody has suspended a badge for a reason, so none takes its place: what is seen meanwhile counts once it is
    reinstated.
    `next_end` is until when a badge that is awarded now is valid, None without an end: it has to be later.
    """
    if held.status != "issued" or held.valid_until is None or held.is_suspended:
        return None
    begins = renewal_begins(held.earned_at, held.valid_until)
    is_longer = next_end is None or next_end > held.valid_until
    return begins if begins <= now and is_longer else None


def renewal_begins(earned_at: datetime, valid_until: datetime) -> datetime:
    """From when on what is seen is about the next award, and no longer about the one with that validity."""
    return max(valid_until - RENEWAL_PERIOD, earned_at + (valid_until - earned_at) / 2)


def later_than(own: Sequence[Observation], since: datetime) -> tuple[Observation, ...]:
    """The person's observations that are no older than the new occasion, and what they are in the course.

    What the platform dates, such as a result, counts by that date. Opening a link is no occasion by itself: it
    counts, whenever it was, only where the link was closed to the person since.
    """
    closed = {
        each.resource for each in select(own, LINK_ACCESS) if each.value == "closed" and each.seen_at > since
    }
    # A state counts beside a new occasion; by itself it is one only where it is newer, and never by its end.
    held = any(
        each.kind not in _NO_OCCASIONS
        and _is_later(each, since)
        and not (each.kind in _STATES and each.value is None)
        for each in own
    )
    return tuple(
        each
        for each in own
        if each.kind == ROLE
        or (each.kind in _STATES and held)
        or _is_later(each, since)
        or _is_of(each, closed)
    )


def _is_later(each: Observation, since: datetime) -> bool:
    given_at = dated(each)
    return each.seen_at > since and (given_at is None or given_at > since)


def _is_of(each: Observation, closed: set[str]) -> bool:
    return each.kind == LINK_OPENED and each.resource in closed
