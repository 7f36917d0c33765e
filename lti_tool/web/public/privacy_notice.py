"""The privacy notice of an issuer: what is kept here of its learners, why and how long."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from lti_tool.privacy.notice import kinds_told
from lti_tool.publishing import issuer_documents
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.requested_address import requested_base

pages = Blueprint("privacy_notice", __name__)


@pages.get("/issuers/<slug>/privacy")
def notice(slug: str) -> Response:
    """The notice, made of the record of processing. Raises NotFoundError where there is no such issuer."""
    tool = current_tool()
    with tool.store.read() as session:
        found = issuer_documents.found_issuer(session, tool, slug, requested_base())
    set_page_issuer(found)
    text = render_template(
        "public/privacy.html",
        privacy=found.privacy,
        kinds=kinds_told(found.privacy, tool.periods, page_language()),
    )
    return Response(text, mimetype="text/html")
