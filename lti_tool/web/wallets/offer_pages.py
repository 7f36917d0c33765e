"""The page with an offer for a wallet that takes badges by OpenID for Verifiable Credential Issuance.

For a wallet on this device it is a link; for one on another device a QR code, which others in the room may photograph,
and with it a code in digits. It is made by a POST of the learner's own page alone, inside a platform or signed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.qr_codes import draw_code
from badges.template.model import stored_template
from lti_tool.store import Session
from lti_tool.store.events import Actor
from lti_tool.store.models import Award
from lti_tool.wallets.offers import WantedOffer, make_offer
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.wallets.own_badges import page_inside, page_signed_in

pages = Blueprint("offer_pages", __name__)


@pages.post("/lti/app/badges/<uuid:badge_id>/wallet/offer")
def offer_inside(badge_id: UUID) -> str:
    """A new offer of one of the learner's own badges. Raises NotFoundError for any other, AwardStateError."""
    return page_inside(badge_id, _page)


@pages.post("/my/badges/<uuid:badge_id>/wallet/offer")
def offer_signed_in(badge_id: UUID) -> Response:
    """The same for whoever is signed in; the form to sign in where nobody is.

    Raises NotFoundError for a badge of somebody else, NotAllowedError for a form of another site, AwardStateError.
    """
    return page_signed_in(badge_id, _page)


def _page(session: Session, award: Award, by: Actor, where: Mapping[str, Any]) -> str:
    tool = current_tool()
    # Whatever else is sent: a QR code is never good alone.
    is_here = request.form.get("where") == "here"
    wanted = WantedOffer(configuration=request.form.get("form", ""), asks_code=not is_here)
    made = make_offer(session, award, wanted, page_issuer(), tool.secret_key, tool.clock(), by)
    return render_template(
        "wallets/offer.html",
        template=stored_template(award.template_version.body),
        made=made,
        code=None if is_here else draw_code(made.link),
        **where,
    )
