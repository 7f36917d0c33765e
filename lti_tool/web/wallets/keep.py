"""The page by which learners put a badge into a wallet: links for a phone, and a QR code for another one.

It is made by a POST of the learner's own page alone, inside a platform or signed in: each makes links of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from badges.qr_codes import draw_code
from badges.template.model import stored_template
from lti_tool.store import Session
from lti_tool.store.events import Actor
from lti_tool.store.models import Award
from lti_tool.wallets import exchanges, links, offers
from lti_tool.wallets.configurations import offered_by
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.wallets.own_badges import page_inside, page_signed_in

pages = Blueprint("keep", __name__)


@pages.post("/lti/app/badges/<uuid:badge_id>/wallet")
def offer_inside(badge_id: UUID) -> str:
    """New links for one of the learner's own badges. Raises NotFoundError for any other, AwardStateError."""
    return page_inside(badge_id, _page)


@pages.post("/my/badges/<uuid:badge_id>/wallet")
def offer_signed_in(badge_id: UUID) -> Response:
    """The same for whoever is signed in; the form to sign in where nobody is.

    Raises NotFoundError for a badge of somebody else, NotAllowedError for a form of another site, AwardStateError.
    """
    return page_signed_in(badge_id, _page)


def _page(session: Session, award: Award, by: Actor, where: Mapping[str, Any]) -> str:
    issuer, tool = page_issuer(), current_tool()
    made = exchanges.offer(session, award, tool.clock(), by)
    addresses = issuer.addresses
    beside = offers.add_to_exchange(session, award, made.copy, addresses, tool.secret_key, tool.clock())
    return render_template(
        "wallets/keep.html",
        award=award,
        credential=award.credential,
        template=stored_template(award.template_version.body),
        link=links.offer_link(addresses, made.copy),
        binding_link=links.binding_link(
            addresses, issuer.profile.id, made.bound, exchanges.challenge_of(made.bound)
        ),
        address=addresses.interaction(made.copy),
        code=draw_code(addresses.interaction(made.copy)),
        tx_code=beside.tx_code,
        forms=offered_by(session, issuer),
        ends_at=made.ends_at,
        **where,
    )
