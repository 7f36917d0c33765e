"""The platforms of an issuer: how each stands, who is invited, and the key that Nozimite shows to all platforms."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError
from lti_tool.issuing.issuer import Issuer
from lti_tool.platforms import invitations
from lti_tool.platforms.moodle_plugin_archive import NAME, moodle_plugin_archive
from lti_tool.store import Session, queries
from lti_tool.web.current import current_tool
from lti_tool.web.operator.platforms.found import LIST, list_address
from lti_tool.web.operator.platforms.states import standings
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)

pages = Blueprint("operator_platforms", __name__)


@pages.get(LIST)
def show(slug: str) -> Response:
    """The platforms and the open invitations."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_platforms")
        return _page(session, visit, issuer)


@pages.post(f"{LIST}/invite")
def invite(slug: str) -> Response:
    """Makes an invitation, and shows its address once. Whoever has it registers a platform for the issuer."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        check_fresh(visit, list_address(issuer))
        code = invitations.invite(session, tool.clock(), visit.actor, issuer.id)
        return _page(session, visit, issuer, f"{tool.tool_url}/lti/register?code={code}")


@pages.post(f"{LIST}/invitations/withdraw")
def withdraw(slug: str) -> Response:
    """Withdraws an invitation."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        name = request.form.get("invitation", "")
        invitations.withdraw(session, issuer.id, name, tool.clock(), visit.actor)
    return redirect(list_address(issuer), 303)


@pages.post(f"{LIST}/rotate")
def rotate(slug: str) -> Response:
    """Has a new key sign what platforms are sent. Raises NotAllowedError but for the issuer that runs Nozimite."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "rotate_lti_key")
        if not _runs_the_tool(session, issuer):
            raise NotAllowedError("the LTI key is shown to the platforms of all issuers")
        check_fresh(visit, list_address(issuer))
        issuer.keyring.rotate(session, "lti", tool.clock(), visit.actor)
    return redirect(list_address(issuer), 303)


@pages.get(f"{LIST}/moodle-plugin.zip")
def moodle_plugin(slug: str) -> Response:
    """The plugin for Moodle, as its administrator installs it."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer_at(session, visit, slug, "see_platforms")
    response = Response(moodle_plugin_archive(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(session: Session, visit: OperatorVisit, issuer: Issuer, link: str = "") -> Response:
    tool = current_tool()
    now = tool.clock()
    rows = queries.platforms.registrations_of(session, issuer.id)
    key = queries.issuers.published_tool_key_rows(session)[0] if _runs_the_tool(session, issuer) else None
    return operator_page(
        "operator/platforms/list.html",
        visit,
        issuer_now=issuer,
        platforms=standings(session, tool, rows),
        invited=queries.platforms.open_invitations(session, issuer.id, now),
        invitation_name=invitations.name_of,
        link=link,
        key=key,
    )


def _runs_the_tool(session: Session, issuer: Issuer) -> bool:
    return issuer.id == queries.issuers.first_issuer_id(session)
