"""My badges outside of any platform: signed in by a code to a proved address, also when the account there is gone.

An answer is the same for an address that somebody has proved and for any other. The cookies are for this site alone,
and no form of another site is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.backpack.endpoints import CONSENT_PATH
from lti_tool.errors import NotFoundError
from lti_tool.people import addresses, learner_sessions
from lti_tool.people.addresses import CODE_LIFE, CODE_MINUTES, Asking
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor, person
from lti_tool.store.models import Award
from lti_tool.web import rate_limits
from lti_tool.web.backpack.kept_list import kept_of, programs_of
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import questions_about
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.languages import page_language
from lti_tool.web.learner.learner_visits import (
    ASKED_COOKIE,
    PATHWAY_COOKIE,
    SESSION_COOKIE,
    TICKET_COOKIE,
    LearnerVisit,
    check_own_page,
    demand_visit,
    find_visit,
    record_use,
    set_cookie,
)
from lti_tool.web.learner.listed_pathways import listed, offered
from lti_tool.web.learner.mine import change_listing, wrong_code
from lti_tool.web.learner.my_badges import badges_of
from lti_tool.web.learner.pathways import wanted_pathway
from lti_tool.web.learner.sharing import change_sharing, claim_once, sharing_of
from lti_tool.web.page_issuer import issuer_of, page_issuer, set_page_issuer
from lti_tool.web.translation import gettext as _

pages = Blueprint("signed_in", __name__)


@pages.get("/my")
def show() -> Response:
    """The badges of whoever is signed in, else the form to sign in."""
    with current_tool().store.read() as session:
        visit = find_visit(session)
        if visit is None:
            return _private("learner/sign_in.html", wanted=_badge_id(request.args.get("badge", "")))
        response = list_page(session, visit)
    record_use(visit)
    return response


@pages.post("/my/code")
def ask_code() -> Response:
    """Sends a code to the address, if anybody has proved it, and asks for it. Raises TooManyRequests."""
    check_own_page()
    typed, wanted = typed_line("address", addresses.MAX_LENGTH), _badge_id(request.form.get("badge", ""))
    address = addresses.comparable_address(typed)
    if address is None:
        wrong = _("This is no e-mail address. Check it, and try again.")
        return _private("learner/sign_in.html", wrong=wrong, typed=typed, wanted=wanted)
    rate_limits.count_code(address, None)
    tool = current_tool()
    asking = Asking(person_id=None, issuer_id=page_issuer().id, language=page_language())
    with tool.store.begin() as session:
        ticket = addresses.ask_code(session, address, asking, tool.clock())
    response = _private("learner/sign_in.html", asked=address, minutes=CODE_MINUTES, wanted=wanted)
    set_cookie(response, TICKET_COOKIE, ticket, int(CODE_LIFE.total_seconds()))
    return response


@pages.post("/my/session")
def sign_in() -> Response:
    """Begins a session, where the code is the one that was sent for this browser."""
    check_own_page()
    tool = current_tool()
    now, ticket = tool.clock(), request.cookies.get(TICKET_COOKIE, "")
    wanted = _badge_id(request.form.get("badge", ""))
    address = addresses.proved_by(tool.store, ticket, typed_line("code", 40), None, tool.secret_key, now)
    if address is None:
        asked = typed_line("address", addresses.MAX_LENGTH)
        return _private(
            "learner/sign_in.html", asked=asked, wrong=wrong_code(), minutes=CODE_MINUTES, wanted=wanted
        )
    with tool.store.begin() as session:
        token = learner_sessions.start_session(session, address, now)
    # A program may wait for an answer: where that leads is read anew from what it asked.
    asked = request.cookies.get(ASKED_COOKIE, "")
    response = redirect(f"{CONSENT_PATH}?{asked}" if asked else _way_on(wanted), 303)
    set_cookie(response, SESSION_COOKIE, token, None)
    for name in (TICKET_COOKIE, ASKED_COOKIE, PATHWAY_COOKIE):
        if name in request.cookies:
            set_cookie(response, name, "", 0)
    return response


@pages.post("/my/sign-out")
def sign_out() -> Response:
    """Ends the session; with `everywhere` all that a code to the same address began, in whichever browser."""
    check_own_page()
    tool = current_tool()
    with tool.store.begin() as session:
        row = learner_sessions.find_session(session, request.cookies.get(SESSION_COOKIE, ""), tool.clock())
        if row is not None:
            if request.form.get("everywhere") == "yes":
                learner_sessions.end_all_sessions(session, row.address, tool.clock())
            learner_sessions.end_session(session, row, tool.clock())
    response = redirect("/my", 303)
    set_cookie(response, SESSION_COOKIE, "", 0)
    return response


@pages.post("/my/sessions/end")
def end_session() -> Response:
    """Ends one of the sessions of whoever is signed in, by its name: this one, or one in another browser."""
    check_own_page()
    now, name = current_tool().clock(), typed_line("session", 40)
    with current_tool().store.begin() as session:
        visit = demand_visit(session)
        for row in learner_sessions.running_sessions(session, visit.address, now):
            if learner_sessions.name_of(row) == name:
                learner_sessions.end_session(session, row, now)
    # Where it was this one, the form to sign in is there.
    return redirect("/my", 303)


@pages.get("/my/badges/<uuid:badge_id>")
def badge(badge_id: UUID) -> Response:
    """How one of the learner's badges is shown to others; the form to sign in where nobody is, and then back here.

    Raises NotFoundError for a badge of somebody else.
    """
    with current_tool().store.read() as session:
        visit = find_visit(session)
        if visit is None:
            return redirect(f"/my?badge={badge_id}&lang={page_language()}", 303)
        award = own_award_of(session, visit, badge_id)
        page = _sharing(session, award, badge_id)
    claim_once(award, _actor(award))
    return page


@pages.post("/my/badges/<uuid:badge_id>/sharing/<action>")
def change_shown(badge_id: UUID, action: str) -> Response:
    """Makes or ends a link, publishes or takes that back. Raises NotFoundError for a badge of somebody else."""
    check_own_page()
    with current_tool().store.begin() as session:
        visit = demand_visit(session)
        award = own_award_of(session, visit, badge_id)
        done = change_sharing(session, award, action, _actor(award))
        session.flush()
        return _sharing(session, award, badge_id, done)


@pages.post("/my/badges/<uuid:badge_id>/list/<action>")
def change_listed(badge_id: UUID, action: str) -> Response:
    """Hides a badge or shows it again, or asks for a correction. Raises NotFoundError for a badge of somebody else."""
    check_own_page()
    with current_tool().store.begin() as session:
        visit = demand_visit(session)
        award = own_award_of(session, visit, badge_id)
        done = change_listing(session, award, action, _actor(award))
        session.flush()
        return list_page(session, visit, done=done)


def _badge_id(text: str) -> str:
    """The badge whose page led to the form to sign in, as nothing but the id of one; "" where none did."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _way_on(wanted: str) -> str:
    """Where whoever has signed in goes: to the badge that a mail asks about, else to the pathway they came for."""
    return f"/my/badges/{wanted}?lang={page_language()}#feedback" if wanted else wanted_pathway()


def own_award_of(session: Session, visit: LearnerVisit, badge_id: UUID) -> Award:
    """The award of one of the visitor's own badges; raises NotFoundError for any other."""
    row = queries.credentials.credential(session, str(badge_id))
    if row is None or row.award.person_id not in visit.people:
        raise NotFoundError("you have no such badge")
    return row.award


def _actor(award: Award) -> Actor:
    """The person whose badge it is: whoever is signed in has shown to read their mail."""
    return person(award.person_id)


def list_page(session: Session, visit: LearnerVisit, *, done: str = "", wrong: str = "") -> Response:
    """The badges of whoever is signed in, what they keep here, and the programs that they let in."""
    badges = badges_of(session, visit.people)
    issuers = {each.issuer_id for each in badges}
    # Of several issuers none speaks more than another: then it is the one whose site this is.
    if len(issuers) == 1:
        set_page_issuer(issuer_of(session, issuers.pop()))
    begun = listed(session, visit.people)
    return _private(
        "learner/mine.html",
        learner_visit=visit,
        path="/my",
        badges=badges,
        sessions=learner_sessions.running_sessions(session, visit.address, current_tool().clock()),
        session_name=learner_sessions.name_of,
        pathways=begun,
        offered=offered(session, visit.people, begun),
        kept=kept_of(session, visit.people),
        programs=programs_of(session, visit.people),
        done=done,
        wrong=wrong,
    )


def _sharing(session: Session, award: Award, badge_id: UUID, done: str = "") -> Response:
    set_page_issuer(issuer_of(session, award.issuer_id))
    return _private(
        "learner/sharing.html",
        award=award,
        template=stored_template(award.template_version.body),
        feedback_questions=questions_about(session, award),
        sharing=sharing_of(session, award, f"/my/badges/{badge_id}/sharing"),
        done=done,
    )


def _private(page: str, **values: Any) -> Response:
    """The page, for whoever is signed in or about to be."""
    send_own_origin()
    given: Mapping[str, Any] = {"visit": None} | values
    return private_page(render_template(page, **given))
