"""The operator's own account: their passkeys, their sessions, and what they may do where."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.operators import accounts, passkeys, sessions
from lti_tool.people.addresses import CODE_MINUTES
from lti_tool.store import queries
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.operator.browsers import new_challenge, use_challenge
from lti_tool.web.operator.sign_in import this_site
from lti_tool.web.operator.visits import OperatorVisit, check_fresh, current_operator, operator_page
from lti_tool.web.operator.words import role_name

pages = Blueprint("operator_account", __name__)

HERE = "/operator/account"
_ADD = f"{HERE}/passkey"


@pages.get(HERE)
def show() -> Response:
    """The account."""
    return account_page(current_operator())


def account_page(visit: OperatorVisit, **values: Any) -> Response:
    """The page of the account. `asked`: the code that was sent to an address, `wrong` what is wrong with what was
    `typed`."""
    tool = current_tool()
    with tool.store.read() as session:
        row = accounts.find(session, visit.operator.id)
        names = {issuer.id: issuer.profile for issuer in tool.issuers.all(session)}
        roles = [
            (names[issuer_id], sorted(role_name(role) for role in held))
            for issuer_id, held in visit.operator.roles.items()
            if issuer_id in names
        ]
        return operator_page(
            "operator/account.html",
            visit,
            account=row,
            roles=roles,
            sessions=sessions.running(session, tool.clock(), row.id)[::-1],
            session_name=sessions.name_of,
            mail_address=queries.operators.mail_address(session, row.id),
            minutes=CODE_MINUTES,
            **({"asked": None, "wrong": "", "typed": ""} | values),
        )


@pages.get(_ADD)
def ask_passkey() -> Response:
    """The page on which a further passkey is made, for somebody who has just shown who they are."""
    visit = current_operator()
    check_fresh(visit, _ADD)
    with current_tool().store.read() as session:
        row = accounts.find(session, visit.operator.id)
        options = passkeys.creation_options(
            this_site(), row.handle, row.name, new_challenge("add", visit.token), row.passkeys
        )
        return operator_page("operator/passkey.html", visit, options=options, account=row)


@pages.post(_ADD)
def add_passkey() -> Response:
    """Adds the passkey that was just made. Raises SignInError."""
    visit = current_operator()
    check_fresh(visit, _ADD)
    tool = current_tool()
    answer, name = request.form.get("answer", ""), typed_line("label", passkeys.NAME_LENGTH)
    challenge = passkeys.challenge_in(answer)
    use_challenge(challenge, "add", visit.token)
    registered = passkeys.registered(this_site(), answer, challenge)
    with tool.store.begin() as session:
        row = accounts.find(session, visit.operator.id)
        passkeys.add(session, row, registered, name, tool.clock())
    return redirect(HERE, 303)


@pages.post(f"{HERE}/passkeys/remove")
def remove_passkey() -> Response:
    """Removes one of the operator's passkeys. Raises SignInError `last_way`."""
    visit = current_operator()
    check_fresh(visit, HERE)
    tool = current_tool()
    with tool.store.begin() as session:
        row = accounts.find(session, visit.operator.id)
        passkeys.remove(session, row, row_id("passkey"), tool.clock())
    return redirect(HERE, 303)


@pages.post(f"{HERE}/sessions/end")
def end_session() -> Response:
    """Ends the sessions of the operator that the form names."""
    visit = current_operator()
    tool = current_tool()
    names = set(request.form.getlist("session"))
    with tool.store.begin() as session:
        for row in sessions.running(session, tool.clock(), visit.operator.id):
            if sessions.name_of(row) in names:
                sessions.revoke(session, row, tool.clock(), visit.actor)
    return redirect(HERE, 303)
