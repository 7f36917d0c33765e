"""A teacher places a badge in the course: choose one, choose how it notices, the platform gets the link."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from badges.eu import elements
from badges.template.model import Template, read_template, text_in
from lti_tool.errors import NotAllowedError
from lti_tool.platforms import deep_linking_response
from lti_tool.platforms.deep_linking_response import ContentItem
from lti_tool.store import queries
from lti_tool.store.models import TemplateVersion
from lti_tool.triggers import TRIGGERS
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import may_write
from lti_tool.web.headers import sends_forms_to
from lti_tool.web.languages import page_language
from lti_tool.web.visits import Visit, resume

pages = Blueprint("placement", __name__)

#: What a learner has at least to reach where the teacher says nothing: half of the points.
USUAL_MINIMUM = 50
#: The points of the column that a badge awarded from a grade brings with it.
COLUMN_POINTS = 100


@pages.post("/lti/app/place")
def place() -> str:
    """The page that brings the chosen badge back to the platform, as a form of this browser."""
    visit = resume()
    if visit.deep_linking is None:
        raise NotAllowedError("this launch asked for no link")
    _demand_no_learner(visit)
    tool = current_tool()
    with tool.store.read() as session:
        row = queries.templates.published_template(
            session, request.form.get("badge", ""), visit.registration.id
        )
        key = tool.issuer.keyring.tool_keys(session)[0]
    trigger = request.form.get("trigger", "")
    minimum = _minimum(request.form.get("minimum", ""))
    if row is None or trigger not in TRIGGERS or (trigger == "line_item_results" and minimum is None):
        problem = (
            _("Choose a badge first.") if row is None else _("Enter the minimum as a number from 0 to 100.")
        )
        return choosing(visit, problem)
    jwt = deep_linking_response.response(
        visit.deep_linking,
        visit.registration,
        visit.deployment_id,
        [_item(row, trigger, minimum)],
        key,
        tool.clock(),
    )
    sends_forms_to(visit.deep_linking.return_url)
    template = read_template(row.body)
    return render_template(
        "placement/placing.html", return_url=visit.deep_linking.return_url, jwt=jwt, template=template
    )


@pages.post("/lti/app/choose")
def choose() -> str:
    """The choice again, after a badge was written on the way."""
    visit = resume()
    if visit.deep_linking is None:
        raise NotAllowedError("this launch asked for no link")
    return choosing(visit)


def choosing(visit: Visit, problem: str = "") -> str:
    """The published badges, each with its completeness, and the ways of noticing."""
    _demand_no_learner(visit)
    tool = current_tool()
    with tool.store.read() as session:
        rows = queries.templates.published_templates(session, visit.registration.id)
        choices = [(row, read_template(row.body)) for row in rows]
    chosen = request.form.get("badge") or (choices[0][0].template_id if len(choices) == 1 else "")
    return render_template(
        "placement/choosing.html",
        visit=visit,
        choices=choices,
        complete=_complete,
        chosen=chosen,
        trigger=request.form.get("trigger", "gated_link"),
        minimum=request.form.get("minimum", USUAL_MINIMUM),
        problem=problem,
        may_write=may_write(visit),
    )


def _item(row: TemplateVersion, trigger: str, minimum: Decimal | None) -> ContentItem:
    template = read_template(row.body)
    tool = current_tool()
    custom = {"badge": row.template_id, "trigger": trigger}
    if trigger == "line_item_results" and minimum is not None:
        custom["minimum_score"] = str(minimum)
    return ContentItem(
        title=text_in(template.name, page_language(), template.in_language),
        text=text_in(template.description, page_language(), template.in_language),
        url=f"{tool.tool_url}/lti/launch",
        custom=custom,
        icon_url=f"{tool.tool_url}/static/icon.svg",
        line_item_maximum=COLUMN_POINTS if trigger == "line_item_results" else None,
    )


def _demand_no_learner(visit: Visit) -> None:
    """Canvas lets learners place links too, with its rich text editor. An administrator may have no role here."""
    if visit.is_learner:
        raise NotAllowedError("learners place no badges")


def _complete(template: Template) -> int:
    """How many of the mandatory EU elements the badge will carry; learner and date come with the award."""
    mandatory = sum(element.mandatory for element in elements.ELEMENTS)
    return mandatory - len(elements.missing(template, current_tool().issuer.profile))


def _minimum(text: str) -> Decimal | None:
    """A percentage as a score from 0 to 1; None for what is no percentage."""
    try:
        value = Decimal(text.strip().removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value / 100 if value.is_finite() and 0 <= value <= 100 else None
