"""Which templates are open for prior learning, under which terms; and the applications that the operator sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import PriorLearningError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators.permissions import may
from lti_tool.prior_learning import offers
from lti_tool.prior_learning.applications import name_of
from lti_tool.prior_learning.currencies import currencies, currency_of
from lti_tool.prior_learning.terms import (
    LONGEST_RUBRIC,
    Terms,
    fees_as_typed,
    stored_terms,
    typed_currency,
    typed_fees,
)
from lti_tool.review_dates.standing import standings
from lti_tool.store import Session, queries
from lti_tool.store.models import PriorLearningApplication, PriorLearningOffer
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.prior_learning.parts import parts_of
from lti_tool.web.operator.prior_learning.waiting import waits_for
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.prior_learning.own_acts import typed_words
from lti_tool.web.prior_learning.words import STATES, why_not

pages = Blueprint("operator_prior_learning_offers", __name__)

ROUTE = "/operator/issuers/<slug>/prior-learning"
OFFER = f"{ROUTE}/offers/<uuid:template_id>"
#: So many applications are listed at most.
MOST = 200


@pages.get(ROUTE)
def show(slug: str) -> Response:
    """What is open, for those who manage it; and the applications in which the operator has a part."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_prior_learning")
        rows = seen_by(session, visit, issuer)
        own = queries.templates.institutional_templates(session, issuer.id)
        opened = {row.template_id: row for row in queries.prior_learning.open_offers(session, issuer.id)}
        return operator_page(
            "operator/prior_learning/list.html",
            visit,
            issuer_now=issuer,
            templates=[
                (version, stored_template(version.body).name, opened.get(version.template_id))
                for version in own
            ],
            reviews=standings(session, own, issuer.profile, issuer.profile.day_of(current_tool().clock())),
            applications=[(row, stored_template(row.version.body).name) for row in rows],
            states=STATES,
            waiting={row.id: waits_for(visit, issuer, row) for row in rows},
            candidates={
                row.id: name_of(row.person) for row in rows if parts_of(visit, issuer, row).sees_portfolio
            },
        )


def seen_by(session: Session, visit: OperatorVisit, issuer: Issuer) -> Sequence[PriorLearningApplication]:
    """The applications of the issuer in which the operator has, or may take, a part; each once."""
    of = queries.prior_learning
    operator = visit.operator
    found: dict[int, PriorLearningApplication] = {}
    if may(operator, issuer.id, "manage_prior_learning") or may(
        operator, issuer.id, "certify_prior_learning"
    ):
        found |= {row.id: row for row in of.of_issuer(session, issuer.id, MOST)}
    if may(operator, issuer.id, "assess_prior_learning"):
        found |= {row.id: row for row in of.of_assessor(session, issuer.id, operator.id, MOST)}
    if may(operator, issuer.id, "counsel_prior_learning"):
        found |= {row.id: row for row in of.of_counsellor(session, issuer.id, operator.id, MOST)}
    return list(found.values())


@pages.get(OFFER)
def one(slug: str, template_id: UUID) -> Response:
    """The terms of a template. Raises NotFoundError where the issuer has none that is published."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_prior_learning")
        return _page(session, visit, issuer, template_id)


@pages.post(OFFER)
def save(slug: str, template_id: UUID) -> Response:
    """Opens the template, or changes its terms for those who begin later."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "manage_prior_learning")
            terms = _typed_terms(session, issuer, template_id)
            offers.save(session, issuer.id, str(template_id), terms, tool.clock(), visit.actor)
    except PriorLearningError as error:
        with tool.store.read() as session:
            return _page(session, visit, issuer, template_id, wrong=why_not(error), typed=request.form)
    return redirect(f"/operator/issuers/{issuer.profile.slug}/prior-learning?lang={page_language()}", 303)


@pages.post(f"{OFFER}/close")
def close(slug: str, template_id: UUID) -> Response:
    """Lets nobody begin any more."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_prior_learning")
        row = queries.prior_learning.open_offer(session, issuer.id, str(template_id))
        if row is not None:
            offers.close(session, row, tool.clock(), visit.actor)
    return redirect(f"/operator/issuers/{issuer.profile.slug}/prior-learning?lang={page_language()}", 303)


def _typed_terms(session: Session, issuer: Issuer, template_id: UUID) -> Terms:
    template = stored_template(offers.published(session, issuer.id, str(template_id)).body)
    numbers = range(1, len(template.learning_outcomes) + 1)
    currency = typed_currency(request.form.get("currency", ""))
    return Terms(
        fees=typed_fees(request.form.get("fees", ""), currency),
        currency=currency,
        rubric=tuple(typed_words(f"rubric-{number}")[:LONGEST_RUBRIC] for number in numbers),
        appeal_days=row_id("appeal_days"),
    )


def _page(
    session: Session, visit: OperatorVisit, issuer: Issuer, template_id: UUID, **values: Any
) -> Response:
    version = offers.published(session, issuer.id, str(template_id))
    row = queries.prior_learning.open_offer(session, issuer.id, str(template_id))
    return operator_page(
        "operator/prior_learning/offer.html",
        visit,
        issuer_now=issuer,
        template=stored_template(version.body),
        template_id=template_id,
        offer=row,
        currencies=sorted(currencies()),
        **({"shown": _shown(row, issuer), "wrong": "", "typed": None} | values),
    )


def _shown(row: PriorLearningOffer | None, issuer: Issuer) -> dict[str, str]:
    """The terms as the form shows them, by the names of its fields; at first with the currency of its country."""
    terms = (
        stored_terms(row.terms) if row is not None else Terms(currency=currency_of(issuer.profile.country))
    )
    rubric = {f"rubric-{number}": text for number, text in enumerate(terms.rubric, 1)}
    fees = {"fees": fees_as_typed(terms.fees), "currency": terms.currency}
    return rubric | fees | {"appeal_days": str(terms.appeal_days)}
