"""Undoing: what was awarded at once by mistake is revoked at once, after a teacher has seen whom that is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.awarding import awards
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, AwardRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The awards of a rule that one look or one act of a teacher brought, without those that are revoked."""

    earned_at: datetime
    awards: Sequence[Award]


def batch_at(session: Session, rule_id: int, earned_at: datetime) -> Batch | None:
    """The batch of that moment; None where fewer than two of its awards are left."""
    found = queries.course_page.awards_earned_at(session, rule_id, earned_at)
    return Batch(earned_at=earned_at, awards=found) if len(found) > 1 else None


def undo(
    session: Session, rule: AwardRule, earned_at: datetime, seen: Collection[int], now: datetime, by: Actor
) -> Sequence[Award]:
    """Revokes those awards of a batch that the teacher has seen, by their ids, as issued by mistake; returns them.

    An award that somebody has revoked meanwhile keeps their reason. Nothing awards them again by itself.
    """
    queries.people.lock_course(session, rule.course_id)
    undone = [
        award
        for award in queries.course_page.awards_earned_at(session, rule.id, earned_at)
        if award.id in seen and awards.revoke_mistake(session, award, now, by)
    ]
    if undone:
        data = {"awards": [award.id for award in undone]}
        events.record(session, "batch_undone", "rule", rule.id, now, actor=by, data=data)
    return undone
