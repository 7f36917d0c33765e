"""Endorsements of an issuer and its templates: organisations that it invites, links, and what is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.issuing.issuer import Issuer
from lti_tool.organisations import endorsements, joining, links, organisations
from lti_tool.store import Session, queries
from lti_tool.store.models import EndorsementRow, OrganisationRow, TemplateVersion
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.organisations.parts import asked_part, part_number
from lti_tool.web.organisations.words import problem_of
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_endorsements", __name__)

_ROUTE = "/operator/issuers/<slug>/endorsements"


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """What organisations have said, the links, and the organisations that were invited."""
    visit = current_operator()
    with current_tool().store.read() as session:
        return _page(session, visit, issuer_at(session, visit, slug, "manage_endorsements"))


@pages.post(f"{_ROUTE}/invite")
def invite(slug: str) -> Response:
    """Invites an organisation by its name, or somebody else of one that was invited; shows the link once."""
    visit, tool = current_operator(), current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_endorsements")
        check_fresh(visit, _address(issuer))
        try:
            row = _invited(session, issuer, visit)
        except OrganisationError as error:
            return _page(session, visit, issuer, problem=problem_of(error))
        if row is None:
            return _page(
                session, visit, issuer, problem=_("Not invited: write the name of the organisation.")
            )
        organisations.note_invited(session, row, tool.clock(), visit.actor)
    code = joining.invite(tool.expiring_values, row.id)
    words = _(
        "Give this link to nobody but whom you invite. It opens once, within seven days, and is shown only now."
    )
    with tool.store.read() as session:
        address = f"{tool.tool_url}/organisations/invitation?code={code}"
        return _page(session, visit, issuer, link=address, link_words=words)


@pages.post(f"{_ROUTE}/close")
def close(slug: str) -> Response:
    """Lets an organisation that was invited sign nothing more. Raises NotFoundError."""
    visit, tool = current_operator(), current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_endorsements")
        check_fresh(visit, _address(issuer))
        organisations.close(session, _organisation(session, issuer), tool.clock(), visit.actor)
    return redirect(_address(issuer), 303)


@pages.post(f"{_ROUTE}/link")
def make_link(slug: str) -> Response:
    """Makes a link by which the issuer or a published version is endorsed, and shows it once. Raises NotFoundError."""
    visit, tool = current_operator(), current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_endorsements")
        token = links.make_link(session, issuer, _version(session, issuer), tool.clock(), visit.actor)
    words = _(
        "Give it to the organisations that you want to ask. It works for 90 days, and is shown only now."
    )
    with tool.store.read() as session:
        address = f"{tool.tool_url}/organisations/endorse/{token}"
        return _page(session, visit, issuer, link=address, link_words=words)


@pages.post(f"{_ROUTE}/end")
def end_link(slug: str) -> Response:
    """Ends a link. Raises NotFoundError."""
    visit, tool = current_operator(), current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_endorsements")
        links.end_link(session, issuer.id, row_id("link"), tool.clock(), visit.actor)
    return redirect(_address(issuer), 303)


@pages.post(f"{_ROUTE}/show")
def show_it(slug: str) -> Response:
    """Shows an endorsement to everybody, and has it signed with badges from now on. Raises NotFoundError."""
    return _change(slug, endorsements.show)


@pages.post(f"{_ROUTE}/hide")
def hide_it(slug: str) -> Response:
    """Takes that back. Raises NotFoundError."""
    return _change(slug, endorsements.hide)


def _change(slug: str, change: Callable[..., None]) -> Response:
    visit, tool = current_operator(), current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "manage_endorsements")
            change(session, _endorsement(session, issuer), tool.clock(), visit.actor)
    except OrganisationError as error:
        with tool.store.read() as session:
            return _page(session, visit, issuer, problem=problem_of(error))
    number = part_number()
    return redirect(_address(issuer) + (f"?part={number}" if number > 1 else ""), 303)


def _page(
    session: Session,
    visit: OperatorVisit,
    issuer: Issuer,
    link: str = "",
    link_words: str = "",
    problem: str = "",
) -> Response:
    now = current_tool().clock()
    every = queries.templates.versions_with_approvals(session, issuer.id)
    return operator_page(
        "operator/endorsements.html",
        visit,
        issuer_now=issuer,
        part=asked_part(session, partial(queries.organisations.of_issuer, session, issuer.id)),
        links=queries.organisations.links_of(session, issuer.id, now),
        organisations=queries.organisations.invited_by(session, issuer.id),
        versions=[each for each in every if each.status == "published"],
        link=link,
        link_words=link_words,
        problem=problem,
    )


def _invited(session: Session, issuer: Issuer, visit: OperatorVisit) -> OrganisationRow | None:
    """The organisation that the form names, or a new one with the name that was typed; None without a name."""
    if "organisation" in request.form:
        return _organisation(session, issuer)
    tool, name = current_tool(), typed_line("name", organisations.NAME_LENGTH)
    if not name:
        return None
    return organisations.make_invited(session, issuer.id, name, tool.tool_url, tool.clock(), visit.actor)


def _organisation(session: Session, issuer: Issuer) -> OrganisationRow:
    row = queries.organisations.organisation(session, request.form.get("organisation", ""))
    if row is None or row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has invited no such organisation")
    return row


def _version(session: Session, issuer: Issuer) -> TemplateVersion | None:
    """The version that the form names; None where it names the issuer itself."""
    number = row_id("version")
    if not number:
        return None
    row = session.get(TemplateVersion, number)
    if row is None or row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has no such template")
    return row


def _endorsement(session: Session, issuer: Issuer) -> EndorsementRow:
    """The endorsement that the form names: of the issuer or a template of it, and no answer to a badge."""
    row = queries.organisations.endorsement(session, request.form.get("endorsement", ""))
    if row is None or row.issuer_id != issuer.id or row.kind == "badge":
        raise NotFoundError("the issuer has no such endorsement")
    return row


def _address(issuer: Issuer) -> str:
    return f"/operator/issuers/{issuer.profile.slug}/endorsements"
