"""The own page of somebody who signs for organisations: how these are proved, and what they have signed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import DomainError, NotFoundError, OrganisationError
from lti_tool.operators.accounts import actor_of
from lti_tool.organisations import domains, joining, organisations
from lti_tool.organisations.joining import Joining
from lti_tool.store import Session, queries
from lti_tool.store.models import OrganisationRow
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import OperatorVisit
from lti_tool.web.organisations.proving import prove
from lti_tool.web.organisations.shown_endorsements import ShownEndorsement, how_proved, shown
from lti_tool.web.organisations.visits import current_member, member_page
from lti_tool.web.organisations.words import problem_of

pages = Blueprint("organisation_home", __name__)

#: More than one account shows: each is checked by its own.
MOST_DOMAINS = 10
#: Of each organisation; each is verified for the page.
MOST_SIGNED = 3


@pages.get("/organisations")
def show() -> Response:
    """The organisations for which the visitor signs, with what was signed for them."""
    visit = current_member()
    with current_tool().store.read() as session:
        return _page(session, visit)


@pages.post("/organisations/<uuid:organisation_id>/prove")
def check(organisation_id: UUID) -> Response:
    """Checks a domain now. Raises NotFoundError for an organisation of others."""
    visit, tool = current_member(), current_tool()
    with tool.store.read() as session:
        row = organisations.own_organisation(session, str(organisation_id), visit.operator.id)
    if not row.domain:
        raise NotFoundError("an organisation that was invited has no domain to check")
    try:
        prove(row, actor_of(visit.operator.id))
    except (DomainError, OrganisationError) as error:
        with tool.store.read() as session:
            return _page(session, visit, wrong={row.id: problem_of(error)})
    return redirect(f"/organisations?proved=yes&lang={page_language()}", 303)


@pages.post("/organisations/domains")
def add_domain() -> Response:
    """Adds an organisation of a further domain, which is to be shown."""
    visit, tool = current_member(), current_tool()
    try:
        domain = domains.domain_of(typed_line("domain", 300))
    except DomainError as error:
        with tool.store.read() as session:
            return _page(session, visit, problem=problem_of(error))
    with tool.store.begin() as session:
        own = organisations.organisations_of(session, visit.operator.id)
        if len([each for each in own if each.domain]) < MOST_DOMAINS and domain not in {
            each.domain for each in own
        }:
            joining.sign_for(session, Joining(domain=domain), visit.operator.id, tool.tool_url, tool.clock())
    return redirect(f"/organisations?lang={page_language()}", 303)


def _page(
    session: Session,
    visit: OperatorVisit,
    wrong: dict[str, str] | None = None,
    problem: str = "",
) -> Response:
    own = organisations.organisations_of(session, visit.operator.id)
    return member_page(
        "organisations/home.html",
        visit,
        organisations=own,
        how=lambda each: how_proved(session, each),
        signed={each.id: _newest(session, each) for each in own},
        number_signed={each.id: queries.organisations.count_signed(session, each.id) for each in own},
        to_sign_again={each.id: queries.organisations.to_sign_again(session, each.id) for each in own},
        domains=domains,
        wrong=wrong or {},
        problem=problem,
        was_signed=request.args.get("signed") == "yes",
        was_proved=request.args.get("proved") == "yes",
    )


def _newest(session: Session, row: OrganisationRow) -> list[ShownEndorsement]:
    """What was signed last; a page of its own has all of it."""
    return [shown(session, each) for each in queries.organisations.signed_by(session, row.id, 0, MOST_SIGNED)]
