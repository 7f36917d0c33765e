"""Choosing a badge for a link whose activity names none, on the teacher's page."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request

from lti_tool.awarding import copies, placing
from lti_tool.conditions.tree import Node, read_tree
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.people import sessions
from lti_tool.store import Session, queries
from lti_tool.store.models import ResourceLink, RuleVersion, TemplateVersion
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.teacher.overdue import review_problem
from lti_tool.web.teacher.placement import check_may_place, choose_badge_page, occasions_for
from lti_tool.web.teacher.rule_form import Problem, chosen_rule
from lti_tool.web.teacher.who_would import Switch, terms_of, who_would
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("link_badge", __name__)


@pages.post("/lti/app/link/choose")
def choose() -> str:
    """The badges and the ways to award them. Raises as `use_badge` does."""
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        link_without_badge(session, visit)
    return choose_badge_page(visit)


@pages.post("/lti/app/link/badge")
def use_badge() -> str:
    """Gives the launched link the chosen badge, or shows the choice again.

    Raises NotFoundError where no link was launched, NotAllowedError where the link has a badge, NoAuthorError for
    whoever may place none.
    """
    visit = current_teacher_visit()
    check_may_place(visit)
    if "as_in" in request.form:
        return _take_over(visit)
    with current_tool().store.read() as session:
        link = link_without_badge(session, visit)
        badge = request.form.get("badge", "")
        template = queries.templates.published_template(
            session, badge, visit.registration.id, visit.course_id
        )
        required = placing.required_score(template) if template is not None else None
        overdue = review_problem(session, template) if template is not None else None
    tree = chosen_rule(request.form, page_issuer().profile.zone, occasions_for(visit), required)
    if template is None:
        return choose_badge_page(visit, Problem(sentence=_("Choose a badge first.")))
    if overdue is not None:
        return choose_badge_page(visit, overdue)
    if isinstance(tree, Problem):
        return choose_badge_page(visit, tree)
    switch = Switch(action="/lti/app/link/badge", use=_("Use this badge"), back="/lti/app/link/choose")
    terms = terms_of(visit.course_id, link.link_id, template, tree)
    return who_would(visit, terms, switch) or give_badge(visit, template, tree)


def give_badge(visit: Visit, template: TemplateVersion, tree: Node) -> str:
    """Gives the launched link the badge with that rule. Raises as `use_badge` does."""
    tool = current_tool()
    with tool.store.begin() as session:
        link = link_without_badge(session, visit)
        rule = placing.choose(session, link, template, tree, by_id=visit.person_id, now=tool.clock())
        sessions.note_rule(session, visit.token, rule.id)
        visit = replace(visit, rule_id=rule.id)
    return course_page(visit, Notice(text=_("Saved. This link awards the badge from now on.")))


def _take_over(visit: Visit) -> str:
    """Gives the link badge and conditions of the course that this one is a copy of.

    Raises NotFoundError for what the course is not offered.
    """
    wanted, tool = row_id("as_in"), current_tool()
    with tool.store.read() as session:
        asked = _offered(session, visit, wanted)
        overdue = review_problem(session, asked.template_version)
    if overdue is not None:
        return choose_badge_page(visit, overdue)
    with tool.store.begin() as session:
        link = link_without_badge(session, visit)
        offered = _offered(session, visit, wanted)
        template, tree = offered.template_version, read_tree(offered.tree)
        rule = placing.choose(session, link, template, tree, by_id=visit.person_id, now=tool.clock())
        sessions.note_rule(session, visit.token, rule.id)
        visit = replace(visit, rule_id=rule.id)
    text = _("Saved. This link awards the badge from now on, by the conditions of the original course.")
    return course_page(visit, Notice(text=text))


def _offered(session: Session, visit: Visit, wanted: int) -> RuleVersion:
    """The rule with that id, where the course of the link is offered it; raises NotFoundError where it is not."""
    offered = copies.offered(session, link_without_badge(session, visit).course)
    found = next((version for version in offered if version.id == wanted), None)
    if found is None:
        raise NotFoundError("the course is not offered this rule")
    return found


def link_without_badge(session: Session, visit: Visit) -> ResourceLink:
    """The launched link. Raises NotFoundError where no link was launched, NotAllowedError where it has a badge."""
    link = session.get(ResourceLink, visit.link_id) if visit.link_id is not None else None
    if link is None:
        raise NotFoundError("no link of a course was launched")
    if not placing.names_no_badge(session, link):
        raise NotAllowedError("the link has a badge")
    return link
