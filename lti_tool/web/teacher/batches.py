"""The page that lists what a badge was awarded for at once, so that a mistake can be undone at once."""

from __future__ import annotations

from flask import Blueprint, render_template

from badges.template.model import stored_template
from lti_tool.store import queries
from lti_tool.web.current import current_tool
from lti_tool.web.visits import current_teacher_visit, rule_of

pages = Blueprint("batches", __name__)

#: Of how many batches of awards the page offers the undoing: a mistake is among the newest.
MOST = 20


@pages.post("/lti/app/rules/<int:rule_id>/batches")
def batches(rule_id: int) -> str:
    """When several were awarded the badge at once, and how many, the newest first; nothing is undone by this page."""
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, rule_id)
        found = queries.course_page.earned_together(session, rule.id, MOST)
        template = stored_template(queries.rules.shown_version(session, rule).template_version.body)
    return render_template(
        "teacher/batches.html", visit=visit, rule_id=rule_id, template=template, batches=found, most=MOST
    )
