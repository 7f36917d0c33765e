"""One application, for operators: each sees of it what their part in it needs, and whoever has none does not find it.

* Who manages sees steps and dates, appoints assessors, and sees whether they have assessed; what they said, when all
  who are needed have.
* An assessor sees the portfolio of what they are appointed for, and what they said themselves.
* A counsellor sees the portfolio of whoever has asked for help, until another one has given advice, or it is handed in
  without any.
* Of what was withdrawn nobody gets the files any more.
* Who certifies sees what was found once that is revealed, and the list of what was handed in, without the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators.permissions import may
from lti_tool.prior_learning import applications, assessments
from lti_tool.prior_learning.agreement import CHECKED
from lti_tool.prior_learning.certification import claims_level, met_in
from lti_tool.prior_learning.identity_checks import confirmed_by
from lti_tool.prior_learning.terms import stored_terms
from lti_tool.store import Session, events, queries
from lti_tool.store.models import (
    OperatorRow,
    PriorLearningApplication,
    PriorLearningAssessment,
)
from lti_tool.web.current import current_tool
from lti_tool.web.operator.prior_learning.offers import ROUTE
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.prior_learning.own_portfolio import attachment, item_of
from lti_tool.web.prior_learning.words import ANSWERS, IDENTITIES, KINDS, STATES, STEPS

pages = Blueprint("operator_prior_learning", __name__)

ONE = f"{ROUTE}/applications/<uuid:application_key>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which parts an operator has in an application. `own` is their assessment, where they are appointed;
    `assesses_now`: in the round that goes on.
    """

    manages: bool
    counsels: bool
    certifies: bool
    own: PriorLearningAssessment | None
    assesses_now: bool
    is_withdrawn: bool

    @property
    def has_any(self) -> bool:
        """Whether they see the application at all."""
        return self.manages or self.counsels or self.certifies or self.own is not None

    @property
    def identifies(self) -> bool:
        """Whether they may check who the candidate is: whoever decides, or has assessed it in this round."""
        return self.certifies or self.assesses_now

    @property
    def sees_files(self) -> bool:
        """Whether they get the files of the portfolio."""
        return not self.is_withdrawn and (self.counsels or self.own is not None)


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


def parts_of(visit: OperatorVisit, issuer: Issuer, row: PriorLearningApplication) -> Parts:
    """The operator's parts now: a role that was taken from them takes its part, too."""
    operator = visit.operator
    own = next((each for each in row.assessments if each.operator_id == operator.id), None)
    asks = row.help_asked_at is not None and row.state in ("identification", "documentation")
    is_free = row.counsellor_id == operator.id or (asks and row.counsellor_id is None)
    return Parts(
        manages=may(operator, issuer.id, "manage_prior_learning"),
        counsels=is_free and own is None and may(operator, issuer.id, "counsel_prior_learning"),
        certifies=may(operator, issuer.id, "certify_prior_learning"),
        own=own if may(operator, issuer.id, "assess_prior_learning") else None,
        assesses_now=own is not None
        and own.round == row.round
        and may(operator, issuer.id, "assess_prior_learning"),
        is_withdrawn=row.state == "withdrawn",
    )


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
        "checks": [each for each in row.identity_checks if each.round == row.round],
        "confirmed": confirmed_by(row),
        "methods": {code: IDENTITIES[code] for code in CHECKED},
        "place": place,
        "assessors": _assessors(session, issuer, row) if place else (),
        "names": {each.id: each.name for each in queries.operators.operators_of(session, issuer.id)},
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


def _assessors(session: Session, issuer: Issuer, row: PriorLearningApplication) -> list[OperatorRow]:
    """Who can be appointed now."""
    taken = {row.counsellor_id, *(each.operator_id for each in row.assessments)}
    of_issuer = queries.operators.operators_of(session, issuer.id)
    return [each for each in of_issuer if assessments.is_assessor(each, issuer.id) and each.id not in taken]
