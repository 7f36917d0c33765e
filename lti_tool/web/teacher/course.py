"""The teacher's page of a course: its badges, who waits for a confirmation, and who has which badge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from markupsafe import Markup

from badges.eu.elements import Reading
from badges.template.fields import Texts
from badges.template.model import Template, stored_template
from lti_tool.awarding import copies, gradebook, looks, placing
from lti_tool.awarding.result_changes import ResultChange, changes_in_course
from lti_tool.conditions.tree import Node, demands, is_readable, is_short, read_tree, reads
from lti_tool.errors import NotAllowedError
from lti_tool.sources import csv, is_open
from lti_tool.sources.found import Asked
from lti_tool.store import Session, queries
from lti_tool.store.models import (
    AwardRule,
    CorrectionRequest,
    Course,
    HandAward,
    ResourceLink,
    RuleVersion,
    TemplateVersion,
)
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.paging import asked_rule
from lti_tool.web.plug_sentences import (
    confirms_each,
    copied_sentences,
    form_problem,
    gone_words,
    rule_sentences,
    terms,
    unseen_sentences,
)
from lti_tool.web.public.badge_pages import readings_of
from lti_tool.web.teacher.awards_list import ListedAwards, listed_awards
from lti_tool.web.teacher.condition_parts import ConditionPart, condition_parts
from lti_tool.web.teacher.course_work import work_in
from lti_tool.web.teacher.learners import Learners, learners_of
from lti_tool.web.teacher.rule_form import Problem, demand_forms, form_of_demands
from lti_tool.web.translation import Sentence
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("teacher", __name__)

#: Of how many batches of awards the page offers the undoing: a mistake is among the newest.
MOST_BATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a proposed version changes: the conditions that were and those that will be, in sentences.

    `badge` is the name of the badge that will be awarded. `was` is None where nothing was before. `to_check` is what a
    teacher ought to check if they came with a copy.
    """

    badge: Texts
    was: Sequence[Markup] | None
    will_be: Sequence[Markup]
    is_readable: bool
    to_check: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything to show about one badge of the course.

    `proposed` is a version that waits for the teacher, and `change` what it changes. `asks_less` is why what the
    activity asks for is not proposed. `gone` are the words for a link or column that the platform no longer has.
    `is_short`: the rule is as the short form makes it. `demand_forms` are those of the conditions that can stand beside
    the occasion. `parts` are what the conditions show.
    `cannot_see` is what the sources of the rule cannot see, in words.
    `unpermitted` is the name of the issuer whose badges the course may no longer award; empty where it may.
    `hand_awards` wait for a second person. `newer` is a newer version of the template. `batches` are when awards came
    at once, which can be undone at once, and how many. `changed` are the awards whose results have changed since.
    `gradebook` is why the badge cannot be shown in the gradebook, None where it can.
    """

    rule: AwardRule
    version: RuleVersion
    template: Template
    readings: Sequence[Reading]
    listed: ListedAwards
    batches: Sequence[tuple[datetime, int]]
    changed: Sequence[ResultChange]
    sentences: Sequence[Markup]
    is_short: bool
    has_demands: bool
    demand_forms: Sequence[Markup]
    proposed: RuleVersion | None
    change: Change | None
    asks_less: Sentence
    learners: Learners
    hand_awards: Sequence[HandAward]
    cannot_see: Sequence[str]
    parts: Sequence[ConditionPart]
    gone: Mapping[str, str] | None
    unpermitted: str
    newer: TemplateVersion | None
    gradebook: gradebook.Refusal | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A rule of the course that this one is a copy of: what it asks for, and what a teacher ought to check in it."""

    version: RuleVersion
    template: Template
    terms: Sequence[Markup]
    to_check: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an action did, above the course page; `light`: "yes" where it succeeded, "no" where not, else "unsure"."""

    text: Sentence
    light: str = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCorrection:
    """What a learner finds wrong in their badge, and what that badge is."""

    row: CorrectionRequest
    template: Template


@pages.post("/lti/app/course")
def course() -> str:
    return course_page(current_teacher_visit())


def course_page(
    visit: Visit,
    notice: Notice | None = None,
    *,
    all_selected: int | None = None,
    refused: Problem | None = None,
) -> str:
    """The page of the visit's course, with the badge that the request is about opened and first.

    `all_selected`: the rule whose list to confirm has all learners selected. `refused`: what is wrong with the demands
    that the request sets for its rule; they are shown as they were typed.

    Raises NotAllowedError for a visit outside of a course.
    """
    if visit.course_id is None:
        raise NotAllowedError("this page is for a course")
    with current_tool().store.read() as session:
        rules = queries.rules.rules_of(session, visit.course_id)
        acting_on = (request.view_args or {}).get("rule_id", asked_rule() or visit.rule_id)
        open_id = rules[0].id if len(rules) == 1 else acting_on
        changes = changes_in_course(session, visit.course_id, current_tool().clock())
        course = session.get_one(Course, visit.course_id)
        asked = looks.asked_about(session, course)
        panels = [
            _panel(session, rule, changes, open_id, visit, asked, refused if rule.id == acting_on else None)
            for rule in rules
        ]
        being_made = [panel.rule.id for panel in panels if panel.listed.counts.get("earned")]
        removed = [panel for panel in panels if panel.rule.removed_at is not None]
        panels = [panel for panel in panels if panel.rule.removed_at is None]
        panels.sort(key=lambda panel: not panel.is_open)
        page = render_template(
            "teacher/course.html",
            visit=visit,
            panels=panels,
            removed=[panel for panel in removed if panel.listed.awards],
            work=work_in(session, rules, being_made),
            notice=notice,
            refused=refused,
            acting_on=acting_on,
            all_selected=all_selected,
            asks_less=_asks_less(session, _link_without_badge(session, visit)),
            takes_lists=is_open(csv, asked),
            stated_names=queries.people.with_stated_names(session, visit.course_id),
            corrections=[
                AskedCorrection(row=row, template=stored_template(row.award.template_version.body))
                for row in queries.corrections.open_in(session, [visit.course_id])
            ],
            offers=[_offer(version) for version in copies.offered(session, course)],
            mail_folder=current_tool().mail_folder,
            most_batches=MOST_BATCHES,
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


def _panel(
    session: Session,
    rule: AwardRule,
    changes: Sequence[ResultChange],
    open_id: int | None,
    visit: Visit,
    asked: Asked,
    refused: Problem | None,
) -> Panel:
    version = queries.rules.shown_of(rule.versions)
    proposed = next((each for each in reversed(rule.versions) if each.status == "proposed"), None)
    tree = read_tree(version.tree)
    is_gone = looks.is_gone(rule.link)
    learners = learners_of(session, rule, version.template_version, visit.person_id)
    parts = condition_parts(session, rule, tree, visit, learners.question.kind if learners.question else "")
    automatic = next((part.wording for part in parts if part.wording), "automatic")
    return Panel(
        rule=rule,
        version=version,
        template=stored_template(version.template_version.body),
        readings=readings_of(version.template_version),
        listed=listed_awards(session, rule),
        batches=queries.course_page.earned_together(session, rule.id, MOST_BATCHES),
        changed=[each for each in changes if each.award.rule_id == rule.id],
        sentences=rule_sentences(tree, "confirmed" if confirms_each(tree) else automatic),
        is_short=is_short(tree),
        has_demands=bool(demands(tree)),
        demand_forms=_demand_forms(rule, tree, refused),
        proposed=proposed,
        change=_change(version, proposed) if proposed is not None else None,
        asks_less=_asks_less(session, rule.link),
        learners=learners,
        hand_awards=queries.hand_awards.waiting(session, rule.id),
        cannot_see=unseen_sentences(reads(tree), asked),
        parts=parts,
        gone=gone_words(rule.link.missing_in) if is_gone else None,
        unpermitted=_unpermitted(session, rule),
        newer=queries.templates.newer_version(
            session, version.template_version, rule.course.registration_id, rule.course_id
        ),
        gradebook=gradebook.refusal(session, rule, tree),
        is_open=rule.id == open_id,
    )


def _unpermitted(session: Session, rule: AwardRule) -> str:
    if queries.issuers.may_award(session, rule.course, rule.issuer_id):
        return ""
    return current_tool().issuers.of(session, rule.issuer_id).profile.name_in(page_language())


def _demand_forms(rule: AwardRule, tree: Node, refused: Problem | None) -> Sequence[Markup]:
    zone = page_issuer().profile.zone
    form = request.form if refused else form_of_demands(tree, zone)
    return demand_forms(form, refused, prefix=f"rule-{rule.id}.")


def _link_without_badge(session: Session, visit: Visit) -> ResourceLink | None:
    """The link that was opened, where it has no badge."""
    return session.get(ResourceLink, visit.link_id) if visit.link_id and not visit.rule_id else None


def _asks_less(session: Session, link: ResourceLink | None) -> Sentence:
    """Why the activity of the link changes nothing: it asks for less than its badge. Empty where it does not."""
    less = placing.asks_less(session, link) if link is not None else None
    return form_problem(*less) if less is not None else ""


def _offer(version: RuleVersion) -> Offer:
    tree = read_tree(version.tree)
    return Offer(
        version=version,
        template=stored_template(version.template_version.body),
        terms=terms(tree),
        to_check=copied_sentences(tree),
    )


def _change(version: RuleVersion, proposed: RuleVersion) -> Change:
    tree = read_tree(proposed.tree)
    return Change(
        badge=stored_template(proposed.template_version.body).name,
        was=terms(read_tree(version.tree)) if version is not proposed else None,
        will_be=terms(tree),
        is_readable=is_readable(tree),
        to_check=copied_sentences(tree),
    )
