"""The decisions of the tool, as pure functions: which completions earn a badge, which sightings prove a completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Signal = Literal["transition", "learner_launch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What is known of one member and a gated link.

    `outside_at`, `inside_at`: when first seen outside, and then inside, the list of those who may open it.
    `opened_at`: when they opened it themselves as a learner. `staff`: they were seen teaching here.
    """

    outside_at: datetime | None = None
    inside_at: datetime | None = None
    opened_at: datetime | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a rule demands of a completion. `not_before`: a date set by the teacher, for grades hidden until then."""

    minimum_score: Decimal | None = None
    not_before: datetime | None = None
    paused: bool = False


def earns(score: Decimal | None, bar: Bar, now: datetime) -> bool:
    """Whether a completion with `score` earns the badge now."""
    if bar.paused or (bar.not_before is not None and now < bar.not_before):
        return False
    return bar.minimum_score is None or (score is not None and score >= bar.minimum_score)


def sighted(before: Sighted, *, inside: bool, now: datetime) -> Sighted:
    """`before` with one more look at the list."""
    if not inside:
        # Somebody who can no longer open the link (a restriction was added later) begins again: that they get inside
        # once more will prove that the restriction applies to them.
        outside_at = before.outside_at if before.inside_at is None else None
        return Sighted(outside_at=outside_at or now, opened_at=before.opened_at, staff=before.staff)
    return Sighted(
        outside_at=before.outside_at,
        inside_at=before.inside_at or now,
        opened_at=before.opened_at,
        staff=before.staff,
    )


def signal(seen: Sighted, *, binds: bool) -> Signal | None:
    """The second signal in `seen`, None where there is none; `binds`: the link is known to be closed to somebody.

    Being inside alone proves nothing: teaching assistants bypass restrictions, and platforms list them as learners.
    To have come from outside to inside proves that the restriction applied to this person. So does a launch of one's
    own in the learner's role (assistants launch as instructors), where the restriction is known to apply to somebody.
    """
    if seen.staff or seen.inside_at is None:
        return None
    if seen.outside_at is not None:
        return "transition"
    return "learner_launch" if binds and seen.opened_at is not None else None


def looks_loosened(arrivals: int, outside: int) -> bool:
    """Several came inside at one look and nobody is left outside: the restriction was probably taken away."""
    return arrivals > 1 and outside == 0


def everyone_can_open(inside: Sequence[str], outside: Sequence[str]) -> bool:
    """Whether there are learners, and all of them are inside."""
    return bool(inside) and not outside
