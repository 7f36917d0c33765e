"""What an issuer has in the public catalogue, and what is missing in its templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from lti_tool.catalogue import listing
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session
from lti_tool.store.events import Actor
from lti_tool.web.current import current_tool
from lti_tool.web.editor.preview import mark_address
from lti_tool.web.operator.visits import current_operator, issuer_at, operator_page

pages = Blueprint("operator_catalogue", __name__)

_ROUTE = "/operator/issuers/<slug>/catalogue"


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """Every published template, with what keeps it out of the catalogue."""
    visit, tool = current_operator(), current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        return operator_page(
            "operator/catalogue.html",
            visit,
            issuer_now=issuer,
            candidates=listing.candidates(session, issuer, tool.clock()),
            mark_address=mark_address,
        )


@pages.post(f"{_ROUTE}/<uuid:template_id>/put-in")
def put_in(slug: str, template_id: UUID) -> Response:
    """Puts a template into the catalogue. Raises NotFoundError as `listing.put_in` does."""
    return _done(slug, template_id, listing.put_in)


@pages.post(f"{_ROUTE}/<uuid:template_id>/take-out")
def take_out(slug: str, template_id: UUID) -> Response:
    """Takes a template out of the catalogue."""
    return _done(slug, template_id, listing.take_out)


def _done(
    slug: str, template_id: UUID, act: Callable[[Session, Issuer, str, datetime, Actor], None]
) -> Response:
    visit, tool = current_operator(), current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_catalogue")
        act(session, issuer, str(template_id), tool.clock(), visit.actor)
    return redirect(f"/operator/issuers/{issuer.profile.slug}/catalogue", 303)
