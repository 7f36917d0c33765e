"""Placing a badge in a course by Deep Linking: the teacher chooses it, the platform gets the link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request

from badges.eu import elements
from badges.eu.annex_1 import ELEMENTS
from badges.issuer import IssuerProfile
from badges.template.model import Template, stored_template, text_in
from lti_tool.awarding import gradebook, looks, placing
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.tree import Node, reads
from lti_tool.errors import NoAuthorError, NotAllowedError
from lti_tool.observations import RESULT
from lti_tool.platforms.deep_linking_response import ContentItem, deep_linking_response
from lti_tool.sources import kinds_found
from lti_tool.store import queries
from lti_tool.store.models import Course, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import may_write_templates
from lti_tool.web.headers import allow_forms_to
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.plug_sentences import choice, form_of
from lti_tool.web.requested_address import requested_tool_url
from lti_tool.web.teacher.overdue import review_problem, review_standings
from lti_tool.web.teacher.rule_form import Problem, chosen_rule, demand_forms, typed_for
from lti_tool.web.teacher.who_would import Switch, terms_of, who_would
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_visit

pages = Blueprint("placement", __name__)

#: The points of the line item that is created with a badge awarded from a grade.
LINE_ITEM_POINTS = 100
#: Those of one that only shows who has the badge.
SHOWING_POINTS = 1


@pages.post("/lti/app/place")
def return_link() -> str:
    """The page whose form sends the link of the chosen badge to the platform, or the choice again.

    Raises NotAllowedError where the launch asked for no link, NoAuthorError for whoever may place none.
    """
    visit = current_visit()
    if visit.deep_linking is None:
        raise NotAllowedError("this launch asked for no link")
    check_may_place(visit)
    tool = current_tool()
    with tool.store.read() as session:
        row = queries.templates.published_template(
            session, request.form.get("badge", ""), visit.registration.id, visit.course_id
        )
        overdue = review_problem(session, row) if row is not None else None
    if row is None or overdue is not None:
        return choose_badge_page(visit, overdue or Problem(sentence=_("Choose a badge first.")))
    required = placing.required_score(row)
    tree = chosen_rule(request.form, page_issuer().profile.zone, occasions_for(visit), required)
    if isinstance(tree, Problem):
        return choose_badge_page(visit, tree)
    if (problem := gradebook_problem(visit, tree)) is not None:
        return choose_badge_page(visit, problem)
    switch = Switch(action="/lti/app/place", use=_("Place this badge"), back="/lti/app/choose")
    return who_would(visit, terms_of(visit.course_id, "", row, tree), switch) or link_page(visit, row, tree)


def link_page(visit: Visit, row: TemplateVersion, tree: Node) -> str:
    """The page whose form sends the link of the badge with that rule to the platform, which asked for one.

    Raises NotAllowedError where it did not.
    """
    if visit.deep_linking is None:
        raise NotAllowedError("this launch asked for no link")
    tool = current_tool()
    in_gradebook = is_for_gradebook() and gradebook_problem(visit, tree) is None
    with tool.store.begin() as session:
        key = page_issuer().keyring.tool_keys(session)[0]
        custom = placing.place(
            session,
            row,
            tree,
            registration_id=visit.registration.id,
            course_id=visit.course_id,
            person_id=visit.person_id,
            now=tool.clock(),
            in_gradebook=in_gradebook,
        )
    points = LINE_ITEM_POINTS if RESULT in reads(tree) else SHOWING_POINTS if in_gradebook else None
    jwt = deep_linking_response(
        visit.deep_linking,
        visit.registration,
        visit.deployment_id,
        [_content_item(row, custom, points)],
        key,
        tool.clock(),
    )
    allow_forms_to(visit.deep_linking.return_url)
    template = stored_template(row.body)
    return render_template(
        "placement/return_link.html", return_url=visit.deep_linking.return_url, jwt=jwt, template=template
    )


def is_for_gradebook() -> bool:
    """Whether the teacher wants the gradebook to show who has the badge."""
    return request.form.get("gradebook") == "yes"


def gradebook_problem(visit: Visit, tree: Node) -> Problem | None:
    """Why the gradebook cannot show the badge, though the teacher wants that. The choice is taken back by saying so."""
    if not is_for_gradebook():
        return None
    with current_tool().store.read() as session:
        why = gradebook.dependence(session, visit.course_id, "", tree)
    if why is None:
        return None
    if why == "decided_by_column":
        sentence = _("The gradebook shows this badge’s own column anyway. Nozimite writes nothing into it.")
    else:
        sentence = _(
            "This badge cannot be shown in the gradebook: a score for it would count towards the total that decides "
            "about it."
        )
    return Problem(sentence=sentence, field="gradebook")


@pages.post("/lti/app/choose")
def choose_badge() -> str:
    """The choice again, after a badge was written in between; raises NotAllowedError as `return_link` does."""
    visit = current_visit()
    if visit.deep_linking is None:
        raise NotAllowedError("this launch asked for no link")
    return choose_badge_page(visit)


def choose_badge_page(visit: Visit, problem: Problem | None = None) -> str:
    """The published badges, each with its completeness, and the ways to award them.

    Raises NoAuthorError for whoever may place none.
    """
    check_may_place(visit)
    tool = current_tool()
    with tool.store.read() as session:
        rows = queries.templates.published_templates(session, visit.registration.id, visit.course_id)
        choices = [(row, stored_template(row.body), tool.issuers.of(session, row.issuer_id)) for row in rows]
        reviews = review_standings(session, [row.template_id for row in rows])
    occasions = occasions_for(visit)
    chosen = request.form.get("badge") or (choices[0][0].template_id if len(choices) == 1 else "")
    if chosen in reviews and reviews[chosen].is_stopped:
        chosen = ""
    of_conditions = problem.of if problem else {}
    required = next(
        (each.required_score for row, each, _issuer in choices if row.template_id == chosen), None
    )
    return render_template(
        "placement/choose_badge.html",
        visit=visit,
        choices=choices,
        reviews=reviews,
        count_stated_elements=_count_stated_elements,
        page_issuer=page_issuer(),
        chosen=chosen,
        occasions={name: choice(name) for name in occasions},
        forms={
            name: form_of(name, _typed_or_suggested(name, required), of_conditions.get(name))
            for name in occasions
        },
        demand_forms=demand_forms(request.form, problem),
        in_gradebook=is_for_gradebook() and (problem is None or problem.field != "gradebook"),
        condition=request.form.get("condition", _suggested()),
        problem=problem,
        may_write_templates=may_write_templates(visit),
    )


def _typed_or_suggested(condition: str, required: Decimal | None) -> Mapping[str, str]:
    """What was typed into the condition's part of the form; before that, what a badge asks for that is chosen."""
    typed = typed_for(condition, request.form)
    suggest = getattr(CONDITIONS[condition], "typed_for", None)
    return suggest(required) if not typed and suggest and required is not None else typed


def check_may_place(visit: Visit) -> None:
    """Raises NoAuthorError where the person may place no badges: Canvas lets learners open this page too."""
    if not visit.may_write_templates:
        raise NoAuthorError("badges are placed by those who teach, write or administer a course")


def occasions_for(visit: Visit) -> Sequence[str]:
    """The conditions that the visit may choose: a link that is already placed gets no column of its own any more."""
    found = _kinds_found(visit)
    names = (name for name, each in CONDITIONS.items() if _is_short(each) and found >= each.READS)
    return [name for name in names if visit.deep_linking is not None or RESULT not in CONDITIONS[name].READS]


def _is_short(condition: Any) -> bool:
    """Whether the short form can choose it: what is chosen in the course itself is a part of a rule of parts."""
    return condition.IS_OCCASION and not hasattr(condition, "choices")


def _kinds_found(visit: Visit) -> frozenset[str]:
    with current_tool().store.read() as session:
        course = session.get(Course, visit.course_id) if visit.course_id is not None else None
        return kinds_found(looks.asked_about(session, course) if course is not None else None)


def _suggested() -> str:
    """The condition that the form suggests; empty where none is to be."""
    return next((name for name, each in CONDITIONS.items() if getattr(each, "IS_SUGGESTED", False)), "")


def _content_item(row: TemplateVersion, custom: Mapping[str, str], points: int | None) -> ContentItem:
    template = stored_template(row.body)
    tool = current_tool()
    return ContentItem(
        title=text_in(template.name, page_language(), template.in_language),
        text=text_in(template.description, page_language(), template.in_language),
        url=f"{requested_tool_url()}/lti/launch",
        custom=custom,
        icon_url=f"{tool.tool_url}/static/icon.svg",
        line_item_maximum=points,
    )


def _count_stated_elements(template: Template, issuer: IssuerProfile) -> int:
    """How many of the mandatory EU elements the badge will state; learner and date come with the award."""
    mandatory = sum(element.mandatory for element in ELEMENTS)
    return mandatory - len(elements.missing(template, issuer))
