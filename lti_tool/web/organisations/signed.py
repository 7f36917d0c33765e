"""All that an organisation has signed, for those who sign for it: they withdraw it, and sign it again."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import DomainError, NotFoundError, OrganisationError
from lti_tool.operators.accounts import actor_of
from lti_tool.organisations import endorsements, organisations
from lti_tool.organisations.signing_again import sign_again
from lti_tool.store import Session, queries
from lti_tool.store.models import EndorsementRow, OrganisationRow
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import OperatorVisit, check_fresh
from lti_tool.web.organisations.parts import asked_part
from lti_tool.web.organisations.proving import check_again
from lti_tool.web.organisations.visits import current_member, member_page, own_address
from lti_tool.web.organisations.words import problem_of

pages = Blueprint("organisation_signed", __name__)


@pages.get("/organisations/<uuid:organisation_id>/signed")
def show(organisation_id: UUID) -> Response:
    """What the organisation has signed, newest first. Raises NotFoundError for an organisation of others."""
    visit = current_member()
    with current_tool().store.read() as session:
        row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
        return _page(session, visit, row)


@pages.post("/organisations/withdraw")
def withdraw() -> Response:
    """Withdraws what was signed. Raises NotFoundError for what others have signed."""
    visit, tool = current_member(), current_tool()
    with tool.store.begin() as session:
        row = _own(session, visit)
        endorsements.withdraw(session, row, tool.clock(), actor_of(visit.operator.id))
    return redirect(f"{own_address(request.form.get('to', ''))}?lang={page_language()}", 303)


@pages.post("/organisations/sign-again")
def sign_once_more() -> Response:
    """Signs with a key of today what a withdrawn one signed. Raises NotFoundError for anything else."""
    visit, tool = current_member(), current_tool()
    with tool.store.read() as session:
        row = _own(session, visit)
        organisation, endorsement_id = row.organisation, row.id
    check_fresh(visit, _address(organisation))
    try:
        check_again(organisation, actor_of(visit.operator.id))
        with tool.store.begin() as session:
            sign_again(session, tool.issuers, endorsement_id, visit.operator.id, tool.clock())
    except (OrganisationError, DomainError) as error:
        with tool.store.read() as session:
            return _page(session, visit, organisation, problem_of(error))
    return redirect(f"{_address(organisation)}?lang={page_language()}&signed=yes", 303)


def _own(session: Session, visit: OperatorVisit) -> EndorsementRow:
    """What the form names, where the visitor signs for whoever said it. Raises NotFoundError."""
    row = queries.organisations.endorsement(session, request.form.get("endorsement", ""))
    if row is None:
        raise NotFoundError("there is no such endorsement")
    organisations.own_organisation(session, row.organisation_id, visit.operator.id)
    return row


def _page(session: Session, visit: OperatorVisit, row: OrganisationRow, problem: str = "") -> Response:
    return member_page(
        "organisations/signed.html",
        visit,
        organisation=row,
        part=asked_part(session, partial(queries.organisations.signed_by, session, row.id)),
        here=_address(row),
        problem=problem,
        was_signed=request.args.get("signed") == "yes",
    )


def _address(row: OrganisationRow) -> str:
    return f"/organisations/{row.id}/signed"
