"""Operators sign in at the institution's provider, complete an invitation there, or show again who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError, SignInError
from lti_tool.operators import accounts, challenges, identities, invitations, sessions
from lti_tool.operators.challenges import Purpose
from lti_tool.operators.claimed_roles import roles_by_issuer
from lti_tool.operators.openid import Identity, OpenIdProvider, OpenIdRequest
from lti_tool.operators.sessions import FRESH, Shown
from lti_tool.store import Session
from lti_tool.web.current import current_tool
from lti_tool.web.operator.browsers import (
    keep_browser,
    known_browser,
    new_challenge,
    this_browser,
    use_challenge,
)
from lti_tool.web.operator.sign_in import own_address, signed_in
from lti_tool.web.operator.visits import current_operator

pages = Blueprint("operator_openid", __name__)


@pages.get("/operator/openid")
def begin_sign_in() -> Response:
    """The way to the provider, to sign in. Raises NotFoundError where there is none."""
    browser = known_browser()
    asked = _request("sign-in", new_challenge("sign-in", browser))
    response = redirect(_provider().sign_in_url(asked), 303)
    keep_browser(response, browser)
    return response


@pages.get("/operator/join/openid")
def begin_join() -> Response:
    """The way to the provider, to complete an invitation. Raises SignInError `invitation_over`, NotFoundError."""
    browser = this_browser()
    if invitations.opened(current_tool().expiring_values, browser) is None:
        raise SignInError("invitation_over", "no invitation is open in this browser")
    return redirect(_provider().sign_in_url(_request("join", new_challenge("join", browser))), 303)


@pages.get("/operator/confirm/openid")
def begin_confirm() -> Response:
    """The way to the provider, which asks again who it is. Raises NotFoundError where there is none."""
    visit = current_operator()
    asked = _request(
        "confirm", new_challenge("confirm", visit.token), own_address(request.args.get("to", ""))
    )
    return redirect(_provider().confirm_url(asked), 303)


@pages.get("/operator/return")
def come_back() -> Response:
    """What the browser does when it comes back from the provider. Raises SignInError, NotFoundError."""
    purpose, _, rest = request.args.get("state", "").partition(".")
    challenge, _, to = rest.partition(".")
    match purpose:
        case "sign-in":
            use_challenge(challenge, "sign-in", this_browser())
            return _sign_in(_identity(_request("sign-in", challenge)))
        case "join":
            use_challenge(challenge, "join", this_browser())
            return _join(_identity(_request("join", challenge)))
        case "confirm":
            return _confirm(challenge, to)
        case _:
            raise SignInError("expired", "the answer is to nothing that was asked")


def _sign_in(identity: Identity) -> Response:
    tool = current_tool()
    now, token = tool.clock(), ""
    with tool.store.begin() as session:
        row = identities.account_of(session, identity, _claimed(session, identity), now)
        # The roles that were lost are lost, whether somebody is signed in or not: so it is raised after the commit.
        refused = identities.refusal(row)
        if row is not None and not refused:
            shown = Shown(how="openid", at=identity.authenticated_at)
            token = sessions.start_session(session, row, shown, now)
    if refused:
        raise SignInError(refused, "the provider's identity may not sign in")
    return signed_in(token)


def _join(identity: Identity) -> Response:
    tool = current_tool()
    now = tool.clock()
    invitation = invitations.take_opened(tool.expiring_values, this_browser())
    with tool.store.begin() as session:
        row = invitations.complete(session, invitation, identity.name, accounts.new_handle(), now)
        identities.bind(session, row, identity, now)
        accounts.replace_claimed_roles(session, row, _claimed(session, identity), now)
        shown = Shown(how="openid", at=identity.authenticated_at)
        token = sessions.start_session(session, row, shown, now)
    return signed_in(token)


def _confirm(challenge: str, to: str) -> Response:
    visit = current_operator()
    tool = current_tool()
    use_challenge(challenge, "confirm", visit.token)
    identity = _identity(_request("confirm", challenge, to))
    now = tool.clock()
    with tool.store.begin() as session:
        row = accounts.find(session, visit.operator.id)
        if (identity.iss, identity.sub) not in {(each.iss, each.sub) for each in row.identities}:
            raise SignInError("another_account", "the provider has signed in somebody else")
        at = identity.authenticated_at
        if at is None or now - at > FRESH:
            raise SignInError("not_fresh", "the provider did not ask again who it is, or does not say when")
        open_one = sessions.find_session(session, visit.token, now)
        if open_one is not None:
            sessions.make_fresh(session, open_one, Shown(how="openid", at=at), now)
    return redirect(own_address(to), 303)


def _request(purpose: Purpose, challenge: str, to: str = "") -> OpenIdRequest:
    """The request whose state has the challenge in it; nonce and verifier follow from that, and are stored nowhere."""
    tool = current_tool()
    return OpenIdRequest(
        redirect_uri=f"{tool.tool_url}/operator/return",
        state=f"{purpose}.{challenge}.{to}" if to else f"{purpose}.{challenge}",
        nonce=challenges.derived(tool.secret_key, "nonce", challenge),
        code_verifier=challenges.derived(tool.secret_key, "verifier", challenge),
    )


def _identity(asked: OpenIdRequest) -> Identity:
    return _provider().identity(asked, request.args.to_dict())


def _claimed(session: Session, identity: Identity) -> Mapping[str, Sequence[str]]:
    tool = current_tool()
    issuers = tool.issuers.all(session)
    return roles_by_issuer(
        identity.claims,
        tool.role_claim,
        tool.claimed_roles,
        issuers[0].id,
        {issuer.profile.slug: issuer.id for issuer in issuers},
    )


def _provider() -> OpenIdProvider:
    provider = current_tool().openid
    if provider is None:
        raise NotFoundError("OIDC_ISSUER is not set")
    return provider
