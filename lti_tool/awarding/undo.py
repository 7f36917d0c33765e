"""Undoing: what was awarded at once by mistake is revoked at once, after a teacher has seen whom that is about."""

from __future__ import annotations

from collections import defaultdict
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


def batches(of_rule: Sequence[Award]) -> Sequence[Batch]:
    """The batches of more than one award among those of a rule, newest first."""
    found: defaultdict[datetime, list[Award]] = defaultdict(list)
    for award in of_rule:
        if award.status != "revoked":
            found[award.earned_at].append(award)
    return [
        Batch(earned_at=earned_at, awards=found[earned_at])
        for earned_at in sorted(found, reverse=True)
        if len(found[earned_at]) > 1
    ]


def undo(
    session: Session, rule: AwardRule, earned_at: datetime, seen: Collection[int], now: datetime, by: Actor
) -> Sequence[Award]:
    """Revokes those awards of a batch that the teacher has seen, by their ids, as issued by mistake; returns them.

    An award that somebody has revoked meanwhile keeps their reason. Nothing awards them again by itself.
    """
    queries.people.lock_course(session, rule.course_id)
    undone = []
    for award in queries.awards.awards_of_rule(session, rule.id):
        if (
            award.earned_at == earned_at
            and award.id in seen
            and awards.revoke_mistake(session, award, now, by)
        ):
            undone.append(award)
    if undone:
        data = {"awards": [award.id for award in undone]}
        events.record(session, "batch_undone", "rule", rule.id, now, actor=by, data=data)
    return undone
