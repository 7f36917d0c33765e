"""Looks: asking a rule's platform who has completed, awarding those, and scheduling the next look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from lti_tool.awarding import awards
from lti_tool.errors import PlatformError
from lti_tool.platforms.services import Connection
from lti_tool.store import Session, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, AwardRule, Person
from lti_tool.triggers import TRIGGERS, Watched, gated_link
from lti_tool.values import Completion, Registration

Connect = Callable[[Registration], Connection]

#: The longest time between two looks at a platform that does not answer.
LONGEST_WAIT = timedelta(hours=6)
#: From a learner opening the link to the look that this causes: a whole class opening it at once causes one look.
WAIT_AFTER_OPENING = timedelta(seconds=2)
#: The same while the platform did not answer the last look.
WAIT_AFTER_OPENING_IN_TROUBLE = timedelta(minutes=1)


def look(store: Store, connect: Connect, rule_id: int, now: datetime) -> PlatformError | None:
    """Looks at the rule's platform once and awards what follows; returns the platform's error, None where it answered.

    The platform is called between two transactions, never inside one: an answer can take half a minute, and a row lock,
    or SQLite's only write lock, must not be held that long. So the rule is read again, and locked, once the answer is
    there.
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
            rule = session.get_one(AwardRule, rule_id)
            rule.trouble = error.as_json()
            if error.concluded:
                rule.course.concluded_at = now
        return error
    with store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        queries.rules.lock_rule(session, rule)
        rule.checked_at, rule.trouble = now, None
        award_all(session, rule, trigger.completions(session, rule, seen, now), now)
    return None


def award_all(
    session: Session, rule: AwardRule, completions: Sequence[Completion], now: datetime
) -> list[Award]:
    """The awards that the completions earn; learners who have the rule's award already are left out."""
    # At most looks nearly the whole course has its awards already: one query here saves one for each learner.
    awarded = queries.awards.awarded_people(session, rule)
    registration_id = rule.course.registration_id
    people = queries.people.people_of(session, registration_id, [each.user_id for each in completions])
    found = (
        awards.award(session, rule, completion, now)
        for completion in completions
        if completion.user_id in people and people[completion.user_id].id not in awarded
    )
    return [award for award in found if award is not None]


def opened_by_learner(session: Session, rule: AwardRule, learner: Person, now: datetime) -> Award | None:
    """The award that a learner's own launch of a gated link earns, where it is the second signal that was missing.

    Otherwise a look is scheduled soon: the learner may have completed a moment ago.
    """
    if rule.trigger != gated_link.NAME:
        return None
    queries.rules.lock_rule(session, rule)
    completion = gated_link.opened(session, rule, learner, now)
    if completion is None:
        wait = WAIT_AFTER_OPENING_IN_TROUBLE if rule.trouble else WAIT_AFTER_OPENING
        outbox.bring_forward(session, look_id(rule), "poll", {"rule_id": rule.id}, now + wait)
        return None
    return awards.award(session, rule, completion, now)


def look_soon(session: Session, rule: AwardRule, now: datetime) -> None:
    """Schedules the rule's next look for now."""
    outbox.schedule(session, look_id(rule), "poll", {"rule_id": rule.id}, now)


def schedule_first_look(session: Session, rule: AwardRule, now: datetime) -> None:
    """Schedules a look for now, where none is scheduled for the rule."""
    outbox.schedule_if_absent(session, look_id(rule), "poll", {"rule_id": rule.id}, now)


def look_id(rule: AwardRule) -> str:
    """The id of the single outbox row that is used again for each of the rule's looks."""
    return f"poll-{rule.id}"


def next_look(
    rule: AwardRule, trouble: PlatformError | None, usual: timedelta, failures: int, now: datetime
) -> datetime:
    """When to look again: `usual` after a look that succeeded, a day later in a course that has ended.

    `trouble` is the error of this look, `failures` how many looks in a row have failed: the wait doubles with each, up
    to LONGEST_WAIT, unless the platform said itself how long to wait (Retry-After).
    """
    if rule.course.concluded_at is not None:
        return now + timedelta(days=1)
    if trouble is None:
        return now + usual
    if trouble.retry_after is not None:
        return now + min(max(timedelta(seconds=trouble.retry_after), usual), LONGEST_WAIT)
    doubled: timedelta = usual * 2 ** min(failures, 10)
    return now + min(doubled, LONGEST_WAIT)
