"""An invitation is opened once, and completed by a passkey: then there is an account, or one has a further passkey."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import SignInError
from lti_tool.operators import accounts, challenges, invitations, passkeys, sessions
from lti_tool.operators.invitations import Invitation
from lti_tool.operators.sessions import Shown
from lti_tool.store import Session
from lti_tool.store.models import OperatorRow
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.operator.browsers import keep_browser, new_challenge, this_browser, use_challenge
from lti_tool.web.operator.sign_in import signed_in, this_site
from lti_tool.web.operator.visits import check_own_page, operator_page
from lti_tool.web.operator.words import role_name
from lti_tool.web.page_issuer import set_page_issuer

pages = Blueprint("operator_invitation", __name__)


@pages.get("/operator/invitation")
def show() -> Response:
    """The page of the link. Only its button uses the code up: mail programs open links too."""
    tool, code = current_tool(), request.args.get("code", "")
    invitation = invitations.of_code(tool.expiring_values, code)
    with tool.store.read() as session:
        return operator_page(
            "operator/invitation.html",
            None,
            code=code if invitation is not None else "",
            invited=_invited(session, invitation),
        )


@pages.post("/operator/invitation")
def open_it() -> Response:
    """Uses the code up. Raises SignInError `invitation_over`."""
    check_own_page()
    code = request.form.get("code", "")
    browser = invitations.open_invitation(current_tool().expiring_values, code)
    response = redirect("/operator/join", 303)
    keep_browser(response, browser)
    return response


@pages.get("/operator/join")
def ask() -> Response:
    """The page on which an opened invitation is completed. Raises SignInError `invitation_over`."""
    tool, browser = current_tool(), this_browser()
    invitation = invitations.opened(tool.expiring_values, browser)
    if invitation is None:
        raise SignInError("invitation_over", "no invitation is open in this browser")
    challenge = new_challenge("join", browser)
    with tool.store.read() as session:
        account = _account(session, invitation)
        options = passkeys.creation_options(
            this_site(),
            account.handle if account else _new_handle(challenge),
            account.name if account else "",
            challenge,
            account.passkeys if account else (),
        )
        return operator_page(
            "operator/join.html",
            None,
            options=options,
            account=account,
            invited=_invited(session, invitation),
        )


@pages.post("/operator/join")
def join() -> Response:
    """Makes the account, with the passkey that was just made, and begins a session. Raises SignInError."""
    check_own_page()
    tool, browser = current_tool(), this_browser()
    now, answer, name = tool.clock(), request.form.get("answer", ""), typed_line("name", accounts.NAME_LENGTH)
    challenge = passkeys.challenge_in(answer)
    use_challenge(challenge, "join", browser)
    registered = passkeys.registered(this_site(), answer, challenge)
    # Only now: an answer that is not good leaves the invitation open.
    invitation = invitations.take_opened(tool.expiring_values, browser)
    with tool.store.begin() as session:
        row = invitations.complete(session, invitation, name, _new_handle(challenge), now)
        passkeys.add(session, row, registered, "", now)
        token = sessions.start_session(session, row, Shown(how="passkey", at=now), now)
    return signed_in(token)


def _new_handle(challenge: str) -> str:
    """The user handle of the account that is made once the challenge is answered: it is the same before and after."""
    return challenges.derived(current_tool().secret_key, "handle", challenge)


def _account(session: Session, invitation: Invitation) -> OperatorRow | None:
    return None if invitation.operator_id is None else accounts.find(session, invitation.operator_id)


def _invited(session: Session, invitation: Invitation | None) -> str:
    """The role that the invitation gives, in words; empty where it gives none. The page is one of its issuer."""
    if invitation is None or not invitation.issuer_id:
        return ""
    set_page_issuer(current_tool().issuers.of(session, invitation.issuer_id))
    return role_name(invitation.role)
