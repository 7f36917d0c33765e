"""Those who sign for organisations sign in by a passkey, and come by an invitation or with a domain of theirs."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import DomainError
from lti_tool.operators import accounts, challenges, passkeys, sessions
from lti_tool.operators.sessions import Shown
from lti_tool.organisations import domains, joining
from lti_tool.organisations.joining import Joining
from lti_tool.store import Session, queries
from lti_tool.store.models import OrganisationRow
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.operator.browsers import (
    forget_browser,
    keep_browser,
    known_browser,
    new_challenge,
    this_browser,
    use_challenge,
)
from lti_tool.web.operator.sign_in import begin_session, this_site
from lti_tool.web.operator.visits import SESSION_COOKIE, set_cookie
from lti_tool.web.organisations.offers import check_offer
from lti_tool.web.organisations.visits import check_form, member_if_any, member_page, own_address
from lti_tool.web.organisations.words import problem_of

pages = Blueprint("organisation_sign_in", __name__)


@pages.get("/organisations/sign-in")
def show() -> Response:
    """The page to sign in."""
    browser = known_browser()
    options = passkeys.request_options(this_site(), new_challenge("sign-in", browser))
    to = own_address(request.args.get("to", ""))
    response = member_page("organisations/sign_in.html", None, options=options, to=to)
    keep_browser(response, browser)
    return response


@pages.post("/organisations/sign-in")
def sign_in() -> Response:
    """Begins a session of whoever the passkey belongs to. Raises SignInError."""
    check_form()
    return _signed_in(begin_session(), own_address(request.form.get("to", "")))


@pages.get("/organisations/invitation")
def show_invitation() -> Response:
    """The page of the link. Only its button uses the code up: mail programs open links too."""
    tool, code = current_tool(), request.args.get("code", "")
    found = joining.of_code(tool.expiring_values, code)
    with tool.store.read() as session:
        if found is not None and not joining.holds(session, found):
            found = None
        return member_page(
            "organisations/invitation.html",
            member_if_any(),
            code=code if found is not None else "",
            organisation=_organisation(session, found),
        )


@pages.post("/organisations/invitation")
def open_invitation() -> Response:
    """Uses the code up. Raises SignInError `invitation_over`."""
    check_form()
    browser = joining.open_invitation(current_tool().expiring_values, request.form.get("code", ""))
    response = redirect("/organisations/join", 303)
    keep_browser(response, browser)
    return response


@pages.post("/organisations/begin")
def begin() -> Response:
    """Begins an account of somebody who wants to show a domain, to answer a link that they have.

    Raises LinkEndedError and OrganisationError where they have none that can be answered.
    """
    check_form()
    tool, to = current_tool(), own_address(request.form.get("to", ""))
    with tool.store.read() as session:
        check_offer(session, to)
    try:
        domain = domains.domain_of(typed_line("domain", 300))
    except DomainError as error:
        return member_page("organisations/wrong_domain.html", None, to=to, problem=problem_of(error))
    browser = joining.begin(tool.expiring_values, Joining(domain=domain))
    response = redirect("/organisations/join", 303)
    keep_browser(response, browser)
    return response


@pages.get("/organisations/join")
def ask() -> Response:
    """The page on which what was opened is completed. Raises SignInError `invitation_over`."""
    tool, browser = current_tool(), this_browser()
    found = joining.opened(tool.expiring_values, browser)
    challenge = new_challenge("join", browser)
    options = passkeys.creation_options(this_site(), _handle(challenge), "", challenge)
    with tool.store.read() as session:
        return member_page(
            "organisations/join.html",
            None,
            options=options,
            domain=found.domain,
            organisation=_organisation(session, found),
        )


@pages.post("/organisations/join")
def join() -> Response:
    """Makes the account, with the passkey that was just made, and begins a session.

    Raises SignInError; NotFoundError and OrganisationError where the organisation is gone or closed.
    """
    check_form()
    tool, browser = current_tool(), this_browser()
    now, answer, name = tool.clock(), request.form.get("answer", ""), typed_line("name", accounts.NAME_LENGTH)
    challenge = passkeys.challenge_in(answer)
    use_challenge(challenge, "join", browser)
    registered = passkeys.registered(this_site(), answer, challenge)
    # Only now: an answer that is not good leaves it open.
    found = joining.take_opened(tool.expiring_values, browser)
    with tool.store.begin() as session:
        row = joining.complete(session, found, name, _handle(challenge), tool.tool_url, now)
        passkeys.add(session, row, registered, "", now)
        token = sessions.start_session(session, row, Shown(how="passkey", at=now), now)
    # Whoever has a domain to show begins with that: their own page says how.
    return _signed_in(token, "/organisations")


def _signed_in(token: str, to: str) -> Response:
    response = redirect(to, 303)
    set_cookie(response, SESSION_COOKIE, token, None)
    forget_browser(response)
    return response


def _handle(challenge: str) -> str:
    """The user handle of the account that is made once the challenge is answered: it is the same before and after."""
    return challenges.derived(current_tool().secret_key, "handle", challenge)


def _organisation(session: Session, found: Joining | None) -> OrganisationRow | None:
    if found is None or not found.organisation_id:
        return None
    return queries.organisations.organisation(session, found.organisation_id)
