"""The recognition pack of a badge of somebody, for an operator who is asked for it; that it was made is an event."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.privacy import issuer_share
from lti_tool.publishing.exports import record_export
from lti_tool.publishing.recognition_packs import pack_of, packed_rows
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.people import PERSON, address_of
from lti_tool.web.operator.visits import check_fresh, current_operator, issuer_at

pages = Blueprint("operator_person_pack", __name__)


@pages.post(f"{PERSON}/recognition-pack")
def make(slug: str, person_id: int) -> Response:
    """The pack as a PDF. Raises NotFoundError for a badge of others or a suspended one, RevokedError likewise."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "export_people")
        check_fresh(visit, address_of(issuer, person_id))
        issuer_share.share_of(session, issuer.id, person_id)
        rows = packed_rows(session, [request.form.get("badge", "")])
        if (rows[0].issuer_id, rows[0].award.person_id) != (issuer.id, person_id):
            raise NotFoundError("the person has no such badge of this issuer")
        rate_limits.count_file(visit.token)
        pack = pack_of(tool, session, rows)
    pdf = pack.as_pdf(page_language())
    with tool.store.begin() as session:
        now, data = tool.clock(), {"badges": 1}
        record_export(
            session, "recognition_pack", "person", person_id, now, visit.actor, data, issuer_id=issuer.id
        )
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="recognition-pack.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
