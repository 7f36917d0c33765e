"""The teacher's page of a course: its badges, who waits for a confirmation, and who has which badge."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from markupsafe import Markup

from badges.eu.elements import Reading
from badges.template.model import Template, read_template
from lti_tool.awarding import looks, rule_changes
from lti_tool.awarding.result_changes import ResultChange, changes_of_rule
from lti_tool.awarding.undo import Batch, batches
from lti_tool.conditions.tree import is_readable, read_tree, reads
from lti_tool.errors import NotAllowedError
from lti_tool.issuing.signed_content import signed_content
from lti_tool.observations import LINK_ACCESS, RESTRICTION, select
from lti_tool.observations.link_history import restriction_confirmed, restriction_now
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, RuleVersion, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.plug_sentences import gone_words, rule_sentences, terms, unseen_sentences
from lti_tool.web.public.badge_pages import announced_readings
from lti_tool.web.teacher.learners import Learners, learners_of
from lti_tool.web.translation import Sentence
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("teacher", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is known of a link that is, or should be, restricted.

    `shown` is what the last look showed of the restriction (`lti_tool.observations.link_history`), None before it.
    `confirmed_at`: when a teacher confirmed the restriction; `is_elsewhere`: that was for another place in the course
    than the one from which this visit opened the link. `closed_count`: the learners for whom it does not open.
    """

    shown: str | None
    confirmed_at: datetime | None
    is_elsewhere: bool
    closed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a proposed version changes: the conditions that were and those that will be, in sentences.

    `was` is None where nothing was before. `has_date`: some date of the new ones came from elsewhere.
    """

    was: Sequence[Markup] | None
    will_be: Sequence[Markup]
    is_readable: bool
    has_date: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything to show about one badge of the course.

    `proposed` is a version that waits for the teacher, and `change` what it changes. `gone` are the words for a link or
    column that the platform no longer has. `link` is None where the rule reads no list of a link. `cannot_see` is what
    the sources of the rule cannot see, in words. `newer` is a newer version of the template. `batches` are the
    awards that came at once, and can be undone at once. `outdated` are the ids of the awards whose badge names its
    learner otherwise than the platform does now, `changed` those whose results have changed since.
    """

    rule: AwardRule
    version: RuleVersion
    template: Template
    readings: Sequence[Reading]
    awards: Sequence[Award]
    outdated: Collection[int]
    batches: Sequence[Batch]
    changed: Sequence[ResultChange]
    sentences: Sequence[Markup]
    demands: rule_changes.Demands
    proposed: RuleVersion | None
    change: Change | None
    learners: Learners
    cannot_see: Sequence[str]
    link: Link | None
    gone: Mapping[str, str] | None
    newer: TemplateVersion | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an action did, above the course page; `light`: "yes" where it succeeded, "no" where not, else "unsure"."""

    text: Sentence
    light: str = "yes"


@pages.post("/lti/app/course")
def course() -> str:
    return course_page(current_teacher_visit())


def course_page(visit: Visit, notice: Notice | None = None, *, all_selected: int | None = None) -> str:
    """The page of the visit's course, with the badge that the request is about opened and first.

    `all_selected`: the rule whose list to confirm has all learners selected.

    Raises NotAllowedError for a visit outside of a course.
    """
    if visit.course_id is None:
        raise NotAllowedError("this page is for a course")
    with current_tool().store.read() as session:
        rules = queries.rules.rules_of(session, visit.course_id)
        acting_on = (request.view_args or {}).get("rule_id", visit.rule_id)
        open_id = rules[0].id if len(rules) == 1 else acting_on
        panels = [_panel(session, rule, open_id, visit) for rule in rules if rule.removed_at is None]
        removed = [_panel(session, rule, open_id, visit) for rule in rules if rule.removed_at is not None]
        panels.sort(key=lambda panel: not panel.is_open)
        page = render_template(
            "teacher/course.html",
            visit=visit,
            panels=panels,
            removed=[panel for panel in removed if panel.awards],
            notice=notice,
            all_selected=all_selected,
            mail_folder=current_tool().mail_folder,
        )
        asking = next((panel.rule.id for panel in panels if panel.learners.question), None)
    if asking is not None:
        _look_anew(asking)
    return page


def _look_anew(rule_id: int) -> None:
    """Prompts a look, so that a question is answered by what is so now."""
    tool = current_tool()
    with tool.store.begin() as session:
        looks.look_after_opening(session, session.get_one(AwardRule, rule_id), tool.clock())


def _panel(session: Session, rule: AwardRule, open_id: int | None, visit: Visit) -> Panel:
    version = queries.rules.shown_version(session, rule)
    proposed = queries.rules.proposed_version(session, rule.id)
    tree = read_tree(version.tree)
    demands = rule_changes.demands_of(tree)
    is_gone = looks.is_gone(rule.link)
    link = _link(session, rule, visit) if LINK_ACCESS in reads(tree) else None
    is_unseen = link is not None and link.shown == "cannot_be_seen"
    wording = "confirmed" if demands.confirmed else "unseen" if is_unseen else "automatic"
    awards = queries.awards.awards_of_rule(session, rule.id)
    return Panel(
        rule=rule,
        version=version,
        template=read_template(version.template_version.body),
        readings=announced_readings(version.template_version),
        awards=awards,
        batches=batches(awards),
        outdated=[award.id for award in awards if _is_outdated(award)],
        changed=changes_of_rule(session, rule, current_tool().clock()),
        sentences=rule_sentences(tree, wording),
        demands=demands,
        proposed=proposed,
        change=_change(version, proposed) if proposed is not None else None,
        learners=learners_of(session, rule, awards, visit.person_id),
        cannot_see=unseen_sentences(reads(tree)),
        link=link,
        gone=gone_words(rule.link.missing_in) if is_gone else None,
        newer=queries.templates.newer_version(session, version.template_version, rule.course.registration_id),
        is_open=rule.id == open_id,
    )


def _is_outdated(award: Award) -> bool:
    credential, person = award.credential, award.person
    return (
        award.status == "issued"
        and credential is not None
        and not credential.has_expired(current_tool().clock())
        and not signed_content(credential.text).is_of(person.name, person.email)
    )


def _change(version: RuleVersion, proposed: RuleVersion) -> Change:
    tree = read_tree(proposed.tree)
    return Change(
        was=terms(read_tree(version.tree)) if version is not proposed else None,
        will_be=terms(tree),
        is_readable=is_readable(tree),
        has_date=rule_changes.demands_of(tree).not_before is not None,
    )


def _link(session: Session, rule: AwardRule, visit: Visit) -> Link:
    about_course = queries.observations.of_people(session, rule.course_id, []).get(None, ())
    link = rule.link.link_id
    confirmed = restriction_confirmed(about_course, link)
    is_here = visit.rule_id == rule.id
    return Link(
        shown=restriction_now(select(about_course, RESTRICTION, link)),
        confirmed_at=confirmed.seen_at if confirmed else None,
        is_elsewhere=is_here and confirmed is not None and confirmed.value["place"] != visit.link_place,
        closed_count=looks.counts_of(session, rule)["closed"],
    )
