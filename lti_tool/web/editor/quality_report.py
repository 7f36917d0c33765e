"""The quality report of a template, rule by rule with the field to correct, and publishing."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from badges.claims import claims_beyond
from badges.errors import BadgeError
from badges.eu.annex_1 import ELEMENTS
from badges.quality import ANNEX_1, framework_codes
from badges.quality.evaluation import evaluate
from badges.template.model import read_template
from badges.vocabularies import vocabulary
from lti_tool.store import Session
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import approval_requests, approvals, versions
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.templates.seen_facts import seen_facts
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import Author, current_author, locked_version, readable_version
from lti_tool.web.editor.completeness import completeness_of
from lti_tool.web.editor.confirmation import confirmation_page
from lti_tool.web.editor.fields import field_labels, step_code_of
from lti_tool.web.editor.messages import problem_sentence
from lti_tool.web.page_issuer import page_issuer, set_page_issuer
from lti_tool.web.translation import gettext as _

pages = Blueprint("quality_report", __name__)

ALL_FRAMEWORKS = "all"


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/report")
def report(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.read() as session:
        row = readable_version(session, author, template_id, version)
        # Another than the course's own, where an operator has permitted that.
        set_page_issuer(tool.issuers.of(session, row.issuer_id))
        return report_page(author, row)


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/publish")
def publish(template_id: UUID, version: int) -> str:
    """Publishes what the author has seen, which the form names; else shows what there is to see.

    Nothing is published that was changed since it was shown.
    """
    author = current_author()
    tool = current_tool()
    error = ""
    with tool.store.begin() as session:
        row = locked_version(session, author, template_id, version)
        shown_hash = request.form.get("draft", "")
        try:
            versions.check_publishable(row, page_issuer().profile, tool.clock())
            if row.status == "draft" and shown_hash != draft_hash(row):
                return confirmation_page(author, row, shown_hash)
            error = _publish(session, author, row)
        except BadgeError:
            error = _("The template cannot be published yet. First fix everything marked “Not met” below.")
        return report_page(author, row, error)


def _publish(session: Session, author: Author, row: TemplateVersion) -> str:
    """Why the draft was neither published nor asked about; "" where it was. Raises as `versions.publish`."""
    profile, now = page_issuer().profile, current_tool().clock()
    if author.may_approve:
        versions.publish(row, profile, now, author.actor)
        return ""
    done = approvals.publish_or_ask(session, row, profile, now, author.actor)
    if done == "asked_too_often":
        return _("You have asked for approval very often today. Ask again tomorrow.")
    if done == "waiting":
        return _("This badge waits for approval already. Your role does not permit you to approve it.")
    return ""


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/withdraw")
def withdraw(template_id: UUID, version: int) -> str:
    """Withdraws the request to approve a draft."""
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = locked_version(session, author, template_id, version)
        approval_requests.withdraw(session, row, tool.clock(), author.actor)
        return report_page(author, row)


def report_page(author: Author, row: TemplateVersion, error: str = "") -> str:
    """Every rule of the frameworks that are required; for the operator, who chooses them, the others folded away.

    Of another that the operator requests the rules are shown too, and of all where all are requested.
    """
    issuer = page_issuer().profile
    template = read_template(row.body)
    today = issuer.day_of(current_tool().clock())
    claims = claims_beyond(template, issuer)
    required = (ANNEX_1, *issuer.demands)
    # Whoever teaches has nothing to do with frameworks that their institution did not choose.
    codes = framework_codes() if author.course_id is None else required
    seen = seen_facts(row, template, issuer, today)
    reports = [evaluate(code, template, issuer, today, seen) for code in codes]
    requested = request.form.get("framework", "")
    shown_codes = framework_codes() if requested == ALL_FRAMEWORKS else (*required, requested)
    completeness = completeness_of(row, template, issuer, today)
    return render_template(
        "editor/report.html",
        author=author,
        row=row,
        may_edit=author.course_id is None or row.course_id == author.course_id,
        template=template,
        shown=[report for report in reports if report.framework.code in shown_codes],
        others=[report for report in reports if report.framework.code not in shown_codes],
        elements={element.code: element for element in ELEMENTS},
        claims=[(pointer, problem_sentence(code, issuer=issuer)) for pointer, code in claims],
        may_publish=not claims
        and not completeness.gaps
        and all(report.passes for report in reports if report.framework.code in required),
        completeness=completeness,
        field_labels=field_labels,
        problem_sentence=problem_sentence,
        vocabulary=vocabulary,
        step_code_of=step_code_of,
        approval=approval_requests.newest_request(row, issuer) if row.status == "draft" else None,
        approval_days=approval_requests.LINK_DAYS,
        error=error,
        now=current_tool().clock(),
    )
