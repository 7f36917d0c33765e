"""The quality report of a template, rule by rule with the field to mend; and the button that publishes it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from badges.errors import BadgeError
from badges.quality import framework_codes
from badges.quality.evaluation import evaluate
from badges.template.model import read_template
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import Author, current_author, locked, readable
from lti_tool.web.editor.completeness import ANNEX_1, completeness
from lti_tool.web.editor.fields import home_of

pages = Blueprint("quality_report", __name__)

ALL = "all"


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/report")
def report(template_id: UUID, version: int) -> str:
    author = current_author()
    with current_tool().store.read() as session:
        return report_page(author, readable(session, author, template_id, version))


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/publish")
def publish(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    trouble = ""
    with tool.store.begin() as session:
        row = locked(session, author, template_id, version)
        try:
            versions.publish(row, tool.issuer.profile, tool.clock(), author.by)
        except BadgeError:
            trouble = _("The template cannot be published yet. First fix everything marked “Not met” below.")
        return report_page(author, row, trouble)


def report_page(author: Author, row: TemplateVersion, trouble: str = "") -> str:
    """All frameworks in a line each, and every rule of those that were asked for, or else are demanded."""
    issuer = current_tool().issuer.profile
    template = read_template(row.body)
    today = current_tool().clock().date()
    reports = [evaluate(code, template, issuer, today) for code in framework_codes()]
    demanded = (ANNEX_1, *issuer.demands)
    asked = request.form.get("framework", "")
    wanted = framework_codes() if asked == ALL else (asked,) if asked in framework_codes() else demanded
    return render_template(
        "editor/report.html",
        author=author,
        row=row,
        mine=author.course_id is None or row.course_id == author.course_id,
        template=template,
        reports=reports,
        shown=[report for report in reports if report.framework.code in wanted],
        demanded=demanded,
        ready=all(report.passes for report in reports if report.framework.code in demanded),
        complete=completeness(template, issuer, today),
        home_of=home_of,
        trouble=trouble,
        now=current_tool().clock(),
    )
