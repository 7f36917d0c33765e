"""Changes that a teacher makes to an award rule; each is a new version of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lti_tool.awarding import held_badges, questions
from lti_tool.awarding.looks import is_gone, look_soon
from lti_tool.awarding.placing import add_version, required_score
from lti_tool.conditions import tree as rule_tree
from lti_tool.conditions.tree import Node, is_readable, read_tree
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.store import Session, events, queries
from lti_tool.store.models import AwardRule, RuleVersion


def set_demands(
    session: Session, rule: AwardRule, demands: Sequence[Mapping[str, Any]], by_id: int | None, now: datetime
) -> None:
    """Replaces what the rule asks for beside its occasion, for all later awards; the next look is due at once.

    Each demand is a condition as JSON.

    Raises NotAllowedError while the rule waits for a teacher to settle a change.
    """
    version = _settled(session, rule)
    tree = rule_tree.with_demands(read_tree(version.tree), demands)
    if rule_tree.written(tree) != version.tree:
        add_version(session, rule, version.template_version, tree, reason="edited", by_id=by_id, now=now)
    look_soon(session, rule.course_id, now)


def set_tree(
    session: Session, rule: AwardRule, version_id: int, tree: Node, by_id: int | None, now: datetime
) -> None:
    """Puts what a teacher has built in the place of what the rule asks for; the next look is due at once.

    `version_id` is the version that they saw. Raises NotAllowedError where it is another by now, while the rule waits
    for a teacher to settle a change, and as `add_version` does.
    """
    version = _settled(session, rule)
    if version.id != version_id:
        raise NotAllowedError("somebody has changed the rule meanwhile")
    if rule_tree.written(tree) != version.tree:
        add_version(session, rule, version.template_version, tree, reason="edited", by_id=by_id, now=now)
    look_soon(session, rule.course_id, now)


def take_newer_version(session: Session, rule: AwardRule, by_id: int | None, now: datetime) -> None:
    """Makes the rule award the newest published version of its template; issued credentials stay as they are.

    Where that asks for a higher result than the rule, the rule asks for it too.
    Raises NotAllowedError while the rule waits for a teacher to settle a change.
    """
    version = _settled(session, rule)
    newer = queries.templates.newer_version(
        session, version.template_version, rule.course.registration_id, rule.course_id
    )
    if newer is not None:
        tree = rule_tree.raised_to(read_tree(version.tree), required_score(newer))
        add_version(session, rule, newer, tree, reason="edited", by_id=by_id, now=now)


def confirm_change(
    session: Session, rule: AwardRule, version_id: int, by_id: int | None, now: datetime
) -> None:
    """Makes a proposed version the active one; the next look is due at once.

    Raises NotFoundError where it no longer waits, NotAllowedError where it cannot be read, or asks for a badge that it
    may not ask for.
    """
    queries.rules.lock_rule(session, rule)
    proposed = _proposed(session, rule, version_id)
    if not is_readable(read_tree(proposed.tree)):
        raise NotAllowedError("what the link asks for cannot be read, so it cannot be confirmed")
    # What was proposed may have become a circle since.
    held_badges.refuse(session, proposed.template_version, read_tree(proposed.tree))
    active = queries.rules.active_version(session, rule.id)
    if active is not None:
        active.status = "replaced"
        session.flush()
    proposed.status, proposed.settled_at, proposed.settled_by_id = "active", now, by_id
    rule.issuer_id = proposed.template_version.issuer_id
    data = {"version": proposed.version}
    events.record(session, "rule_changed", "rule", rule.id, now, actor=events.person(by_id), data=data)
    look_soon(session, rule.course_id, now)


def decline_change(
    session: Session, rule: AwardRule, version_id: int, by_id: int | None, now: datetime
) -> None:
    """Leaves the rule as it was; raises NotFoundError where the proposed version no longer waits.

    Raises NotAllowedError where the rule was nothing before.
    """
    queries.rules.lock_rule(session, rule)
    proposed = _proposed(session, rule, version_id)
    if queries.rules.active_version(session, rule.id) is None:
        raise NotAllowedError("there are no earlier conditions to leave as they were")
    proposed.status, proposed.settled_at, proposed.settled_by_id = "declined", now, by_id
    data = {"version": proposed.version}
    events.record(
        session, "rule_change_declined", "rule", rule.id, now, actor=events.person(by_id), data=data
    )
    look_soon(session, rule.course_id, now)


def pause(session: Session, rule: AwardRule, by_id: int | None, now: datetime) -> None:
    """Stops looks and awards of the rule until `resume`."""
    rule.paused = True
    events.record(session, "paused", "rule", rule.id, now, actor=events.person(by_id))


def resume(session: Session, rule: AwardRule, by_id: int | None, now: datetime) -> None:
    """Ends a pause; the next look is due at once."""
    rule.paused = False
    events.record(session, "resumed", "rule", rule.id, now, actor=events.person(by_id))
    look_soon(session, rule.course_id, now)


def remove(session: Session, rule: AwardRule, by_id: int | None, now: datetime) -> None:
    """Removes the badge from the course, whose platform no longer has its link; what was awarded stays as it is.

    A launch of the link brings it back. Raises NotAllowedError where the platform still has the link.
    """
    queries.rules.lock_link(session, rule.link)
    if not is_gone(rule.link):
        raise NotAllowedError("the link of this badge is still in the course")
    if rule.removed_at is None:
        rule.removed_at = now
        questions.close_open(session, rule, "removed", now)
        events.record(session, "rule_removed", "rule", rule.id, now, actor=events.person(by_id))


def _settled(session: Session, rule: AwardRule) -> RuleVersion:
    queries.rules.lock_rule(session, rule)
    version = queries.rules.active_version(session, rule.id)
    if version is None or queries.rules.proposed_version(session, rule.id) is not None:
        raise NotAllowedError("settle what has changed in the activity first")
    return version


def _proposed(session: Session, rule: AwardRule, version_id: int) -> RuleVersion:
    proposed = queries.rules.proposed_version(session, rule.id)
    if proposed is None or proposed.id != version_id:
        raise NotFoundError("this change no longer waits for an answer")
    return proposed
