"""One application, for operators: each sees what their part in it needs, and whoever has none does not find it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.prior_learning import applications, assessments, portfolio
from lti_tool.prior_learning.agreement import CHECKED
from lti_tool.prior_learning.certification import claims_level, levels_in, met_in
from lti_tool.prior_learning.identity_checks import confirmed_by
from lti_tool.prior_learning.terms import stored_terms
from lti_tool.store import Session, events, queries
from lti_tool.store.models import (
    OperatorRow,
    PriorLearningApplication,
)
from lti_tool.web.current import current_tool
from lti_tool.web.operator.prior_learning.offers import ROUTE
from lti_tool.web.operator.prior_learning.parts import parts_of
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.prior_learning.own_portfolio import attachment, item_of
from lti_tool.web.prior_learning.words import ANSWERS, CHANGED, IDENTITIES, KINDS, STATES, STEPS

pages = Blueprint("operator_prior_learning", __name__)

ONE = f"{ROUTE}/applications/<uuid:application_key>"


@pages.get(ONE)
def show(slug: str, application_key: UUID) -> Response:
    """The application. Raises NotFoundError for whoever has no part in it."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_prior_learning")
        return page_of(session, visit, issuer, application_of(session, visit, issuer, application_key))


@pages.get(f"{ONE}/items/<uuid:item_key>")
def download(slug: str, application_key: UUID, item_key: UUID) -> Response:
    """A file of the portfolio, for those who assess or counsel; that somebody took it is an event.

    Raises NotFoundError.
    """
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "see_prior_learning")
        row = application_of(session, visit, issuer, application_key)
        if not parts_of(visit, issuer, row).sees_files:
            raise NotFoundError("the operator gets no files of this application")
        item = item_of(session, row, item_key)
        if not portfolio.is_as_added(session, item):
            return page_of(session, visit, issuer, row, wrong=str(CHANGED))
        events.record(
            session, "prior_learning_file_read", "prior_learning", row.id, tool.clock(), actor=visit.actor
        )
        return attachment(item)


def application_of(
    session: Session, visit: OperatorVisit, issuer: Issuer, application_key: UUID
) -> PriorLearningApplication:
    """An application of the issuer in which the operator has a part. Raises NotFoundError for any other."""
    row = queries.prior_learning.application(session, str(application_key))
    if row is None or row.issuer_id != issuer.id or not parts_of(visit, issuer, row).has_any:
        raise NotFoundError("the issuer has no such application, or the operator has no part in it")
    return row


def page_of(
    session: Session, visit: OperatorVisit, issuer: Issuer, row: PriorLearningApplication, **values: Any
) -> Response:
    """The page of the application, as far as the operator sees it."""
    of_round = assessments.of_round(row)
    place = assessments.free_place(row) if row.state == "assessment" else None
    given: dict[str, Any] = {
        "application": row,
        "parts": parts_of(visit, issuer, row),
        "template": stored_template(row.version.body),
        "claims_level": claims_level(stored_template(row.version.body)),
        "terms": stored_terms(row.terms),
        "candidate": applications.name_of(row.person),
        "own_round": of_round,
        "met": met_in(row),
        "agreed": levels_in(row),
        "checks": [each for each in row.identity_checks if each.round == row.round],
        "confirmed": confirmed_by(row),
        "methods": {code: IDENTITIES[code] for code in CHECKED},
        "place": place,
        "assessors": _assessors(session, issuer, row) if place else (),
        "able": _able(session, issuer),
        "unmailed": _unmailed(session, row),
        # Asked only where it is shown: it reads whoever has the badge.
        "namesakes": row.state == "certification"
        and queries.prior_learning.namesakes(session, row, applications.name_of(row.person)),
        "names": _names(session, row),
        "steps": STEPS,
        "states": STATES,
        "answers": ANSWERS,
        "identities": IDENTITIES,
        "kinds": KINDS,
        "here": f"/operator/issuers/{issuer.profile.slug}/prior-learning/applications/{row.key}",
        "wrong": "",
    }
    return operator_page(
        "operator/prior_learning/application.html", visit, issuer_now=issuer, **(given | values)
    )


def _names(session: Session, row: PriorLearningApplication) -> dict[int, str]:
    """How those are called who have, or had, a part in it, also without any role by now; of the erased the number."""
    ids = {each.operator_id for each in row.assessments}
    ids |= {each.operator_id for each in row.decisions}
    ids |= {each.operator_id for each in row.identity_checks}
    ids |= {row.counsellor_id} if row.counsellor_id is not None else set()
    found = {operator_id: queries.operators.operator(session, operator_id) for operator_id in ids}
    return {number: each.name if each and each.name else f"# {number}" for number, each in found.items()}


def _able(session: Session, issuer: Issuer) -> set[int]:
    """The numbers of the accounts that may assess."""
    of_issuer = queries.operators.operators_of(session, issuer.id)
    return {each.id for each in of_issuer if assessments.is_assessor(each, issuer.id)}


def _unmailed(session: Session, row: PriorLearningApplication) -> set[int]:
    """The numbers of the accounts of assessors of the round who get no mail that they are appointed."""
    own = {each.operator_id for each in assessments.of_round(row)}
    return {each for each in own if queries.operators.mail_address(session, each) is None}


def _assessors(session: Session, issuer: Issuer, row: PriorLearningApplication) -> list[OperatorRow]:
    """Who can be appointed now."""
    taken = {row.counsellor_id, *(each.operator_id for each in row.assessments)}
    of_issuer = queries.operators.operators_of(session, issuer.id)
    return [each for each in of_issuer if assessments.is_assessor(each, issuer.id) and each.id not in taken]
