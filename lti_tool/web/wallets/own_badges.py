"""A badge of the learner's own, for pages that put it into a wallet: asked for inside a platform, or signed in.

Such a page is made by a POST of the learner's own page alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response

from lti_tool.store import Session
from lti_tool.store.events import Actor, person
from lti_tool.store.models import Award
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.learner.learner_visits import check_own_page, demand_visit
from lti_tool.web.learner.sharing import own_award
from lti_tool.web.learner.signed_in import own_award_of
from lti_tool.web.page_issuer import issuer_of, set_page_issuer
from lti_tool.web.visits import current_visit

#: The page about an award: who asks for it, and what the template needs to know of where it stands.
WalletPage = Callable[[Session, Award, Actor, Mapping[str, Any]], str]


def page_inside(badge_id: UUID, page: WalletPage) -> str:
    """The page inside a platform. Raises NotFoundError for a badge of somebody else, and what `page` raises."""
    visit = current_visit()
    with current_tool().store.begin() as session:
        award = own_award(session, visit, badge_id)
        return page(session, award, visit.actor, {"visit": visit, "path": f"/lti/app/badges/{badge_id}"})


def page_signed_in(badge_id: UUID, page: WalletPage) -> Response:
    """The page for whoever is signed in; the form to sign in where nobody is.

    Raises NotFoundError for a badge of somebody else, NotAllowedError for a form of another site, and what `page`
    raises.
    """
    check_own_page()
    with current_tool().store.begin() as session:
        visit = demand_visit(session)
        award = own_award_of(session, visit, badge_id)
        set_page_issuer(issuer_of(session, award.issuer_id))
        where = {"visit": None, "path": f"/my/badges/{badge_id}"}
        text = page(session, award, person(award.person_id), where)
    send_own_origin()
    return private_page(text)
