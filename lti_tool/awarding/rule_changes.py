"""Changes that a teacher makes to an award rule, and confirmations of learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.awarding.looks import award_all, look_soon
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, Person
from lti_tool.values import Completion


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a rule asks for beside its trigger.

    `not_before`: nothing is awarded earlier, for grades that stay hidden until then. `needs_tick`: a teacher confirms
    each learner.
    """

    not_before: datetime | None
    needs_tick: bool


def confirm_learners(
    session: Session, rule: AwardRule, learner_ids: Sequence[int], by: Person | None, now: datetime
) -> list[Award]:
    """The awards of the learners whom a teacher confirmed; ids of learners who were not waiting are ignored."""
    chosen = set(learner_ids)
    completions = [
        Completion(
            rule_id=rule.id,
            user_id=sighting.person.accounts[0].user_id,
            score=sighting.score,
            completed_at=sighting.inside_at or now,
            evidence={
                "kind": "teacher_tick",
                "by": by.accounts[0].user_id if by else None,
                "inside_at": sighting.inside_at.isoformat() if sighting.inside_at else None,
                "seen_at": now.isoformat(),
            },
        )
        for sighting in queries.rules.waiting_sightings(session, rule)
        if sighting.person_id in chosen
    ]
    return award_all(session, rule, completions, now)


def confirm_restriction(rule: AwardRule, now: datetime) -> None:
    """Records that a teacher says the link is restricted; from now on a learner's own launch is proof."""
    rule.gate_confirmed_at = rule.gate_confirmed_at or now


def pause(rule: AwardRule) -> None:
    """Stops looks and awards of the rule until `resume`."""
    rule.paused = True


def resume(session: Session, rule: AwardRule, now: datetime) -> None:
    """Ends a pause; the next look is due at once."""
    rule.paused = False
    look_soon(session, rule, now)


def take_newer_version(session: Session, rule: AwardRule) -> None:
    """Makes the rule award the newest published version of its template; issued credentials stay as they are."""
    newer = queries.templates.newer_version(session, rule)
    if newer is not None:
        rule.template_version = newer


def set_conditions(session: Session, rule: AwardRule, conditions: Conditions, now: datetime) -> None:
    """Replaces the rule's conditions for all later awards; the next look is due at once."""
    rule.not_before, rule.needs_tick = conditions.not_before, conditions.needs_tick
    look_soon(session, rule, now)
