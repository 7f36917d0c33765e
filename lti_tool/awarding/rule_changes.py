"""What a teacher changes of an award rule, and whom they confirm by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.awarding.looks import award_all, look_soon
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, Learner
from lti_tool.values import Completion


def confirm_learners(
    session: Session, rule: AwardRule, learner_ids: Sequence[int], by: Learner | None, now: datetime
) -> list[Award]:
    """The awards for those whom a teacher ticked in the preview; others than those shown there are passed over."""
    chosen = set(learner_ids)
    completions = [
        Completion(
            rule_id=rule.id,
            user_id=sighting.learner.user_id,
            score=sighting.score,
            completed_at=sighting.inside_at or now,
            evidence={
                "kind": "teacher_tick",
                "by": by.user_id if by else None,
                "inside_at": sighting.inside_at.isoformat() if sighting.inside_at else None,
                "seen_at": now.isoformat(),
            },
        )
        for sighting in queries.rules.waiting_sightings(session, rule)
        if sighting.learner_id in chosen
    ]
    return award_all(session, rule, completions, now)


def confirm_restriction(session: Session, rule: AwardRule, now: datetime) -> None:
    """A teacher says that the link is restricted: from now on a learner's own launch counts."""
    rule.gate_confirmed_at = rule.gate_confirmed_at or now


def pause(session: Session, rule: AwardRule, paused: bool, now: datetime) -> None:
    rule.paused = paused
    if not paused:
        look_soon(session, rule, now)


def take_newer_version(session: Session, rule: AwardRule) -> None:
    """From now on the newest published version is given; what was issued stays as it is."""
    newer = queries.templates.newer_version(session, rule)
    if newer is not None:
        rule.template_version = newer


def set_conditions(
    session: Session, rule: AwardRule, not_before: datetime | None, needs_tick: bool, now: datetime
) -> None:
    """A date before which nothing is awarded, and whether a teacher ticks each learner: for grades still hidden."""
    rule.not_before, rule.needs_tick = not_before, needs_tick
    look_soon(session, rule, now)
