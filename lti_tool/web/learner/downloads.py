"""Downloads: the certificate, the transcript, and files for Europass."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotAllowedError, NotFoundError, SealingError
from lti_tool.logs import log
from lti_tool.publishing import europass, pdf_documents
from lti_tool.publishing.credentials import row_to_give_out
from lti_tool.publishing.exports import Export, record_export
from lti_tool.sealing import MAY_WORK_LATER
from lti_tool.store import queries
from lti_tool.values import Json
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import personal_document
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.public.badge_pages import with_file_name
from lti_tool.web.visits import Visit, current_teacher_visit, current_visit, rule_of

pages = Blueprint("downloads", __name__)


@pages.get("/badges/<uuid:badge_id>.pdf")
def certificate(badge_id: UUID) -> Response:
    """The certificate of a badge. It is as public as the badge, and says no more than it."""
    pdf = pdf_documents.certificate_of(current_tool(), str(badge_id), page_language())
    response = with_file_name(personal_document(pdf, "application/pdf"), badge_id, "pdf")
    response.vary.add("Accept-Language")
    return response


@pages.post("/lti/app/transcript")
def transcript() -> Response:
    """The transcript of all badges of the learner, who alone may have it; raises NotAllowedError for others."""
    visit = current_visit()
    if visit.person_id is None or not visit.is_learner:
        raise NotAllowedError("a transcript is for its learner")
    pdf = pdf_documents.transcript_of(current_tool(), page_issuer(), visit.person_id, page_language())
    _record(visit, "transcript", "person", visit.person_id)
    return _download(pdf, "application/pdf", "transcript.pdf")


@pages.post("/lti/app/badges/<uuid:badge_id>/europass")
def own_badge_for_europass(badge_id: UUID) -> Response | str:
    """The file for Europass of one of the learner's own badges, sealed where its issuer has a seal.

    Where it could not be sealed, a page that says so, from which the file is had without. Raises NotFoundError for any
    other badge, RevokedError for a revoked one.
    """
    visit = current_visit()
    tool = current_tool()
    wants_seal = tool.seal is not None and request.form.get("seal") != "no"
    with tool.store.read() as session:
        row = row_to_give_out(session, str(badge_id))
        person_id = row.award.person_id
        if person_id != visit.person_id:
            raise NotFoundError("you have no such badge")
        seal = tool.seal if wants_seal and row.issuer_id == tool.issuers.first(session).id else None
        unsealed = europass.unsealed(tool.issuers, row) if seal else None
        content = b"" if seal else europass.upload_of(tool.issuers, row)
    if seal is not None and unsealed is not None:
        rate_limits.count_seal(person_id)
        try:
            # After the transaction: a device or a signer may have to be waited for.
            content = europass.sealed(unsealed, seal, tool.clock())
        except SealingError as error:
            return _not_sealed(visit, badge_id, error)
    _record(visit, "europass", "credential", str(badge_id), {"sealed": 1} if seal else None)
    return _download(content, "application/json", f"europass-{str(badge_id)[-12:]}.json")


def _not_sealed(visit: Visit, badge_id: UUID, error: SealingError) -> str:
    # The message is for operators: it names the step, the device or the setting, and nobody's data.
    log.warning("not_sealed", code=error.code, error=str(error))
    return render_template(
        "learner/europass.html",
        visit=visit,
        badge_id=badge_id,
        code=error.code,
        may_work_later=error.code in MAY_WORK_LATER,
    )


@pages.post("/lti/app/rules/<int:rule_id>/europass")
def badges_for_europass(rule_id: int) -> Response | str:
    """The files for Europass of all badges of a rule, as a ZIP; where Europass would reject some, first the reasons."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.read() as session:
        rule = rule_of(session, visit, rule_id)
        template = stored_template(queries.rules.shown_version(session, rule).template_version.body)
        batch = europass.batch_of(tool.issuers, queries.credentials.credentials_of_rule(session, rule.id))
    if batch.packed and (not batch.lacking or request.form.get("rest") == "yes"):
        _record(visit, "europass", "rule", rule_id)
        return _download(batch.zip, "application/zip", f"europass-{rule_id}.zip")
    missing = {lack.pointer: lack.sentence for _, lack in batch.lacking}
    return render_template(
        "teacher/europass.html", visit=visit, rule_id=rule_id, template=template, batch=batch, missing=missing
    )


def _record(
    visit: Visit, export: Export, about_kind: str, about: int | str, data: Json | None = None
) -> None:
    tool = current_tool()
    # Not in the transaction that read: drawing a document takes longer than a lock may be held.
    with tool.store.begin() as session:
        record_export(session, export, about_kind, about, tool.clock(), visit.actor, data)


def _download(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
