"""Grade columns of the assessments that decide levels of learning outcomes, made in the gradebook of a course.

Over LTI a tool reads the columns that it made, and no others; whose grades these are is typed or calculated there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from badges.template.model import Template, stored_template, text_in
from lti_tool.awarding.looks import look_soon
from lti_tool.errors import NotAllowedError, PlatformError
from lti_tool.platforms.services import Connect, Connection
from lti_tool.store import Session, events, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import AwardRule
from lti_tool.values import Registration

POINTS = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The columns that are to be made: their tags by the names of the assessments."""

    tags: Mapping[str, str]
    badge: str
    line_items_url: str
    registration: Registration


def assessments_of(template: Template) -> Sequence[str]:
    """The assessments that decide levels of the template's outcomes, each once, in the order of the outcomes."""
    if not template.outcome_levels:
        return ()
    named = (outcome.assessed_by for outcome in template.learning_outcomes)
    return tuple(dict.fromkeys(each for each in named if each is not None))


def make_columns(
    store: Store, connect: Connect, rule_id: int, now: datetime, by: Actor
) -> PlatformError | None:
    """Makes the columns that the rule's badge lacks; the platform's error where it failed.

    Nothing is open in the database while the platform answers. A column that was made before, and could not be noted
    then, is taken. Raises NotAllowedError where the course has no gradebook for the tool, or nothing is lacking.
    """
    with store.read() as session:
        wanted = _wanted(session.get_one(AwardRule, rule_id), session)
    made: dict[str, str] = {}
    error: PlatformError | None = None
    try:
        connection = connect(wanted.registration)
        known = {item.tag: item.id for item in connection.line_items(wanted.line_items_url) if item.tag}
        for name, tag in wanted.tags.items():
            made[name] = known.get(tag) or _made(connection, wanted, name, tag)
    except PlatformError as failed:
        error = failed
    if made:
        _note(store, rule_id, made, now, by)
    return error


def forget_columns(session: Session, rule: AwardRule, now: datetime, by: Actor) -> None:
    """Forgets which columns there are, because one cannot be read: `make_columns` finds those that are still there."""
    queries.rules.lock_rule(session, rule)
    rule.outcome_columns = {}
    events.record(session, "level_columns_forgotten", "rule", rule.id, now, actor=by)


def _made(connection: Connection, wanted: _Wanted, name: str, tag: str) -> str:
    # Without the link: its own column is the one that has it.
    label = f"{name} – {wanted.badge}"
    return connection.create_line_item(wanted.line_items_url, label, POINTS, tag=tag).id


def _note(store: Store, rule_id: int, made: Mapping[str, str], now: datetime, by: Actor) -> None:
    with store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        queries.rules.lock_rule(session, rule)
        new = {name: url for name, url in made.items() if name not in rule.outcome_columns}
        if new:
            rule.outcome_columns = {**rule.outcome_columns, **new}
            data = {"columns": len(new)}
            events.record(session, "level_columns_made", "rule", rule.id, now, actor=by, data=data)
            look_soon(session, rule.course_id, now)


def _wanted(rule: AwardRule, session: Session) -> _Wanted:
    template = stored_template(queries.rules.shown_version(session, rule).template_version.body)
    lacking = [name for name in assessments_of(template) if name not in rule.outcome_columns]
    url = rule.course.line_items_url
    if url is None or not lacking:
        raise NotAllowedError("the course has no gradebook for the tool, or the badge lacks no column")
    return _Wanted(
        tags={name: _tag(rule.id, name) for name in lacking},
        badge=text_in(template.name, template.in_language),
        line_items_url=url,
        registration=queries.platforms.as_registration(rule.course.registration),
    )


def _tag(rule_id: int, name: str) -> str:
    """By which the column is found again: the same for the same assessment of the same badge."""
    return f"nozimite-level-{rule_id}-{sha256(name.encode()).hexdigest()[:16]}"
