"""A look asks a rule's platform who has completed, and awards those; when to look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from lti_tool.awarding import awards
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


def look(store: Store, connect: Connect, rule_id: int, now: datetime) -> PlatformError | None:
    """One look at the rule's platform; awards follow from it. Gives the trouble, where there was some.

    The platform is asked between two transactions, never inside one.
    """
    with store.read() as session:
        rule = queries.rules.rule(session, rule_id)
        if rule is None or rule.paused:
            return None
        registration = queries.platforms.as_registration(rule.course.registration)
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
        queries.rules.lock_rule(session, rule)
        rule.checked_at, rule.trouble = now, None
        award_all(session, rule, trigger.completions(session, rule, seen, now), now)
    return None


def award_all(
    session: Session, rule: AwardRule, completions: Iterable[Completion], now: datetime
) -> list[Award]:
    """The awards that follow. Whoever has one already is passed over: most of a course, at most looks."""
    awarded = queries.awards.awarded_users(session, rule)
    found = (
        awards.award(session, rule, completion, now)
        for completion in completions
        if completion.user_id not in awarded
    )
    return [award for award in found if award is not None]


def opened_by_learner(session: Session, rule: AwardRule, learner: Learner, now: datetime) -> Award | None:
    """A learner's own launch of a gated link, which may be the second signal that was missing."""
    if rule.trigger != gated_link.NAME:
        return None
    queries.rules.lock_rule(session, rule)
    completion = gated_link.opened(session, rule, learner, now)
    if completion is None:
        pause = PAUSE_IN_TROUBLE if rule.trouble else PAUSE
        outbox.bring_forward(session, look_id(rule), "poll", {"rule_id": rule.id}, now + pause)
        return None
    return awards.award(session, rule, completion, now)


def look_soon(session: Session, rule: AwardRule, now: datetime) -> None:
    """The rule's next look is due now."""
    outbox.schedule(session, look_id(rule), "poll", {"rule_id": rule.id}, now)


def schedule_first_look(session: Session, rule: AwardRule, now: datetime) -> None:
    """A look is due now, where none is scheduled for the rule."""
    outbox.schedule_if_absent(session, look_id(rule), "poll", {"rule_id": rule.id}, now)


def look_id(rule: AwardRule) -> str:
    """The id of the one outbox row that comes back for the rule's looks."""
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
