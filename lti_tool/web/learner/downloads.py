"""Files to take away: the certificate, the transcript, and what is uploaded to Europass."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import read_template
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.publishing import europass, pdf_documents
from lti_tool.store import queries
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import document
from lti_tool.web.languages import page_language
from lti_tool.web.public.badge_pages import named
from lti_tool.web.visits import resume, resume_teaching, rule_of

pages = Blueprint("downloads", __name__)

#: A certificate is made anew each time: a badge may have been revoked since.
_SHORT_SECONDS = 60


@pages.get("/badges/<uuid:badge_id>.pdf")
def certificate(badge_id: UUID) -> Response:
    """As public as the badge itself, and says no more than it."""
    pdf = pdf_documents.certificate_of(current_tool(), str(badge_id), page_language())
    response = named(document(pdf, "application/pdf", _SHORT_SECONDS), badge_id, "pdf")
    response.vary.add("Accept-Language")
    return response


@pages.post("/lti/app/transcript")
def transcript() -> Response:
    """For the learner alone: nobody else has all their badges."""
    visit = resume()
    if visit.learner_id is None or not visit.is_learner:
        raise NotAllowedError("a transcript is for its learner")
    pdf = pdf_documents.transcript_of(current_tool(), visit.learner_id, page_language())
    return _taken_away(pdf, "application/pdf", "transcript.pdf")


@pages.post("/lti/app/badges/<uuid:badge_id>/europass")
def own_badge_for_europass(badge_id: UUID) -> Response:
    visit = resume()
    tool = current_tool()
    with tool.store.read() as session:
        row = queries.credentials.credential(session, str(badge_id))
        if row is None or row.award.learner_id != visit.learner_id:
            raise NotFoundError("you have no such badge")
        content = europass.upload_of(tool.issuer, row)
    return _taken_away(content, "application/json", f"europass-{str(badge_id)[-12:]}.json")


@pages.post("/lti/app/rules/<int:rule_id>/europass")
def badges_for_europass(rule_id: int) -> Response | str:
    """The badges of a rule as a ZIP; where Europass would refuse some, first what they lack."""
    visit = resume_teaching()
    tool = current_tool()
    with tool.store.read() as session:
        rule = rule_of(session, visit, rule_id)
        template = read_template(rule.template_version.body)
        batch = europass.batch_of(tool.issuer, queries.credentials.credentials_of_rule(session, rule.id))
    if batch.packed and (not batch.lacking or request.form.get("rest") == "yes"):
        return _taken_away(batch.zip, "application/zip", f"europass-{rule_id}.zip")
    sentences = {lack.pointer: lack.sentence for _, lack in batch.lacking}
    return render_template(
        "teacher/europass.html", visit=visit, rule_id=rule_id, template=template, batch=batch, lacks=sentences
    )


def _taken_away(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
