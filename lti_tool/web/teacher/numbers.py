"""The numbers of a badge's card, each of which leads to those whom it counts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.store.queries.course_home import AwardCounts
from lti_tool.web.teacher.learners import Learners


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many people are in the groups of the badge's list that its card names, and how many awards there ever were.

    `have` it; `waits` for a teacher; `claimed`: those who have it and opened it; `eligible`: those who have it or may
    get it by this rule. `trouble`: something about their badge failed or is held up; `expiring`: it ends soon.
    `unissued` badges are being made.
    """

    eligible: int
    have: int
    waits: int
    claimed: int
    trouble: int
    expiring: int
    unissued: int
    ever: int


def numbers_of(counts: Sequence[AwardCounts], learners: Learners) -> Numbers:
    """The numbers of a rule, of whose awards these are the counts."""
    have = sum(each.held for each in counts)
    without = learners.not_yet + learners.to_confirm + learners.by_hand + len(learners.named)
    return Numbers(
        eligible=have + sum(each.pending for each in counts) + without,
        have=have,
        waits=learners.waiting,
        claimed=sum(each.claimed for each in counts),
        trouble=sum(each.in_trouble for each in counts),
        expiring=sum(each.ending for each in counts),
        unissued=sum(each.unissued for each in counts),
        ever=sum(each.number for each in counts),
    )
