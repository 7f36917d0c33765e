"""What can be got by prior learning: for everybody; with the way to begin, for whoever shows that they read a mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import Template, stored_template
from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.people import addresses, learner_sessions, stated_names
from lti_tool.people.addresses import CODE_LIFE, CODE_MINUTES, PRIOR_LEARNING, Asking
from lti_tool.prior_learning import applications, offers
from lti_tool.prior_learning.applications import Candidate
from lti_tool.prior_learning.terms import stored_terms
from lti_tool.review_dates.standing import is_stopped
from lti_tool.store import Session, queries
from lti_tool.store.models import PriorLearningOffer
from lti_tool.web import rate_limits
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.languages import page_language
from lti_tool.web.learner.learner_visits import (
    SESSION_COOKIE,
    TICKET_COOKIE,
    check_own_page,
    demand_visit,
    find_visit,
    set_cookie,
)
from lti_tool.web.learner.mine import wrong_code
from lti_tool.web.page_issuer import issuer_of, set_page_issuer
from lti_tool.web.prior_learning.words import STEPS, why_not
from lti_tool.web.translation import gettext as _

pages = Blueprint("prior_learning_open", __name__)

ROUTE = "/prior-learning"
ONE = f"{ROUTE}/<int:offer_id>"


@pages.get(ROUTE)
def show() -> str:
    """All that is open now, of every issuer."""
    tool = current_tool()
    with tool.store.read() as session:
        found = [
            (row, stored_template(offers.published(session, row.issuer_id, row.template_id).body))
            for row in queries.prior_learning.open_offers(session)
            if queries.templates.institutional_template(session, row.template_id) is not None
            and not _is_stopped(session, row)
        ]
        issuers = {row.issuer_id: tool.issuers.of(session, row.issuer_id).profile for row, _found in found}
        return render_template("prior_learning/open.html", offers=found, issuers=issuers)


@pages.get(ONE)
def one(offer_id: int) -> Response:
    """What is asked for, what it costs, and the way to begin. Raises NotFoundError where it is not open."""
    with current_tool().store.read() as session:
        return _page(session, _offer(session, offer_id))


@pages.post(f"{ONE}/code")
def ask_code(offer_id: int) -> Response:
    """Sends a code to whichever address it is: somebody new may begin here. Raises TooManyRequests."""
    check_own_page()
    typed = typed_line("address", addresses.MAX_LENGTH)
    address = addresses.comparable_address(typed)
    tool = current_tool()
    with tool.store.read() as session:
        row = _offer(session, offer_id)
        if address is None:
            return _page(
                session, row, wrong=_("This is no e-mail address. Check it, and try again."), typed=typed
            )
    rate_limits.count_code(address, None)
    asking = Asking(person_id=None, issuer_id=row.issuer_id, language=page_language(), purpose=PRIOR_LEARNING)
    with tool.store.begin() as session:
        ticket = addresses.ask_code(session, address, asking, tool.clock())
        response = _page(session, _offer(session, offer_id), asked=address)
    set_cookie(response, TICKET_COOKIE, ticket, int(CODE_LIFE.total_seconds()))
    return response


@pages.post(f"{ONE}/session")
def sign_in(offer_id: int) -> Response:
    """Begins a session of learners, where the code is the one that was sent for this browser."""
    check_own_page()
    tool = current_tool()
    now, ticket = tool.clock(), request.cookies.get(TICKET_COOKIE, "")
    address = addresses.proved_by(tool.store, ticket, typed_line("code", 40), None, tool.secret_key, now)
    with tool.store.begin() as session:
        row = _offer(session, offer_id)
        if address is None:
            asked = typed_line("address", addresses.MAX_LENGTH)
            return _page(session, row, asked=asked, wrong=str(wrong_code()))
        token = learner_sessions.start_session(session, address, now)
    response = redirect(f"{ROUTE}/{offer_id}?lang={page_language()}", 303)
    set_cookie(response, SESSION_COOKIE, token, None)
    set_cookie(response, TICKET_COOKIE, "", 0)
    return response


@pages.post(f"{ONE}/begin")
def begin(offer_id: int) -> Response:
    """Begins an application of whoever is signed in, and opens it. Raises TooManyRequests."""
    check_own_page()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            visit = demand_visit(session)
            row = _offer(session, offer_id)
            rate_limits.count_application(visit.address)
            candidate = Candidate(
                address=visit.address,
                since=visit.since,
                name=typed_line("name", stated_names.MAX_LENGTH),
                language=page_language(),
            )
            new = applications.begin(
                session, row, candidate, tool.issuers.reused_domains(session), tool.clock()
            )
            key = new.key
    except PriorLearningError as error:
        with tool.store.read() as session:
            return _page(session, _offer(session, offer_id), wrong=why_not(error))
    return redirect(f"/my/prior-learning/{key}/identification?lang={page_language()}", 303)


def _offer(session: Session, offer_id: int) -> PriorLearningOffer:
    """Raises NotFoundError where nobody can begin: it is closed, the template retired, or stopped by its review."""
    row = queries.prior_learning.offer(session, offer_id)
    if row is None or row.closed_at is not None or _is_stopped(session, row):
        raise NotFoundError("nothing with that number is open")
    return row


def _is_stopped(session: Session, row: PriorLearningOffer) -> bool:
    """Whether an overdue review keeps people from beginning; who has begun goes on."""
    tool = current_tool()
    issuer = tool.issuers.of(session, row.issuer_id).profile
    version = offers.published(session, row.issuer_id, row.template_id)
    return is_stopped(session, version, issuer, issuer.day_of(tool.clock()))


def _page(session: Session, row: PriorLearningOffer, **values: Any) -> Response:
    set_page_issuer(issuer_of(session, row.issuer_id))
    visit = find_visit(session)
    template: Template = stored_template(offers.published(session, row.issuer_id, row.template_id).body)
    people = visit.people if visit is not None else ()
    running = queries.prior_learning.running(session, row.issuer_id, row.template_id, people)
    send_own_origin()
    given = {"wrong": "", "typed": "", "asked": ""} | values
    return private_page(
        render_template(
            "prior_learning/one.html",
            offer=row,
            template=template,
            terms=stored_terms(row.terms),
            learner_visit=visit,
            needs_name=_needs_name(session, people),
            running=running,
            minutes=CODE_MINUTES,
            steps=STEPS,
            **given,
        )
    )


def _needs_name(session: Session, people: Sequence[int]) -> bool:
    """Whether nobody has said yet what the visitor is called."""
    if not people:
        return True
    return not queries.prior_learning.is_named(session, people[-1])
