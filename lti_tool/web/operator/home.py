"""The first page of an operator: of the one issuer they work for, or a choice of several."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import current_operator, issuer_at, issuers_of, operator_page

pages = Blueprint("operator_home", __name__)


@pages.get("/operator")
def choose() -> Response:
    """The way to the only issuer of the operator, else a page that offers several, or says that there is none."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuers = issuers_of(session, visit)
        if len(issuers) == 1:
            return redirect(f"/operator/issuers/{issuers[0].profile.slug}", 303)
        return operator_page("operator/issuers.html", visit, issuers=issuers)


@pages.get("/operator/issuers/<slug>")
def show(slug: str) -> Response:
    """What there is to do for the issuer, and how it goes."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_home")
        return operator_page("operator/home.html", visit, issuer_now=issuer)
