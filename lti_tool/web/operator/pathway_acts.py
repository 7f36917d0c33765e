"""What an operator does to a pathway beside writing it: retired, listed for learners, and awards left as they are."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from lti_tool.errors import PathwayError
from lti_tool.pathways import concerns, listing, publishing
from lti_tool.web.current import current_tool
from lti_tool.web.operator.own_people import known_people
from lti_tool.web.operator.pathways import ROUTE, WRONG, opened, shown_again
from lti_tool.web.operator.visits import current_operator

pages = Blueprint("operator_pathway_acts", __name__)


@pages.post(f"{ROUTE}/<int:pathway_id>/retire")
def retire(slug: str, pathway_id: int) -> Response:
    """Retires the pathway."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            _issuer, row = opened(session, visit, slug, pathway_id, "manage_pathways")
            publishing.retire(session, row, tool.clock(), visit.actor)
    except PathwayError as error:
        return shown_again(visit, slug, pathway_id, wrong=str(WRONG[error.code]))
    return redirect(request.path.removesuffix("/retire"), 303)


@pages.post(f"{ROUTE}/<int:pathway_id>/list")
def list_for_learners(slug: str, pathway_id: int) -> Response:
    """Lists the pathway for learners who know the issuer, or takes it out of that list. Raises BadRequest."""
    visit = current_operator()
    tool = current_tool()
    wanted = request.form.get("listed", "")
    with tool.store.begin() as session:
        _issuer, row = opened(session, visit, slug, pathway_id, "manage_pathways")
        if wanted not in ("yes", "no"):
            raise BadRequest
        change = listing.put_in if wanted == "yes" else listing.take_out
        change(session, row, tool.clock(), visit.actor)
    return redirect(request.path.removesuffix("/list"), 303)


@pages.post(f"{ROUTE}/<int:pathway_id>/leave")
def leave(slug: str, pathway_id: int) -> Response:
    """Leaves an award as it is though a part of it is not valid any more."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            _issuer, row = opened(session, visit, slug, pathway_id, "manage_pathways")
            award, people = request.form.get("award", ""), known_people(session, visit)
            concerns.leave(session, row, award, people, tool.clock(), visit.actor)
    except PathwayError as error:
        return shown_again(visit, slug, pathway_id, wrong=str(WRONG[error.code]))
    return redirect(request.path.removesuffix("/leave"), 303)
