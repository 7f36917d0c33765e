"""The statistics of an issuer that everybody may read: the years that it has published, rounded."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.publishing import issuer_documents
from lti_tool.statistics.lines import lines_of, rounded
from lti_tool.statistics.report import read_report
from lti_tool.store import queries
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.requested_address import requested_base
from lti_tool.web.statistics_drawing import bars_of

pages = Blueprint("public_statistics", __name__)


@pages.get("/issuers/<slug>/statistics")
def show(slug: str) -> Response:
    """The published years, the newest first. Raises NotFoundError where there is no such issuer, or no such year."""
    tool = current_tool()
    with tool.store.read() as session:
        found = issuer_documents.found_issuer(session, tool, slug, requested_base())
        rows = queries.statistics.reports(session, found.id)
        published = [rounded(read_report(row.body)) for row in rows if row.published_at is not None]
    if not published:
        raise NotFoundError("the issuer has published no statistics")
    set_page_issuer(found)
    text = render_template(
        "public/statistics.html",
        published=[(report, lines_of(report, page_language())) for report in published],
        bars_of=bars_of,
    )
    return Response(text, mimetype="text/html")
