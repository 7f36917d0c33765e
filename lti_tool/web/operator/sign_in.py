"""Operators sign in by a passkey, show again who they are, and sign out."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import SignInError
from lti_tool.operators import passkeys, sessions
from lti_tool.operators.passkeys import Site, site_of
from lti_tool.operators.sessions import Shown
from lti_tool.store import queries
from lti_tool.web.current import current_tool
from lti_tool.web.operator.browsers import (
    forget_browser,
    keep_browser,
    known_browser,
    new_challenge,
    this_browser,
    use_challenge,
)
from lti_tool.web.operator.visits import (
    SESSION_COOKIE,
    check_own_page,
    current_operator,
    operator_page,
    set_cookie,
)

pages = Blueprint("operator_sign_in", __name__)

#: Where somebody may be led once they have shown who they are: to a page of operators or organisations, and to nothing
#: else.
_OWN_ADDRESS = re.compile(r"/operator(/[a-z0-9-]{1,64})*|/organisations(/[a-z0-9-]{1,64}){0,2}")


@pages.get("/operator/sign-in")
def show() -> Response:
    """The page to sign in."""
    browser = known_browser()
    options = passkeys.request_options(this_site(), new_challenge("sign-in", browser))
    response = operator_page("operator/sign_in.html", None, options=options)
    keep_browser(response, browser)
    return response


@pages.post("/operator/sign-in")
def sign_in() -> Response:
    """Begins a session of whoever the passkey belongs to. Raises SignInError."""
    check_own_page()
    return signed_in(begin_session())


def begin_session() -> str:
    """The token of a new session of whoever the passkey of the form belongs to. Raises SignInError."""
    tool = current_tool()
    now, answer = tool.clock(), request.form.get("answer", "")
    challenge = passkeys.challenge_in(answer)
    use_challenge(challenge, "sign-in", this_browser())
    with tool.store.begin() as session:
        row = passkeys.use(session, this_site(), answer, challenge, now)
        return sessions.start_session(session, row, Shown(how="passkey", at=now), now)


@pages.get("/operator/confirm")
def ask_again() -> Response:
    """The page on which a signed-in operator shows again who they are."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        row = queries.operators.operator(session, visit.operator.id)
        own = row.passkeys if row is not None else ()
        options = passkeys.request_options(this_site(), new_challenge("confirm", visit.token), own)
        has_passkey, has_identity = bool(own), row is not None and bool(row.identities)
    return operator_page(
        "operator/confirm.html",
        visit,
        options=options,
        has_passkey=has_passkey,
        has_identity=has_identity,
        to=own_address(request.args.get("to", "")),
    )


@pages.post("/operator/confirm")
def confirm() -> Response:
    """Makes the session fresh, where the passkey is one of its operator's. Raises SignInError."""
    visit = current_operator()
    tool = current_tool()
    now, answer = tool.clock(), request.form.get("answer", "")
    challenge = passkeys.challenge_in(answer)
    use_challenge(challenge, "confirm", visit.token)
    with tool.store.begin() as session:
        row = passkeys.use(session, this_site(), answer, challenge, now)
        if row.id != visit.operator.id:
            raise SignInError("another_account", "the passkey is that of another operator")
        open_one = sessions.find_session(session, visit.token, now)
        if open_one is not None:
            sessions.make_fresh(session, open_one, Shown(how="passkey", at=now), now)
    return redirect(own_address(request.form.get("to", "")), 303)


@pages.post("/operator/sign-out")
def sign_out() -> Response:
    """Ends the session."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        row = sessions.find_session(session, visit.token, tool.clock())
        if row is not None:
            sessions.sign_out(session, row, tool.clock())
    response = redirect("/operator/sign-in", 303)
    set_cookie(response, SESSION_COOKIE, "", 0)
    return response


def signed_in(token: str) -> Response:
    """The way to the first page of a session that has just begun."""
    response = redirect("/operator", 303)
    set_cookie(response, SESSION_COOKIE, token, None)
    forget_browser(response)
    return response


def this_site() -> Site:
    """The tool, as authenticators know it."""
    return site_of(current_tool().tool_url)


def own_address(typed: str) -> str:
    """The address, where it is that of a page of operators; else that of their first one."""
    return typed if _OWN_ADDRESS.fullmatch(typed) else "/operator"
