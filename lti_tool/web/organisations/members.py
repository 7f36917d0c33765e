"""Who signs for an organisation: somebody more by an invitation, and somebody no more."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError
from lti_tool.organisations import joining, members, organisations
from lti_tool.store import Session
from lti_tool.store.models import OrganisationRow
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import OperatorVisit, check_fresh
from lti_tool.web.organisations.visits import current_member, member_page
from lti_tool.web.translation import gettext as _

pages = Blueprint("organisation_members", __name__)

_ROUTE = "/organisations/<uuid:organisation_id>/members"


@pages.get(_ROUTE)
def show(organisation_id: UUID) -> Response:
    """Who signs for the organisation. Raises NotFoundError for one of others."""
    visit = current_member()
    with current_tool().store.read() as session:
        row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
        return _page(session, visit, row)


@pages.post(f"{_ROUTE}/invite")
def invite(organisation_id: UUID) -> Response:
    """Makes a link by which somebody else signs too, and shows it once. Raises NotFoundError, OrganisationError."""
    visit, tool = current_member(), current_tool()
    with tool.store.begin() as session:
        row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
        check_fresh(visit, _address(row))
        organisations.note_invited(session, row, tool.clock(), visit.actor)
    code = joining.invite(tool.expiring_values, row.id, visit.operator.id)
    with tool.store.read() as session:
        return _page(session, visit, row, link=f"{tool.tool_url}/organisations/invitation?code={code}")


@pages.post(f"{_ROUTE}/remove")
def remove(organisation_id: UUID) -> Response:
    """Lets somebody sign for it no more. Raises NotFoundError as `show`, and for whoever does not sign for it."""
    visit, tool = current_member(), current_tool()
    with tool.store.begin() as session:
        row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
        check_fresh(visit, _address(row))
        row = organisations.locked_organisation(session, row.id)
        who = row_id("member")
        try:
            members.remove(session, row, who, tool.clock(), visit.actor)
        except NotAllowedError:
            told = _("Nobody else signs for it: invite somebody first.")
            return _page(session, visit, row, problem=told)
    if who == visit.operator.id:
        return redirect(f"/organisations?lang={page_language()}", 303)
    return redirect(f"{_address(row)}?lang={page_language()}", 303)


def _page(
    session: Session, visit: OperatorVisit, row: OrganisationRow, link: str = "", problem: str = ""
) -> Response:
    return member_page(
        "organisations/members.html",
        visit,
        organisation=row,
        members=members.members_of(session, row),
        here=_address(row),
        link=link,
        problem=problem,
    )


def _address(row: OrganisationRow) -> str:
    return f"/organisations/{row.id}/members"
