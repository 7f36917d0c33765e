"""The rule of a link: made at the first launch of the link, and compared with what each later launch asks for.

Deep linking puts three custom parameters into the link: `badge`, the id of the template; `rule`, its conditions as
JSON; `placed`, the id of the placement by which the tool knows what the teacher chose. A course copy or a restored
backup carries them too, so a rule that comes by any other way than its own placement stands still until a teacher
confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from lti_tool.awarding.looks import look_soon
from lti_tool.conditions.tree import Node, is_readable, read_tree, written
from lti_tool.store import Session, events, queries
from lti_tool.store.models import AwardRule, Course, Placement, ResourceLink, RuleVersion, TemplateVersion
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import Launch

#: The custom parameters that choose a badge and its rule.
CHOICE = ("badge", "rule", "placed")


def place(
    session: Session,
    template: TemplateVersion,
    tree: Node,
    *,
    registration_id: int,
    course_id: int | None,
    person_id: int | None,
    now: datetime,
) -> Mapping[str, str]:
    """The custom parameters of a new link for that badge and rule, which the tool will know again."""
    text = written(tree)
    placement = Placement(
        id=str(uuid4()),
        registration_id=registration_id,
        course_id=course_id,
        person_id=person_id,
        template_id=template.template_id,
        tree=text,
        placed_at=now,
    )
    session.add(placement)
    return {"badge": template.template_id, "rule": text, "placed": placement.id}


def rule_of_launch(session: Session, launch: Launch, course: Course, now: datetime) -> AwardRule | None:
    """The rule of the launched resource link, made or changed by what the launch asks for.

    None where the link has no badge. A link in a course's navigation is none of the course's links.
    """
    if launch.message_type == "LtiDeepLinkingRequest" or launch.resource_link_id in (None, launch.context_id):
        return None
    link = _link(session, course, launch, now)
    link.line_item_url = launch.line_item_url or link.line_item_url
    link.missing_looks = 0
    asked = {name: launch.custom[name] for name in CHOICE if launch.custom.get(name)}
    rule = queries.rules.rule_of_link(session, link)
    if rule is None:
        return _new_rule(session, link, asked, launch, now)
    if asked and asked != link.asked:
        _compare(session, rule, asked, launch, now)
    return rule


def _link(session: Session, course: Course, launch: Launch, now: datetime) -> ResourceLink:
    link_id = str(launch.resource_link_id)

    def find() -> ResourceLink | None:
        return queries.rules.link_of(session, course.id, link_id)

    link = find()
    if link is None:
        link = add_or_find(session, ResourceLink(course_id=course.id, link_id=link_id, created_at=now), find)
    # Several people may open a new link in the same moment; its rule is made once.
    queries.rules.lock_link(session, link)
    return link


def _new_rule(
    session: Session, link: ResourceLink, asked: Mapping[str, str], launch: Launch, now: datetime
) -> AwardRule | None:
    template = queries.templates.published_template(session, asked.get("badge", ""), launch.registration_id)
    if template is None:
        return None
    link.asked = dict(asked)
    issuer_id = link.course.registration.issuer_id
    rule = AwardRule(issuer_id=issuer_id, course_id=link.course_id, link=link, created_at=now)
    session.add(rule)
    session.flush()
    tree = read_tree(asked.get("rule"))
    placement = session.get(Placement, asked.get("placed", ""), with_for_update=True)
    if placement is not None and placement.registration_id != launch.registration_id:
        placement = None
    original = placement.rule_id if placement is not None else None
    if placement is not None and original is None:
        placement.rule_id = rule.id
    chosen = (
        placement is not None
        and original is None
        and placement.course_id == link.course_id
        and placement.template_id == template.template_id
        and placement.tree == written(tree)
    )
    if original is not None:
        # A copy brings the rule as it is now, with all that was changed on the page since it was placed.
        copied = queries.rules.active_version(session, original)
        tree = read_tree(copied.tree) if copied is not None else tree
    reason = "placed" if chosen else "copied" if is_readable(tree) else "unreadable"
    add_version(
        session,
        rule,
        template,
        tree,
        reason=reason,
        by_id=placement.person_id if placement is not None and chosen else None,
        now=now,
    )
    look_soon(session, link.course_id, now)
    return rule


def _compare(
    session: Session, rule: AwardRule, asked: Mapping[str, str], launch: Launch, now: datetime
) -> None:
    """Proposes a new version where the launch asks for something else than the rule does."""
    rule.link.asked = dict(asked)
    for version in rule.versions:
        if version.status == "proposed":
            version.status, version.settled_at = "declined", now
    session.flush()
    current = queries.rules.active_version(session, rule.id)
    template = queries.templates.published_template(session, asked.get("badge", ""), launch.registration_id)
    tree = read_tree(asked.get("rule"))
    if template is None:
        template = queries.rules.shown_version(session, rule).template_version
        tree = read_tree(None)
    is_same = (
        current is not None
        and current.tree == written(tree)
        and current.template_version.template_id == template.template_id
    )
    if not is_same:
        reason = "changed" if is_readable(tree) else "unreadable"
        add_version(session, rule, template, tree, reason=reason, by_id=None, now=now)


def add_version(
    session: Session,
    rule: AwardRule,
    template: TemplateVersion,
    tree: Node,
    *,
    reason: str,
    by_id: int | None,
    now: datetime,
) -> RuleVersion:
    """A new version of the rule: active at once where a teacher chose it for this rule, else proposed.

    `reason` is one of RuleVersion's; `placed` and `edited` are a teacher's own choices.
    """
    is_active = reason in ("placed", "edited") and is_readable(tree)
    active = queries.rules.active_version(session, rule.id)
    if is_active and active is not None:
        active.status = "replaced"
        session.flush()
    version = RuleVersion(
        rule=rule,
        version=queries.rules.newest_number(session, rule.id) + 1,
        template_version=template,
        tree=written(tree),
        status="active" if is_active else "proposed",
        reason=reason,
        created_at=now,
        created_by_id=by_id,
        settled_at=now if is_active else None,
        settled_by_id=by_id if is_active else None,
    )
    session.add(version)
    session.flush()
    what = "rule_changed" if is_active else "rule_change_proposed"
    data = {"version": version.version}
    events.record(session, what, "rule", rule.id, now, actor=events.person(by_id), why=reason, data=data)
    return version
