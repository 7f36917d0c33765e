"""The rule of a link: made at the first launch of the link, and compared with what each later launch asks for.

Deep linking puts three custom parameters into the link: `badge`, the id of the template; `rule`, its conditions as
JSON; `placed`, the id of the placement by which the tool knows what the teacher chose. A course copy or a restored
backup carries them too, so a rule that comes by any other way than its own placement stands still until a teacher
confirms it. What the activity says now counts: what a later launch asks for otherwise is proposed as a new version, and
the rule awards nothing until a teacher has confirmed or declined it.

A badge may ask for a result. A rule may ask for more, never for less: a link that does proposes nothing, and
`asks_less` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from badges.template.model import stored_template
from lti_tool.awarding import gradebook, held_badges, questions
from lti_tool.awarding.looks import look_soon
from lti_tool.conditions import tree as rule_tree
from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.tree import UNREADABLE, Node, is_readable, read_tree, written
from lti_tool.errors import NotAllowedError
from lti_tool.sources import line_item_results
from lti_tool.store import Session, events, queries
from lti_tool.store.models import AwardRule, Course, Placement, ResourceLink, RuleVersion, TemplateVersion
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import Launch

#: The custom parameters that choose a badge and its rule.
CHOICE = ("badge", "rule", "placed")
#: The reasons of a RuleVersion that are a teacher's own choice; all others are what the tool has noticed.
_CHOSEN = ("placed", "edited", "chosen")


def place(
    session: Session,
    template: TemplateVersion,
    tree: Node,
    *,
    registration_id: int,
    course_id: int | None,
    person_id: int | None,
    now: datetime,
    in_gradebook: bool = False,
) -> Mapping[str, str]:
    """The custom parameters of a new link for that badge and rule, which the tool will know again.

    `in_gradebook`: whether the column that comes with the link is to show who has the badge.

    Raises NotAllowedError where the rule asks for less than the badge, or for a badge that it may not ask for.
    """
    _refuse_less(template, tree)
    held_badges.refuse(session, template, tree)
    text = written(tree)
    placement = Placement(
        id=str(uuid4()),
        registration_id=registration_id,
        course_id=course_id,
        person_id=person_id,
        template_id=template.template_id,
        tree=text,
        in_gradebook=in_gradebook,
        placed_at=now,
    )
    session.add(placement)
    by, data = events.person(person_id), {"template": template.template_id}
    events.record(session, "placed", "placement", placement.id, now, actor=by, data=data)
    return {"badge": template.template_id, "rule": text, "placed": placement.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The resource link that was launched, and its rule; without a link there is no rule."""

    link: ResourceLink | None
    rule: AwardRule | None


def opened_link(session: Session, launch: Launch, course: Course, now: datetime) -> Opened:
    """The launched resource link of the course, and its rule, made or changed by what the launch asks for.

    It is there, so it is looked at again where looks missed it. Its column is certain to be there only where the launch
    names it: otherwise the next look tells. No link for deep linking; one in a course's navigation is none of the
    course's links.
    """
    if launch.message_type == "LtiDeepLinkingRequest" or launch.resource_link_id is None:
        return Opened(link=None, rule=None)
    if launch.product == "canvas" and launch.resource_link_id == launch.context_id:
        # In Canvas that is the navigation of the course. Moodle numbers courses and links each from 1, so there a link
        # can have the number of its course.
        return Opened(link=None, rule=None)
    link, rule = queries.rules.link_and_rule(session, course.id, launch.resource_link_id)
    if link is not None and rule is not None and not _has_news(link, rule, launch):
        # Nearly always: a class that opens a link at once waits for no lock.
        return Opened(link=link, rule=rule)
    link = _link(session, course, launch, now)
    link.line_item_url = launch.line_item_url or link.line_item_url
    if launch.line_item_url is not None or link.missing_in != line_item_results.NAME:
        link.missing_looks, link.missing_in = 0, ""
    else:
        link.look_again = True
    return Opened(link=link, rule=_rule(session, link, launch, now))


def _has_news(link: ResourceLink, rule: AwardRule, launch: Launch) -> bool:
    """Whether the launch tells anything of the link that is stored otherwise."""
    is_missed = bool(link.missing_looks or link.missing_in)
    has_column = launch.line_item_url not in (None, link.line_item_url)
    return is_missed or has_column or rule.removed_at is not None or _asked(launch, link) != link.asked


def _asked(launch: Launch, link: ResourceLink) -> Mapping[str, str]:
    """What the launch asks for: its custom parameters that choose a badge and its rule."""
    # Those of a submission review are those of its column, not of the link.
    if launch.message_type != "LtiResourceLinkRequest":
        return link.asked
    return {name: launch.custom[name] for name in CHOICE if launch.custom.get(name)}


def _rule(session: Session, link: ResourceLink, launch: Launch, now: datetime) -> AwardRule | None:
    """The rule of a locked link, made or changed by what the launch asks for; None without a badge."""
    rule = queries.rules.rule_of_link(session, link)
    if launch.message_type != "LtiResourceLinkRequest":
        return rule
    asked = dict(_asked(launch, link))
    if rule is None:
        link.asked = asked
        return _new_rule(session, link, launch, now)
    if rule.removed_at is not None:
        rule.removed_at = None
        events.record(session, "rule_restored", "rule", rule.id, now)
    if asked != link.asked:
        link.asked = asked
        _compare(session, rule, launch, now)
    return rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The rule that a link asks for; `reason` as in RuleVersion.

    `placement` is the teacher's choice that it comes from, where that was made in this course and for no other link.
    """

    template: TemplateVersion
    tree: Node
    reason: str
    placement: Placement | None = None


def _new_rule(session: Session, link: ResourceLink, launch: Launch, now: datetime) -> AwardRule | None:
    wanted = _wanted(session, link, launch.registration_id)
    if wanted is None or _refused(session, wanted):
        return None
    rule = _rule_for(session, link, now)
    _add(session, rule, wanted, now)
    if wanted.placement is not None and wanted.placement.in_gradebook:
        by = events.person(wanted.placement.person_id)
        gradebook.switch_on_as_placed(session, rule, wanted.tree, now, by)
    look_soon(session, link.course_id, now)
    return rule


def _refused(session: Session, wanted: _Wanted) -> str:
    """Why nobody may have the rule that the link asks for; empty where they may."""
    if rule_tree.asks_less(wanted.tree, required_score(wanted.template)):
        return "below_required_value"
    return "badge_not_askable" if held_badges.refusal(session, wanted.template, wanted.tree) else ""


def _compare(session: Session, rule: AwardRule, launch: Launch, now: datetime) -> None:
    """Proposes a new version where the link now asks for something else than the rule does."""
    # A teacher may be confirming in this moment what the activity no longer asks for.
    queries.rules.lock_rule(session, rule)
    _withdraw(session, rule, now)
    current = queries.rules.active_version(session, rule.id)
    if current is not None and current.asked == rule.link.asked:
        return
    wanted = _wanted(session, rule.link, launch.registration_id)
    why = _refused(session, wanted) if wanted is not None else ""
    if why:
        events.record(session, "rule_change_refused", "rule", rule.id, now, why=why)
        return
    if wanted is None:
        template = queries.rules.shown_version(session, rule).template_version
        wanted = _Wanted(template=template, tree=UNREADABLE, reason="no_badge")
    elif current is not None and wanted.reason in ("placed", "copied"):
        wanted = replace(wanted, reason="changed")
    is_same = (
        current is not None
        and current.tree == written(wanted.tree)
        and current.template_version.template_id == wanted.template.template_id
    )
    if is_same:
        _use(wanted.placement, rule)
    else:
        _add(session, rule, wanted, now)


def _withdraw(session: Session, rule: AwardRule, now: datetime) -> None:
    waiting = queries.rules.proposed_version(session, rule.id)
    if waiting is not None:
        waiting.status, waiting.settled_at = "withdrawn", now
        events.record(session, "rule_change_withdrawn", "rule", rule.id, now)
        session.flush()


def _rule_for(session: Session, link: ResourceLink, now: datetime) -> AwardRule:
    issuer_id = link.course.registration.issuer_id
    rule = AwardRule(issuer_id=issuer_id, course_id=link.course_id, link=link, created_at=now)
    session.add(rule)
    session.flush()
    return rule


def _add(session: Session, rule: AwardRule, wanted: _Wanted, now: datetime) -> None:
    by_id = wanted.placement.person_id if wanted.placement is not None else None
    _use(wanted.placement, rule)
    add_version(
        session,
        rule,
        wanted.template,
        wanted.tree,
        reason=wanted.reason,
        by_id=by_id,
        now=now,
        asked=rule.link.asked,
    )


def _use(placement: Placement | None, rule: AwardRule) -> None:
    """Notes whose link it is, so that a further link with it is known as a copy."""
    if placement is not None:
        placement.rule_id = rule.id


def _wanted(session: Session, link: ResourceLink, registration_id: int) -> _Wanted | None:
    """The rule that the link asks for; None where it names no badge that its course may use."""
    asked = link.asked
    template = queries.templates.published_template(
        session, asked.get("badge", ""), registration_id, link.course_id
    )
    if template is None:
        return None
    tree = read_tree(asked.get("rule"))
    if not is_readable(tree):
        return _Wanted(template=template, tree=tree, reason="unreadable")
    placement = session.get(Placement, asked.get("placed", ""), with_for_update=True)
    if placement is None or placement.registration_id != registration_id:
        return _Wanted(template=template, tree=tree, reason="copied")
    if placement.rule_id is not None:
        original = _original(session, placement.rule_id, asked)
        if original is not None:
            return _Wanted(template=original.template_version, tree=read_tree(original.tree), reason="copied")
        return _Wanted(template=template, tree=tree, reason="copied")
    if placement.course_id != link.course_id:
        return _Wanted(template=template, tree=tree, reason="copied")
    is_as_chosen = placement.template_id == template.template_id and placement.tree == written(tree)
    reason = "placed" if is_as_chosen else "changed"
    return _Wanted(template=template, tree=tree, reason=reason, placement=placement)


def _original(session: Session, rule_id: int, asked: Mapping[str, str]) -> RuleVersion | None:
    """The last version by which the rule of the original link awarded while that link asked for the same.

    It has all that was changed on the page since the badge was placed. None where the original never asked for this.
    """
    original = session.get_one(AwardRule, rule_id)
    used = (each for each in reversed(original.versions) if each.status in ("active", "replaced"))
    return next((each for each in used if each.asked == asked), None)


def asks_less(session: Session, link: ResourceLink) -> tuple[str, FormProblem] | None:
    """Why what the link asks for is not proposed: less than its badge asks for; see `lti_tool.conditions.tree`."""
    template = queries.templates.published_template(
        session, link.asked.get("badge", ""), link.course.registration_id, link.course_id
    )
    return asks_less_than(link, template) if template is not None else None


def asks_less_than(link: ResourceLink, template: TemplateVersion) -> tuple[str, FormProblem] | None:
    """As `asks_less`, of the template that the link names."""
    return rule_tree.asks_less(read_tree(link.asked.get("rule")), required_score(template))


def required_score(template: TemplateVersion) -> Decimal | None:
    """The result that the badge asks for, 0 to 1, None where it asks for none."""
    return stored_template(template.body).required_score


def _refuse_less(template: TemplateVersion, tree: Node) -> None:
    if rule_tree.asks_less(tree, required_score(template)):
        raise NotAllowedError("the rule asks for less than the badge")


def names_no_badge(session: Session, link: ResourceLink) -> bool:
    """Whether the link has no rule, or one that stands still because the activity no longer names a badge."""
    rule = queries.rules.rule_of_link(session, link)
    if rule is None:
        return True
    waiting = queries.rules.proposed_version(session, rule.id)
    return waiting is not None and waiting.reason == "no_badge"


def choose(
    session: Session,
    link: ResourceLink,
    template: TemplateVersion,
    tree: Node,
    *,
    by_id: int | None,
    now: datetime,
) -> AwardRule:
    """The rule of the link, by which it awards what a teacher chose on the page while its activity names no badge."""
    queries.rules.lock_link(session, link)
    rule = queries.rules.rule_of_link(session, link) or _rule_for(session, link, now)
    queries.rules.lock_rule(session, rule)
    _withdraw(session, rule, now)
    add_version(session, rule, template, tree, reason="chosen", by_id=by_id, now=now, asked=link.asked)
    look_soon(session, link.course_id, now)
    return rule


def _link(session: Session, course: Course, launch: Launch, now: datetime) -> ResourceLink:
    link_id = str(launch.resource_link_id)

    def find() -> ResourceLink | None:
        # Several people may open a new link in the same moment; its rule is made once.
        return queries.rules.lock_link_of(session, course.id, link_id)

    return find() or add_or_find(
        session, ResourceLink(course_id=course.id, link_id=link_id, created_at=now), find
    )


def add_version(
    session: Session,
    rule: AwardRule,
    template: TemplateVersion,
    tree: Node,
    *,
    reason: str,
    by_id: int | None,
    now: datetime,
    asked: Mapping[str, str] | None = None,
) -> RuleVersion:
    """A new version of the rule: active at once where a teacher chose it for this rule, else proposed.

    `reason` is one of RuleVersion's. `asked`: what the link asked for; without it, what the active version came from.
    Raises NotAllowedError where the rule asks for less than the badge, or for a badge that it may not ask for.
    """
    _refuse_less(template, tree)
    held_badges.refuse(session, template, tree)
    is_active = reason in _CHOSEN and is_readable(tree)
    active = queries.rules.active_version(session, rule.id)
    if asked is None:
        asked = active.asked if active is not None else {}
    if is_active:
        rule.issuer_id = template.issuer_id
    if is_active and active is not None:
        active.status = "replaced"
        session.flush()
    version = RuleVersion(
        rule=rule,
        version=queries.rules.newest_number(session, rule.id) + 1,
        template_version=template,
        tree=written(tree),
        asked=dict(asked),
        status="active" if is_active else "proposed",
        reason=reason,
        created_at=now,
        created_by_id=by_id,
        settled_at=now if is_active else None,
        settled_by_id=by_id if is_active else None,
    )
    session.add(version)
    session.flush()
    if not is_active:
        questions.close_open(session, rule, "changed", now)
    what = "rule_changed" if is_active else "rule_change_proposed"
    data = {"version": version.version}
    # What was noticed, was noticed at the launch of anybody.
    actor = events.person(by_id) if reason in _CHOSEN else events.TOOL
    events.record(session, what, "rule", rule.id, now, actor=actor, why=reason, data=data)
    return version
