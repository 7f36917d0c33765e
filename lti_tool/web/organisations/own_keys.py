"""The keys of an organisation, for those who sign for it: changed, or withdrawn where somebody else may have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.issuing.keyring import KINDS
from lti_tool.organisations import key_changes, organisations
from lti_tool.store import Session, queries
from lti_tool.store.models import OrganisationKey, OrganisationRow
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import OperatorVisit, check_fresh
from lti_tool.web.organisations.visits import current_member, member_page
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext
from signing.errors import SigningError

pages = Blueprint("organisation_keys", __name__)

_ROUTE = "/organisations/<uuid:organisation_id>/keys"
_NAMES = {algorithm: kind for kind, algorithm in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A key as the page has it; `state`: `signs`, `retired`, `withdrawn`."""

    kid: str
    kind: str
    made_at: datetime
    state: str


@pages.get(_ROUTE)
def show(organisation_id: UUID) -> Response:
    """The keys, newest first. Raises NotFoundError for an organisation of others."""
    visit = current_member()
    with current_tool().store.read() as session:
        row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
        return _page(session, visit, row)


@pages.post(f"{_ROUTE}/change")
def change(organisation_id: UUID) -> Response:
    """Signs with new keys from now on. Raises NotFoundError as `show`, OrganisationError `closed`."""
    visit, tool = current_member(), current_tool()
    with tool.store.begin() as session:
        row = _locked(session, visit, organisation_id)
        organisations.check_open(row)
        try:
            with session.begin_nested():
                key_changes.rotate(session, tool.issuers, row, tool.clock(), visit.actor)
        except SigningError:
            told = _(
                "Nothing was changed: the device that keeps the keys could not make one. Try again later."
            )
            return _page(session, visit, row, problem=told)
    return redirect(f"{_address(row)}?lang={page_language()}&changed=yes", 303)


@pages.post(f"{_ROUTE}/withdraw")
def withdraw(organisation_id: UUID) -> Response:
    """Withdraws a key, and says what that means. Raises NotFoundError as `show`, and for a key of others."""
    visit, tool = current_member(), current_tool()
    with tool.store.begin() as session:
        row = _locked(session, visit, organisation_id)
        kid = request.form.get("key", "")
        number = key_changes.withdraw(session, tool.issuers, row, kid, tool.clock(), visit.actor)
        told = ngettext(
            "The key is withdrawn. %(num)s statement that it signed does not count any more.",
            "The key is withdrawn. %(num)s statements that it signed do not count any more.",
            number,
        )
        return _page(session, visit, row, told=told)


def _locked(session: Session, visit: OperatorVisit, organisation_id: UUID) -> OrganisationRow:
    """The organisation of the page, locked, for somebody of it who has just shown who they are."""
    row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
    check_fresh(visit, _address(row))
    return organisations.locked_organisation(session, row.id)


def _page(
    session: Session, visit: OperatorVisit, row: OrganisationRow, told: str = "", problem: str = ""
) -> Response:
    return member_page(
        "organisations/keys.html",
        visit,
        organisation=row,
        keys=_shown(queries.organisations.keys(session, row.id)),
        to_sign_again=queries.organisations.to_sign_again(session, row.id),
        here=_address(row),
        told=told,
        problem=problem,
        was_changed=request.args.get("changed") == "yes",
    )


def _shown(keys: Sequence[OrganisationKey]) -> list[ShownKey]:
    return [
        ShownKey(
            kid=each.kid,
            kind=_NAMES[each.algorithm],
            made_at=each.created_at,
            state="withdrawn" if each.compromised_at else "retired" if each.retired_at else "signs",
        )
        for each in keys
    ]


def _address(row: OrganisationRow) -> str:
    return f"/organisations/{row.id}/keys"
