"""Looks that triggers take at platforms, and what teachers and learners add to them; all ends in `awarding.award`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from lti_tool import awarding
from lti_tool.errors import PlatformError
from lti_tool.platforms.services import Connection
from lti_tool.store import Session, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, AwardRule, Learner
from lti_tool.triggers import TRIGGERS, Watched, gated_link
from lti_tool.values import Completion, Registration

Connect = Callable[[Registration], Connection]

#: Longest wait between two looks at a platform that does not answer.
LONGEST_PAUSE = timedelta(hours=6)
#: From a learner's opening of the link to the look it asks for: a class that opens it together is one look.
PAUSE = timedelta(seconds=2)
PAUSE_IN_TROUBLE = timedelta(minutes=1)


def check(store: Store, connect: Connect, rule_id: int, now: datetime) -> PlatformError | None:
    """One look at the rule's platform; awards follow from it. Gives the trouble, where there was some.

    The platform is asked between two transactions, never inside one.
    """
    with store.read() as session:
        rule = queries.rule(session, rule_id)
        if rule is None or rule.paused:
            return None
        registration = queries.as_registration(rule.course.registration)
        trigger = TRIGGERS[rule.trigger]
        watched = Watched(
            memberships_url=rule.course.memberships_url,
            line_items_url=rule.course.line_items_url,
            resource_link_id=rule.resource_link_id,
            line_item_url=rule.line_item_url,
        )
    try:
        seen = trigger.look(watched, connect(registration))
    except PlatformError as error:
        with store.begin() as session:
            troubled = session.get_one(AwardRule, rule_id)
            troubled.trouble = error.as_json()
            if error.concluded:
                troubled.course.concluded_at = now
        return error
    with store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        queries.hold_rule(session, rule)
        rule.checked_at, rule.trouble = now, None
        award_all(session, rule, trigger.completions(session, rule, seen, now), now)
    return None


def award_all(
    session: Session, rule: AwardRule, completions: Iterable[Completion], now: datetime
) -> list[Award]:
    """The awards that follow. Whoever has one already is passed over: most of a course, at most looks."""
    awarded = queries.awarded_users(session, rule)
    awards = (
        awarding.award(session, rule, completion, now)
        for completion in completions
        if completion.user_id not in awarded
    )
    return [award for award in awards if award is not None]


def opened_by_learner(session: Session, rule: AwardRule, learner: Learner, now: datetime) -> Award | None:
    """A learner's own launch of a gated link, which may be the second signal that was missing."""
    if rule.trigger != gated_link.NAME:
        return None
    queries.hold_rule(session, rule)
    completion = gated_link.opened(session, rule, learner, now)
    if completion is None:
        pause = PAUSE_IN_TROUBLE if rule.trouble else PAUSE
        outbox.hasten(session, _look_id(rule), "poll", {"rule_id": rule.id}, now + pause)
        return None
    return awarding.award(session, rule, completion, now)


def tick(
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
        for sighting in queries.waiting_sightings(session, rule)
        if sighting.learner_id in chosen
    ]
    return award_all(session, rule, completions, now)


def confirm_gate(session: Session, rule: AwardRule, now: datetime) -> None:
    """A teacher says that the link is restricted: from now on a learner's own launch counts."""
    rule.gate_confirmed_at = rule.gate_confirmed_at or now


def pause(session: Session, rule: AwardRule, paused: bool, now: datetime) -> None:
    rule.paused = paused
    if not paused:
        check_soon(session, rule, now)


def take_newer_version(session: Session, rule: AwardRule) -> None:
    """From now on the newest published version is given; what was issued stays as it is."""
    newer = queries.newer_version(session, rule)
    if newer is not None:
        rule.template_version = newer


def set_conditions(
    session: Session, rule: AwardRule, not_before: datetime | None, needs_tick: bool, now: datetime
) -> None:
    """A date before which nothing is awarded, and whether a teacher ticks each learner: for grades still hidden."""
    rule.not_before, rule.needs_tick = not_before, needs_tick
    check_soon(session, rule, now)


def check_soon(session: Session, rule: AwardRule, now: datetime) -> None:
    """The rule's next look is due now."""
    outbox.arm(session, _look_id(rule), "poll", {"rule_id": rule.id}, now)


def _look_id(rule: AwardRule) -> str:
    return f"poll-{rule.id}"


def next_look(
    rule: AwardRule, trouble: PlatformError | None, usual: timedelta, failures: int, now: datetime
) -> datetime:
    """When to look again: later and later while the platform does not answer, or when it asked us to wait."""
    if rule.course.concluded_at is not None:
        return now + timedelta(days=1)
    if trouble is None:
        return now + usual
    if trouble.retry_after is not None:
        return now + min(max(timedelta(seconds=trouble.retry_after), usual), LONGEST_PAUSE)
    return now + min(usual * 2 ** min(failures, 10), LONGEST_PAUSE)
