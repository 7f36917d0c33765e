"""A badge in the gradebook of its course: a column with the full score of whoever has it, where a teacher wants that.

What the tool writes is never an observation, so a badge that is decided by that column, or by a total that the column
is part of, is not shown: it would wait for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from badges.template.model import stored_template, text_in
from lti_tool.awarding.decisions import version_that_awards
from lti_tool.conditions.tree import Node, read_tree, reads, resources
from lti_tool.errors import NotAllowedError, PlatformError
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.storing import plan_deliveries
from lti_tool.observations import ACTIVITY_COMPLETED, COURSE_COMPLETED, FINAL_SCORE, RESULT
from lti_tool.platforms.services import Connect, Connection
from lti_tool.store import Session, events, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import AwardRule
from lti_tool.values import Registration

#: What the tool's own columns are known by.
TAG = "nozimite-badge"
POINTS = Decimal(1)

#: Why the badge cannot be shown: the platform gives no gradebook; its own column, or a total that the column is part
#: of, decides about it; or the course is completed only by its own activity.
Refusal = Literal["no_gradebook", "decided_by_column", "decided_by_total", "completed_by_itself"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The column that a badge is to be shown in: the one at `url`, or else one that is to be made."""

    url: str | None
    line_items_url: str
    label: str
    link_id: str
    registration: Registration


def refusal(session: Session, rule: AwardRule, tree: Node) -> Refusal | None:
    """Why the badge that the rule awards by this tree cannot be shown in the gradebook; None where it can."""
    if rule.course.line_items_url is None:
        return "no_gradebook"
    return dependence(session, rule.course_id, rule.link.link_id, tree)


def dependence(session: Session, course_id: int | None, link_id: str, tree: Node) -> Refusal | None:
    """How a badge that is awarded by this tree would depend on its own score; None where it would not.

    `link_id` is the badge's link, empty while it has none.
    """
    kinds = reads(tree)
    if RESULT in kinds:
        return "decided_by_column"
    if FINAL_SCORE in kinds:
        return "decided_by_total"
    if not kinds & {COURSE_COMPLETED, ACTIVITY_COMPLETED}:
        return None
    known = queries.observations.completion_criteria(session, course_id) if course_id is not None else None
    if known is None:
        return None
    own = {activity for activity, link in known["links"].items() if link == link_id}
    criteria = known["criteria"] if COURSE_COMPLETED in kinds else []
    if any(each["kind"] == "grade" for each in criteria):
        return "decided_by_total"
    asked_for = {each.get("activity") for each in criteria} | resources(tree).get(
        ACTIVITY_COMPLETED, frozenset()
    )
    return "completed_by_itself" if own & asked_for else None


def switch_on(
    store: Store, issuers: Issuers, connect: Connect, rule_id: int, now: datetime, by: Actor
) -> PlatformError | None:
    """Shows the badge in the gradebook from now on, also of those who have it; the platform's error where it failed.

    The column is the one of the badge's link, where it has one, else one that is made now: nothing is open in the
    database while the platform answers. Raises NotAllowedError where the badge cannot be shown.
    """
    with store.read() as session:
        wanted = _wanted(session, session.get_one(AwardRule, rule_id))
    try:
        url = wanted.url or _made(connect(wanted.registration), wanted)
    except PlatformError as error:
        return error
    with store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        queries.rules.lock_rule(session, rule)
        _wanted(session, rule)
        if rule.column_url is None:
            rule.column_url = url
            events.record(session, "gradebook_on", "rule", rule.id, now, actor=by)
        session.flush()
        _show_all(session, issuers, rule.id, now)
    return None


def switch_on_as_placed(session: Session, rule: AwardRule, tree: Node, now: datetime, by: Actor) -> None:
    """Shows the badge in the column that came with its link, as its teacher chose when they placed it."""
    if (
        rule.link.line_item_url is not None
        and dependence(session, rule.course_id, rule.link.link_id, tree) is None
    ):
        rule.column_url = rule.link.line_item_url
        events.record(session, "gradebook_on", "rule", rule.id, now, actor=by)


def switch_off(session: Session, rule: AwardRule, now: datetime, by: Actor) -> None:
    """Shows further badges no more; the scores that are there stay, and so does the column."""
    queries.rules.lock_rule(session, rule)
    if rule.column_url is not None:
        rule.column_url = None
        events.record(session, "gradebook_off", "rule", rule.id, now, actor=by)


def _wanted(session: Session, rule: AwardRule) -> _Wanted:
    """What is to be done for the rule. Raises NotAllowedError where its badge cannot be shown."""
    version = version_that_awards(session, rule)
    if version is None:
        raise NotAllowedError("the rule awards nothing now, so its badge cannot be shown in the gradebook")
    why, url = refusal(session, rule, read_tree(version.tree)), rule.course.line_items_url
    if why is not None or url is None:
        raise NotAllowedError(f"the badge cannot be shown in the gradebook: {why}")
    template = stored_template(version.template_version.body)
    return _Wanted(
        url=rule.column_url or rule.link.line_item_url,
        line_items_url=url,
        label=text_in(template.name, template.in_language),
        link_id=rule.link.link_id,
        registration=queries.platforms.as_registration(rule.course.registration),
    )


def _made(connection: Connection, wanted: _Wanted) -> str:
    """The address of a column that the tool made for the link before, or makes now. Raises PlatformError."""
    for item in connection.line_items(wanted.line_items_url):
        if item.resource_link_id == wanted.link_id and item.tag == TAG:
            return item.id
    made = connection.create_line_item(
        wanted.line_items_url,
        wanted.label,
        POINTS,
        tag=TAG,
        resource_link_id=wanted.link_id,
    )
    return made.id


def _show_all(session: Session, issuers: Issuers, rule_id: int, now: datetime) -> None:
    """Plans to show the badges of those who have them, by the channels by which they are not shown yet."""
    award_ids = queries.awards.awards_to_show(session, rule_id)
    planned = queries.awards.channels_of(session, award_ids)
    channels: dict[str, list[int]] = {}
    for award_id, place in queries.awards.places(session, award_ids).items():
        for channel in issuers.open_at(place):
            if channel not in planned.get(award_id, ()):
                channels.setdefault(channel, []).append(award_id)
    for channel, ids in channels.items():
        plan_deliveries(session, ids, channel, now)
