"""The card of each badge on the course's page: what it asks for, how it goes, and what needs the teacher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from markupsafe import Markup

from badges.eu.elements import Reading
from badges.template.fields import Texts
from badges.template.model import Template, stored_template
from lti_tool.awarding import gradebook, looks, placing
from lti_tool.awarding.level_columns import assessments_of
from lti_tool.awarding.result_changes import ResultChange, changes_in_course
from lti_tool.conditions.tree import Node, demands, is_readable, is_short, read_tree, reads
from lti_tool.review_dates.standing import NEVER_DUE, Standing
from lti_tool.sources.found import Asked
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Course, HandAward, ResourceLink, RuleVersion, TemplateVersion
from lti_tool.store.queries.course_home import AwardCounts, OpenMatters
from lti_tool.values import stated_levels
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.plot import Plot, plot_of
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
from lti_tool.web.teacher.condition_parts import ConditionPart, condition_parts
from lti_tool.web.teacher.learners import Learners, MayBe, learners_of
from lti_tool.web.teacher.level_words import LevelLine, changed_lines, lines_of
from lti_tool.web.teacher.numbers import Numbers, numbers_of
from lti_tool.web.teacher.overdue import review_standings
from lti_tool.web.teacher.roster.entries import SOON
from lti_tool.web.teacher.rule_form import Problem, demand_forms, form_of_demands
from lti_tool.web.teacher.ways import ways_of
from lti_tool.web.time_zones import in_page_zone
from lti_tool.web.translation import Sentence
from lti_tool.web.visits import Visit

#: How many awards by hand that wait for a second person a card shows; the list has all.
HAND_AWARDS = 5


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

    `plot` is None where there is nothing to be seen in it. `changed` are the awards whose results have changed since.
    `ways` are what the sources are called from which Nozimite knows what the rule asks for, the best first, and
    `cannot_see` is what these cannot see. `proposed` is a version that waits for the teacher, and `change` what it
    changes. `asks_less` is why what the activity asks for is not proposed. `gone` are the words for a link or column
    that the platform no longer has. `is_short`: the rule is as the short form makes it. `demand_forms` are those of the
    conditions that can stand beside the occasion. `parts` are what the conditions show.
    `unpermitted` is the name of the issuer whose badges the course may no longer award; empty where it may.
    `hand_awards` are the first of those that wait for a second person, `by_hand` is how many do. `newer` is a newer
    version of the template. `review` says whether that of the template is overdue. `gradebook` is why the badge cannot
    be shown in the gradebook, None where it can.
    """

    rule: AwardRule
    version: RuleVersion
    template: Template
    readings: Sequence[Reading]
    numbers: Numbers
    plot: Plot | None
    changed: Sequence[ResultChange]
    sentences: Sequence[Markup]
    ways: Sequence[str]
    cannot_see: Sequence[str]
    is_short: bool
    has_demands: bool
    demand_forms: Sequence[Markup]
    proposed: RuleVersion | None
    change: Change | None
    asks_less: Sentence
    learners: Learners
    hand_awards: Sequence[HandAward]
    by_hand: int
    parts: Sequence[ConditionPart]
    gone: Mapping[str, str] | None
    unpermitted: str
    review: Standing
    newer: TemplateVersion | None
    gradebook: gradebook.Refusal | None

    def changed_levels(self, change: ResultChange) -> Sequence[tuple[Texts, Texts, Texts]]:
        """The outcomes whose levels have changed, each with its level before and now."""
        return changed_lines(change.award, change.levels or ())

    def levels_of(self, hand_award: HandAward) -> Sequence[LevelLine]:
        """The levels that are chosen for an award by hand that waits."""
        return lines_of(self.template, stated_levels(hand_award.outcome_levels))

    @property
    def assessments(self) -> Sequence[str]:
        """The assessments that decide levels of single learning outcomes."""
        return assessments_of(self.template)

    @property
    def lacking_columns(self) -> Sequence[str]:
        """Those of the assessments that have no grade column yet."""
        return [each for each in self.assessments if each not in self.rule.outcome_columns]

    @property
    def is_settled(self) -> bool:
        """Whether nothing keeps the rule from awarding but a pause."""
        return not (self.proposed or self.gone or self.unpermitted or self.rule.course.concluded_at)

    @property
    def boxes(self) -> Sequence[ConditionPart]:
        """What conditions show in boxes of their own, while the rule can award."""
        return [part for part in self.parts if part.templates] if self.is_settled else []

    @property
    def is_calm(self) -> bool:
        """Whether nothing waits for anybody, as far as the last check saw."""
        waits = self.learners.waiting or self.hand_awards or self.changed or self.boxes
        stands_still = not self.is_settled or self.rule.paused or self.rule.trouble or self.asks_less
        has_passed = self.template.has_passed(current_tool().clock().date())
        return (
            not (waits or stands_still or has_passed or self.review.is_overdue or self.newer)
            and self.rule.checked_at is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was looked up once for all badges of the course. `awarding` and `counts` are by the rules' ids, `reviews`
    by the templates'."""

    visit: Visit
    asked: Asked
    matters: OpenMatters
    changes: Sequence[ResultChange]
    awarding: Mapping[int, RuleVersion]
    counts: Mapping[int, Sequence[AwardCounts]]
    reviews: Mapping[str, Standing]
    refused: Mapping[int, Problem]


def panels_of(
    session: Session,
    rules: Sequence[AwardRule],
    asked: Asked,
    matters: OpenMatters,
    visit: Visit,
    refused: Mapping[int, Problem],
) -> Sequence[Panel]:
    """The panels of these rules, which are all of the visit's course.

    `refused`: what is wrong with the demands that the request sets for a rule, by its id.
    """
    if visit.course_id is None or not rules:
        return []
    now = current_tool().clock()
    counts: dict[int, list[AwardCounts]] = defaultdict(list)
    for each in queries.course_home.counts_in_course(session, visit.course_id, now, now + SOON):
        counts[each.rule_id].append(each)
    known = _Known(
        visit=visit,
        asked=asked,
        matters=matters,
        changes=changes_in_course(session, visit.course_id, now) if matters.other_results else (),
        awarding={
            version.rule_id: version
            for version in queries.rules.awarding_versions(session, course_id=visit.course_id)
        },
        counts=counts,
        reviews=review_standings(
            session, [queries.rules.shown_of(rule.versions).template_version.template_id for rule in rules]
        ),
        refused=refused,
    )
    return [_panel(session, rule, known) for rule in rules]


def _panel(session: Session, rule: AwardRule, known: _Known) -> Panel:
    version = queries.rules.shown_of(rule.versions)
    proposed = next((each for each in reversed(rule.versions) if each.status == "proposed"), None)
    tree, counts = read_tree(version.tree), known.counts.get(rule.id, ())
    may_be = MayBe(
        question=known.matters.questions,
        hand_awards=known.matters.hand_awards,
        of_staff=any(each.of_staff for each in counts),
    )
    learners = learners_of(session, rule, known.awarding.get(rule.id), may_be, known.visit.person_id)
    asks = learners.question.kind if learners.question else ""
    parts = condition_parts(session, rule, tree, known.visit, asks)
    automatic = next((part.wording for part in parts if part.wording), "automatic")
    return Panel(
        rule=rule,
        version=version,
        template=stored_template(version.template_version.body),
        readings=readings_of(version.template_version),
        numbers=numbers_of(counts, learners),
        plot=plot_of(counts, current_tool().clock(), in_page_zone),
        changed=[each for each in known.changes if each.award.rule_id == rule.id],
        sentences=rule_sentences(tree, "confirmed" if confirms_each(tree) else automatic),
        ways=ways_of(reads(tree), known.asked),
        cannot_see=unseen_sentences(reads(tree), known.asked),
        is_short=is_short(tree),
        has_demands=bool(demands(tree)),
        demand_forms=_demand_forms(rule, tree, known.refused.get(rule.id)),
        proposed=proposed,
        change=_change(version, proposed) if proposed is not None else None,
        asks_less=_asks_less(session, rule.link, version.template_version, known.matters),
        learners=learners,
        hand_awards=queries.hand_awards.waiting(session, rule.id, HAND_AWARDS)
        if known.matters.hand_awards
        else (),
        by_hand=queries.hand_awards.number_waiting(session, rule.id) if known.matters.hand_awards else 0,
        parts=parts,
        gone=gone_words(rule.link.missing_in) if looks.is_gone(rule.link) else None,
        unpermitted=_unpermitted(session, rule),
        review=known.reviews.get(version.template_version.template_id, NEVER_DUE),
        newer=_newer(session, rule.course, version.template_version)
        if known.matters.newer_templates
        else None,
        gradebook=gradebook.refusal(session, rule, tree),
    )


def _newer(session: Session, course: Course, awarded: TemplateVersion) -> TemplateVersion | None:
    return queries.templates.newer_version(session, awarded, course.registration_id, course.id)


def _unpermitted(session: Session, rule: AwardRule) -> str:
    if queries.issuers.may_award(session, rule.course, rule.issuer_id):
        return ""
    return current_tool().issuers.of(session, rule.issuer_id).profile.name_in(page_language())


def _demand_forms(rule: AwardRule, tree: Node, refused: Problem | None) -> Sequence[Markup]:
    zone = page_issuer().profile.zone
    form = request.form if refused else form_of_demands(tree, zone)
    return demand_forms(form, refused, prefix=f"rule-{rule.id}.")


def link_asks_less(session: Session, link: ResourceLink) -> Sentence:
    """Why the activity of the link changes nothing: it asks for less than its badge. Empty where it does not."""
    less = placing.asks_less(session, link)
    return form_problem(*less) if less is not None else ""


def _asks_less(
    session: Session, link: ResourceLink, awarded: TemplateVersion, matters: OpenMatters
) -> Sentence:
    """As `link_asks_less`; where the link names the template that is awarded, that need not be looked up."""
    is_same = link.asked.get("badge") == awarded.template_id and awarded.status == "published"
    if not is_same or matters.newer_templates:
        return link_asks_less(session, link)
    less = placing.asks_less_than(link, awarded)
    return form_problem(*less) if less is not None else ""


def _change(version: RuleVersion, proposed: RuleVersion) -> Change:
    tree = read_tree(proposed.tree)
    return Change(
        badge=stored_template(proposed.template_version.body).name,
        was=terms(read_tree(version.tree)) if version is not proposed else None,
        will_be=terms(tree),
        is_readable=is_readable(tree),
        to_check=copied_sentences(tree),
    )
