"""The list of completions for a funder of learning, as a file for a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.publishing.exports import record_export
from lti_tool.statistics.completions import completions_of
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import current_operator, issuer_at
from lti_tool.web.spreadsheets import as_csv
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_completions", __name__)


@pages.post("/operator/issuers/<slug>/statistics/completions")
def as_file(slug: str) -> Response:
    """The badges of a funding code. That they were taken away is an event, which says how many, and not the code."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "export_completions")
        found = completions_of(session, issuer, request.form.get("code", ""), page_language())
        record_export(
            session,
            "completions",
            "issuer",
            issuer.profile.slug,
            tool.clock(),
            visit.actor,
            {"rows": len(found)},
            issuer.id,
        )
    rows = [
        (
            each.fingerprint,
            each.title,
            each.awarded_on.isoformat(),
            _("Yes") if each.is_revoked else _("No"),
        )
        for each in found
    ]
    text = as_csv((_("Fingerprint of the badge"), _("Title"), _("Awarded on"), _("Revoked")), rows)
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="completions-{issuer.profile.slug}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
