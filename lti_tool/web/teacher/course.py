"""The teacher's page of a course: a card for each of its badges, and what waits for the teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from markupsafe import Markup

from badges.template.model import Template, stored_template
from lti_tool.awarding import copies, looks
from lti_tool.conditions.tree import read_tree, reads
from lti_tool.errors import NotAllowedError
from lti_tool.sources import csv, is_open
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, CorrectionRequest, Course, ResourceLink, RuleVersion
from lti_tool.store.queries.course_home import OpenMatters
from lti_tool.web.current import current_tool
from lti_tool.web.plug_sentences import copied_sentences, terms
from lti_tool.web.teacher.course_work import work_in
from lti_tool.web.teacher.panels import Panel, link_asks_less, panels_of
from lti_tool.web.teacher.rule_form import Problem
from lti_tool.web.teacher.ways import improvements
from lti_tool.web.translation import Sentence
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("teacher", __name__)


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

    @property
    def find(self) -> str:
        """By what the list of everybody finds the learner."""
        return self.row.award.person.email or self.row.award.person.name or ""


@pages.post("/lti/app/course")
def course() -> str:
    return course_page(current_teacher_visit())


def course_page(visit: Visit, notice: Notice | None = None, *, refused: Problem | None = None) -> str:
    """The page of the visit's course, with the badge that the request is about first.

    `refused`: what is wrong with the demands that the request sets for its rule; they are shown as they were typed.

    Raises NotAllowedError for a visit outside of a course.
    """
    if visit.course_id is None:
        raise NotAllowedError("this page is for a course")
    acting_on = (request.view_args or {}).get("rule_id", visit.rule_id)
    with current_tool().store.read() as session:
        rules = queries.rules.rules_of(session, visit.course_id)
        course = rules[0].course if rules else session.get_one(Course, visit.course_id)
        matters = queries.course_home.open_matters(session, course.id)
        asked = looks.asked_about(session, course)
        wrong = {acting_on: refused} if acting_on is not None and refused is not None else {}
        panels = panels_of(session, rules, asked, matters, visit, wrong)
        shown = [panel for panel in panels if panel.rule.removed_at is None]
        shown.sort(key=lambda panel: panel.rule.id != acting_on)
        kinds = frozenset().union(*(reads(read_tree(panel.version.tree)) for panel in shown))
        page = render_template(
            "teacher/course.html",
            visit=visit,
            panels=shown,
            removed=[panel for panel in panels if panel.rule.removed_at is not None and panel.numbers.ever],
            work=work_in(session, rules, [panel.rule.id for panel in panels if panel.numbers.unissued]),
            notice=notice,
            refused=refused,
            acting_on=acting_on,
            asks_less=_asks_less(session, visit),
            takes_lists=is_open(csv, asked),
            improvements=improvements(kinds, asked) if shown else (),
            stated_names=queries.people.with_stated_names(session, course.id) if matters.stated_names else (),
            corrections=_corrections(session, course, matters),
            offers=[_offer(version) for version in copies.offered(session, course)]
            if matters.origins
            else (),
            mail_folder=current_tool().mail_folder,
        )
    _look_anew(panels)
    return page


def _look_anew(panels: Sequence[Panel]) -> None:
    """Prompts a look where a question is shown, so that it is answered by what is so now."""
    asking = next((panel.rule.id for panel in panels if panel.learners.question), None)
    if asking is None:
        return
    tool = current_tool()
    with tool.store.begin() as session:
        looks.look_after_opening(session, session.get_one(AwardRule, asking), tool.clock())


def _asks_less(session: Session, visit: Visit) -> Sentence:
    """Why the activity of the link that was opened has no badge: it asks for less than its badge."""
    link = session.get(ResourceLink, visit.link_id) if visit.link_id and not visit.rule_id else None
    return link_asks_less(session, link) if link is not None else ""


def _corrections(session: Session, course: Course, matters: OpenMatters) -> Sequence[AskedCorrection]:
    if not matters.corrections:
        return ()
    return [
        AskedCorrection(row=row, template=stored_template(row.award.template_version.body))
        for row in queries.corrections.open_in(session, [course.id])
    ]


def _offer(version: RuleVersion) -> Offer:
    tree = read_tree(version.tree)
    return Offer(
        version=version,
        template=stored_template(version.template_version.body),
        terms=terms(tree),
        to_check=copied_sentences(tree),
    )
