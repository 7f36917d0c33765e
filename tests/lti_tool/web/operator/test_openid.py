"""Operators sign in at a real OpenID provider on another port: by `iss` and `sub`, with roles by its claims."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from lti_tool.errors import OutgoingError
from lti_tool.operators import accounts, invitations
from lti_tool.operators.claimed_roles import ClaimedRole
from lti_tool.operators.openid import OpenIdClient, OpenIdProvider
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.key_sets import KeySets
from lti_tool.store.models import (
    Event,
    ExpiringValue,
    OperatorIdentity,
    OperatorRole,
    OperatorRow,
    OperatorSession,
)
from lti_tool.web.current import install
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.operator.conftest import ROOT_ACCOUNT
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, running_provider

HOME = "/operator/issuers/riga-college"
MAPPING = (
    ClaimedRole(value="badge-admins", role="owner"),
    ClaimedRole(value="badge-approvers", role="approver", slug="daugava-school"),
)


def provider_of(provider, clock):
    outgoing = Outgoing(private_hosts=("idp.localhost",))
    client = OpenIdClient(issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    seconds = lambda: clock().timestamp()  # noqa: E731
    return OpenIdProvider(client, outgoing, KeySets(outgoing, seconds), seconds)


@pytest.fixture
def provider(app, web_tool, clock):
    """The provider that the tool knows; whoever is in the group badge-admins there owns the first issuer."""
    with running_provider(lambda: clock().timestamp()) as provider:
        install(
            app,
            replace(
                web_tool,
                openid=provider_of(provider, clock),
                role_claim="groups",
                claimed_roles=MAPPING,
            ),
        )
        provider.user = {"sub": "ieva", "name": "Ieva Kalniņa", "groups": ["staff", "badge-admins"]}
        yield provider


def at_provider(somebody, address="/operator/openid"):
    """Where the provider sends the browser back to."""
    begun = somebody.get(address)
    assert begun.status_code == 303, text_of(begun)
    # As a browser does, which knows where localhost leads; the resolver of a minimal Debian does not.
    page = begun.location.replace("idp.localhost", "127.0.0.1")
    sent = requests.get(page, allow_redirects=False, timeout=10).headers["Location"]
    return sent.removeprefix("https://badges.example.org")


def sign_in(somebody, address="/operator/openid"):
    return somebody.get(at_provider(somebody, address))


def refusal(page):
    assert page.status_code == 403, page.text
    return text_of(page)


def is_out(somebody):
    return somebody.get(HOME).location == "/operator/sign-in"


# --- The way through


def test_a_group_of_the_provider_is_a_role_here(new_browser, provider, web_tool):
    ieva = new_browser()
    assert "Sign in with your account at the institution" in text_of(ieva.get("/operator/sign-in"))
    assert sign_in(ieva).location == "/operator"
    assert "Signed in as Ieva Kalniņa" in text_of(ieva.get(HOME))
    (identity,) = rows(web_tool, OperatorIdentity)
    assert (identity.iss, identity.sub) == (provider.url, "ieva")
    (role,) = rows(web_tool, OperatorRole)
    assert (role.role, role.source) == ("owner", "claim")
    (asked,) = provider.asked
    assert asked["redirect_uri"] == "https://badges.example.org/operator/return"
    assert "ieva" not in str([vars(row) for row in rows(web_tool, Event)]).lower()


def test_nobody_is_known_by_an_address(new_browser, provider, web_tool, join):
    """Another `sub` with the same address and name is somebody else, who has no role."""
    provider.user |= {"email": "ieva@riga.example", "email_verified": True}
    sign_in(new_browser())
    provider.user = provider.user | {"sub": "other", "groups": []}
    assert "You have no role" in refusal(sign_in(new_browser()))
    assert len(rows(web_tool, OperatorRow)) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": None},
        {"groups": []},
        {"groups": ["Badge-Admins"]},
        {"groups": {"badge-admins": True}},
        {"groups": [["badge-admins"]]},
        {"groups": 1},
        {"groups": None, "roles": ["badge-admins"]},
        {"groups": None, "email": "badge-admins"},
    ],
    ids=str,
)
def test_a_missing_or_unreadable_claim_is_no_role(new_browser, provider, web_tool, claims):
    provider.faults = claims
    ieva = new_browser()
    assert "You have no role" in refusal(sign_in(ieva))
    assert is_out(ieva) and rows(web_tool, OperatorRow) == []
    assert [row.why for row in rows(web_tool, Event) if row.what == "operator_refused"] == [
        "operator_no_role"
    ]


def test_a_claim_may_stand_inside_another(new_browser, app, provider, web_tool):
    install(app, replace(app.extensions["nozimite"], role_claim="realm_access.roles"))
    provider.user = {"sub": "ieva", "realm_access": {"roles": ["badge-admins"]}}
    assert sign_in(new_browser()).location == "/operator"


def test_a_role_is_for_the_issuer_that_the_mapping_names(new_browser, provider, web_tool):
    other = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    provider.user["groups"] = ["badge-approvers"]
    ieva = new_browser()
    sign_in(ieva)
    assert ieva.get("/operator").location == f"/operator/issuers/{slug}"
    assert ieva.get(HOME).status_code == 404


def test_a_slug_that_no_issuer_has_gives_nothing(new_browser, provider):
    provider.user["groups"] = ["badge-approvers"]
    assert "You have no role" in refusal(sign_in(new_browser()))


def test_roles_are_taken_anew_at_each_sign_in_and_lost_with_the_claim(new_browser, provider, web_tool):
    ieva = new_browser()
    sign_in(ieva)
    provider.user["groups"] = []
    assert "You have no role" in refusal(sign_in(new_browser()))
    assert rows(web_tool, OperatorRole) == []
    # The session that is open has lost it too.
    assert ieva.get(HOME).status_code == 404
    assert [row.what for row in rows(web_tool, Event)][-2:] == ["role_taken", "operator_refused"]


def test_what_an_owner_gave_stays_when_a_claim_is_gone(new_browser, provider, web_tool, clock):
    sign_in(new_browser())
    with web_tool.store.begin() as session:
        row = accounts.find(session, 1)
        accounts.give_role(session, row, web_tool.issuer.id, "auditor", clock(), ROOT_ACCOUNT)
    provider.user["groups"] = []
    ieva = new_browser()
    assert sign_in(ieva).location == "/operator"
    assert ieva.get(HOME).status_code == 200 and ieva.get(f"{HOME}/operators").status_code == 403


def test_a_passkey_does_not_keep_what_a_claim_gave(new_browser, provider, web_tool):
    """Whoever has left the institution has no role by it, though they have made a passkey before."""
    ieva = new_browser()
    sign_in(ieva)
    with web_tool.store.read() as session:
        code = invitations.invite_back(web_tool.expiring_values, accounts.find(session, 1), ROOT_ACCOUNT)
    by_passkey = new_browser()
    by_passkey.join(code)
    assert by_passkey.get(HOME).status_code == 404
    assert ieva.get(HOME).status_code == 200


def test_a_disabled_account_is_not_signed_in(new_browser, provider, web_tool, clock):
    sign_in(new_browser())
    with web_tool.store.begin() as session:
        accounts.disable(session, accounts.find(session, 1), clock(), ROOT_ACCOUNT)
    assert "is disabled" in refusal(sign_in(new_browser()))


# --- What is not believed

FAULTS = {
    "wrong iss": {"iss": "https://idp.evil.example"},
    "wrong aud": {"aud": "another-tool"},
    "another azp": {"aud": [CLIENT_ID, "another-tool"], "azp": "another-tool"},
    "no azp": {"aud": [CLIENT_ID, "another-tool"]},
    "wrong nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000},
    "no exp": {"exp": None},
    "too old": {"iat": 1_000_000},
    "of the future": {"iat": 10_000_000_000},
    "no iat": {"iat": None},
    "not valid yet": {"nbf": 10_000_000_000},
    "wrong at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "no sub": {"sub": None},
    "empty sub": {"sub": ""},
    "a number as sub": {"sub": 7},
    "a long sub": {"sub": "x" * 256},
    "an algorithm without signature": {"alg-none": True},
    "an algorithm with a shared secret": {"alg-hs": True},
    "a key of somebody else": {"other-key": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_id_token_with_a_fault_signs_nobody_in(new_browser, provider, web_tool, fault):
    provider.faults = FAULTS[fault]
    ieva = new_browser()
    assert "does not fit to what was asked" in refusal(sign_in(ieva))
    assert is_out(ieva) and rows(web_tool, OperatorSession) == []


def test_a_token_of_an_earlier_sign_in_signs_nobody_in(new_browser, provider):
    sign_in(new_browser())
    provider.faults = {"nonce-replayed": True}
    assert "does not fit" in refusal(sign_in(new_browser()))


def test_an_answer_is_good_once_and_in_the_browser_that_asked(new_browser, provider, clock):
    ieva, thief = new_browser(), new_browser()
    answer = at_provider(ieva)
    thief.get("/operator/sign-in")
    assert "opened in another browser" in refusal(thief.get(answer))
    cookie = ieva.browser.get_cookie("__Host-nozimite_operator_browser").value
    assert ieva.get(answer).status_code == 303
    ieva.browser.set_cookie("__Host-nozimite_operator_browser", cookie)
    assert "open for too long" in refusal(ieva.get(answer))
    late = new_browser()
    answer = at_provider(late)
    clock.advance(minutes=10)
    assert "open for too long" in refusal(late.get(answer))


def test_a_code_that_somebody_else_was_given_signs_nobody_in(new_browser, provider):
    """A stolen code comes with the state of the thief; its verifier is not theirs."""
    ieva, thief = new_browser(), new_browser()
    stolen = parse_qs(urlsplit(at_provider(ieva)).query)["code"][0]
    own = parse_qs(urlsplit(at_provider(thief)).query)
    query = {"state": own["state"][0], "iss": own["iss"][0], "code": stolen}
    page = thief.browser.get("/operator/return", query_string=query)
    assert "does not fit" in refusal(page)


@pytest.mark.parametrize("said", ["https://idp.evil.example", "", None])
def test_an_answer_of_another_provider_is_not_asked_about(new_browser, provider, said):
    """The mix-up of RFC 9207: the code would go to a provider that it is not of."""
    provider.response_iss = said
    provider.calls.clear()
    assert "does not fit" in refusal(sign_in(new_browser()))
    assert "/token" not in provider.calls


def test_a_token_of_another_provider_is_not_one_of_ours(new_browser, provider, clock, web_tool):
    """Though it signs with a key that ours would have, and is about somebody with a role."""
    with running_provider(lambda: clock().timestamp()) as other:
        provider.key, provider.faults = other.key, {"iss": other.url}
        assert "does not fit" in refusal(sign_in(new_browser()))
    assert rows(web_tool, OperatorRow) == []


def test_a_provider_that_names_itself_otherwise_is_not_asked(new_browser, provider):
    provider.metadata = {"issuer": provider.url + "/"}
    page = new_browser().get("/operator/openid")
    assert "does not fit" in refusal(page)


def test_a_provider_that_refuses_is_told_of(new_browser, provider):
    provider.user = None
    assert "has signed nobody in" in refusal(sign_in(new_browser()))


class Silent(Outgoing):
    """Nobody answers; `asked` is how often it was tried."""

    asked = 0

    def request(self, method, url, **_):
        self.asked += 1
        raise OutgoingError("{host} cannot be reached", {"host": "idp.example.org"})


def test_a_provider_that_does_not_answer_is_told_of_and_left_alone(new_browser, app, provider, clock):
    """Anybody may begin to sign in: a provider that is down is not asked by each of them."""
    client = OpenIdClient(issuer="https://idp.example.org", client_id="x", client_secret="y")
    outgoing, seconds = Silent(), lambda: clock().timestamp()
    silent = OpenIdProvider(client, outgoing, KeySets(outgoing, seconds), seconds)
    install(app, replace(app.extensions["nozimite"], openid=silent))
    for _ in range(3):
        assert "does not answer" in refusal(new_browser().get("/operator/openid"))
    assert outgoing.asked == 1
    clock.advance(seconds=5)
    new_browser().get("/operator/openid")
    assert outgoing.asked == 2


def test_a_new_key_of_the_provider_is_known_at_once(new_browser, provider, clock):
    sign_in(new_browser())
    provider.rotate()
    clock.advance(minutes=1)
    assert sign_in(new_browser()).location == "/operator"


def test_beginning_stores_nothing(new_browser, provider, web_tool):
    before = len(rows(web_tool, ExpiringValue))
    for _ in range(3):
        new_browser().get("/operator/openid")
        new_browser().get("/operator/sign-in")
    assert len(rows(web_tool, ExpiringValue)) == before


# --- Invitations, and showing again who it is


def test_an_invitation_binds_the_identity_that_signs_in_next(new_browser, provider, web_tool, invited):
    provider.user["groups"] = []
    ieva = new_browser()
    ieva.send("/operator/invitation", code=invited("manager"))
    assert sign_in(ieva, "/operator/join/openid").location == "/operator"
    assert ieva.get(HOME).status_code == 200
    (role,) = rows(web_tool, OperatorRole)
    assert (role.role, role.source) == ("manager", "granted")
    again = new_browser()
    assert sign_in(again).location == "/operator"
    assert len(rows(web_tool, OperatorRow)) == 1


def test_an_identity_signs_in_to_one_account(new_browser, provider, web_tool, invited):
    sign_in(new_browser())
    ieva = new_browser()
    ieva.send("/operator/invitation", code=invited("manager"))
    assert "signs in another operator already" in refusal(sign_in(ieva, "/operator/join/openid"))
    assert len(rows(web_tool, OperatorRow)) == 1


def test_nobody_joins_without_an_open_invitation(new_browser, provider):
    assert new_browser().get("/operator/join/openid").status_code == 403


def test_a_session_of_the_provider_is_fresh_only_once_it_has_asked_again(new_browser, provider):
    """A session there may be hours old, so signing in by it is no proof of who sits there now."""
    ieva = new_browser()
    sign_in(ieva)
    assert ieva.get("/operator/account/passkey").location == "/operator/confirm?to=/operator/account/passkey"
    assert "Sign in once more" in text_of(ieva.get("/operator/confirm"))
    page = sign_in(ieva, "/operator/confirm/openid?to=/operator/account/passkey")
    assert page.location == "/operator/account/passkey"
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    assert ieva.get("/operator/account/passkey").status_code == 200


@pytest.mark.parametrize("said", [None, 1, "now", True])
def test_a_provider_that_did_not_ask_again_makes_nothing_fresh(new_browser, provider, said):
    ieva = new_browser()
    sign_in(ieva)
    provider.faults = {"auth_time": said}
    assert sign_in(ieva, "/operator/confirm/openid").status_code == 403
    assert ieva.get("/operator/account/passkey").status_code == 303


def test_nobody_shows_who_they_are_by_the_identity_of_another(new_browser, provider):
    ieva = new_browser()
    sign_in(ieva)
    provider.user = provider.user | {"sub": "juris"}
    assert "another operator" in refusal(sign_in(ieva, "/operator/confirm/openid"))
    assert ieva.get("/operator/account/passkey").status_code == 303


def test_an_answer_is_for_what_was_asked(new_browser, provider):
    """The state of a sign-in confirms nothing, and the other way round."""
    ieva = new_browser()
    sign_in(ieva)
    answer = at_provider(ieva, "/operator/confirm/openid").replace("state=confirm.", "state=sign-in.")
    assert ieva.get(answer).status_code == 403
    answer = at_provider(ieva).replace("state=sign-in.", "state=confirm.")
    assert ieva.get(answer).status_code == 403


def test_the_answer_to_an_invitation_signs_nobody_in_without_it(new_browser, provider, invited, web_tool):
    ieva = new_browser()
    ieva.send("/operator/invitation", code=invited("manager"))
    answer = at_provider(ieva, "/operator/join/openid").replace("state=join.", "state=sign-in.")
    assert ieva.get(answer).status_code == 403
    assert rows(web_tool, OperatorRow) == []
