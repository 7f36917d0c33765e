"""Who works for an issuer, and as what: for its owners alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators import accounts, invitations
from lti_tool.operators.permissions import ROLES
from lti_tool.store import Session, queries
from lti_tool.store.models import OperatorRow
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.operator.words import ROLE_NAMES, ROLE_WORDS

pages = Blueprint("operator_roles", __name__)

_ROUTE = "/operator/issuers/<slug>/operators"


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """The operators of the issuer with their roles."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_operators")
        return _page(session, visit, issuer)


@pages.post(f"{_ROUTE}/give")
def give(slug: str) -> Response:
    """Gives one of them a further role."""
    return _change(slug, accounts.give_role)


@pages.post(f"{_ROUTE}/take")
def take(slug: str) -> Response:
    """Takes a role that was given."""
    return _change(slug, accounts.take_role)


def _change(slug: str, change: Callable[..., object]) -> Response:
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_operators")
        check_fresh(visit, _address(issuer))
        row = _operator_of(session, issuer)
        change(session, row, issuer.id, _role(), tool.clock(), visit.actor)
    return redirect(_address(issuer), 303)


@pages.post(f"{_ROUTE}/invite")
def invite(slug: str) -> Response:
    """Makes an invitation for this issuer, and shows its link once."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_operators")
    check_fresh(visit, _address(issuer))
    code = invitations.invite(tool.expiring_values, issuer.id, _role(), visit.actor)
    invitation = invitations.of_code(tool.expiring_values, code)
    with tool.store.begin() as session:
        if invitation is not None:
            invitations.record_invitation(session, invitation, tool.clock())
    with tool.store.read() as session:
        return _page(session, visit, issuer, f"{tool.tool_url}/operator/invitation?code={code}")


def _page(session: Session, visit: OperatorVisit, issuer: Issuer, link: str = "") -> Response:
    return operator_page(
        "operator/operators.html",
        visit,
        issuer_now=issuer,
        operators=[
            (row, [role for role in row.roles if role.issuer_id == issuer.id])
            for row in queries.operators.operators_of(session, issuer.id)
        ],
        roles=ROLES,
        role_names=ROLE_NAMES,
        role_words=ROLE_WORDS,
        link=link,
    )


def _operator_of(session: Session, issuer: Issuer) -> OperatorRow:
    """The operator whom the form names. Raises NotFoundError for anybody who has no role at the issuer."""
    number = row_id("operator")
    of_issuer = queries.operators.operators_of(session, issuer.id)
    return next((row for row in of_issuer if row.id == number), None) or _absent()


def _absent() -> NoReturn:
    raise NotFoundError("the issuer has no such operator")


def _role() -> str:
    return request.form.get("role", "")


def _address(issuer: Issuer) -> str:
    return f"/operator/issuers/{issuer.profile.slug}/operators"
