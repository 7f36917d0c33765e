"""What holds, and where it comes from: of the issuer; of the installation too for the first one, which runs it."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from lti_tool.store import queries
from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import current_operator, issuer_at, operator_page

pages = Blueprint("operator_settings", __name__)


@pages.get("/operator/issuers/<slug>/settings")
def show(slug: str) -> Response:
    """The settings. What the installation is set to is none of the business of a further issuer on it."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_settings")
        is_first = issuer.id == queries.issuers.first_issuer_id(session)
        return operator_page(
            "operator/settings.html",
            visit,
            issuer_now=issuer,
            newest=queries.issuers.newest_version(session, issuer.id),
            authority=issuer.profile.authority,
            settings=tool.settings if is_first else (),
            is_first=is_first,
        )
