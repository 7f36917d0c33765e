"""A badge that is bound to a key: for whoever shows the key, by a nonce that is good once."""

from __future__ import annotations

import json

import jwt
import pytest

from badges.errors import MissingElementsError
from lti_tool.errors import WalletError
from lti_tool.store.models import CredentialRow
from lti_tool.wallets.credentials import MOST_HOLDERS
from lti_tool.wallets.nonces import NONCE_SECONDS, new_nonce, use_nonce
from signing.did import did_key
from signing.errors import SigningError
from signing.keys import generate
from tests.fixtures import rows
from tests.lti_tool.web.wallets.conftest import ISSUER
from tests.lti_tool.web.wallets.test_oid4vci import error_of
from tests.signing.test_key_proof import key_proof


@pytest.fixture
def bound(wallet, made):
    """An open offer of Anna's badge, to be bound to a key."""
    return wallet.read_offer(made("ob3-json-bound").link)


@pytest.fixture
def proofs(wallet, clock):
    """Key proofs of a wallet, as `proofs` has them, each with a new nonce."""

    def proofs(key, *, named="did:key", **changes):
        claims = {"aud": ISSUER, "iat": int(clock().timestamp()), "nonce": wallet.nonce()} | changes
        return {"jwt": [key_proof(key, named=named, claims=claims)]}

    return proofs


def credential_in(answer):
    assert answer.status_code == 200, answer.text
    return answer.get_json()["credentials"][0]["credential"]


@pytest.mark.parametrize(("algorithm", "named"), [("P-256", "did:jwk"), ("Ed25519", "did:key")])
def test_it_is_bound_to_the_key_that_was_shown(wallet, bound, proofs, web_tool, algorithm, named):
    key = generate(algorithm)
    credential = credential_in(
        wallet.ask_credential(wallet.token(bound), bound, proofs=proofs(key, named=named))
    )
    own, given = rows(web_tool, CredentialRow)
    holder = credential["credentialSubject"]["id"]
    assert holder.startswith(f"{named}:") and holder == given.holder
    assert json.loads(given.text) == credential
    assert json.loads(own.text)["credentialSubject"]["id"] != holder
    assert web_tool.verify_own(given.text).verdict == web_tool.verify_own(own.text).verdict


def test_the_same_key_gets_the_same_text_and_others_only_until_the_badge_is_there(
    wallet, bound, proofs, web_tool
):
    token, keys = wallet.token(bound), [generate("P-256") for _ in range(MOST_HOLDERS)]
    first = wallet.ask_credential(token, bound, proofs=proofs(keys[0]))
    again = wallet.ask_credential(token, bound, proofs=proofs(keys[0]))
    assert again.text == first.text
    # It has lost its key, and has made another.
    other = wallet.ask_credential(token, bound, proofs=proofs(keys[1]))
    assert credential_in(other)["credentialSubject"]["id"] == did_key(keys[1].public_key())
    assert wallet.notify(token, other.get_json()["notification_id"]).status_code == 204
    late = wallet.ask_credential(token, bound, proofs=proofs(keys[2]))
    assert error_of(late) == "credential_request_denied"
    assert wallet.ask_credential(token, bound, proofs=proofs(keys[0])).text == first.text
    assert len(rows(web_tool, CredentialRow)) == 3


def test_one_token_has_it_bound_to_a_few_keys_only(wallet, bound, proofs):
    token = wallet.token(bound)
    for _ in range(MOST_HOLDERS):
        assert wallet.ask_credential(token, bound, proofs=proofs(generate("Ed25519"))).status_code == 200
    refused = wallet.ask_credential(token, bound, proofs=proofs(generate("Ed25519")))
    assert error_of(refused) == "credential_request_denied"


def test_a_proof_that_is_refused_for_something_else_uses_no_nonce_up(wallet, bound, proofs, clock):
    token, key = wallet.token(bound), generate("P-256")
    nonce = wallet.nonce()
    late = proofs(key, nonce=nonce, iat=0)
    assert error_of(wallet.ask_credential(token, bound, proofs=late)) == "invalid_proof"
    good = proofs(key, nonce=nonce)
    assert wallet.ask_credential(token, bound, proofs=good).status_code == 200
    assert error_of(wallet.ask_credential(token, bound, proofs=good)) == "invalid_nonce"
    old = proofs(key)
    clock.advance(seconds=NONCE_SECONDS)
    assert error_of(wallet.ask_credential(token, bound, proofs=old)) == "invalid_nonce"


WRONG_PROOFS = [
    ({"aud": "https://elsewhere.example"}, "invalid_proof"),
    ({"nonce": None}, "invalid_proof"),
    ({"named": "jwk"}, "invalid_proof"),
    *[({"nonce": nonce}, "invalid_nonce") for nonce in ("", "guessed", "A" * 75, "é")],
]


def test_a_wrong_proof_is_named_so(wallet, bound, proofs):
    token = wallet.token(bound)
    for changes, error in WRONG_PROOFS:
        answer = wallet.ask_credential(token, bound, proofs=proofs(generate("P-256"), **changes))
        assert error_of(answer) == error, changes


def test_a_nonce_is_of_one_issuer(web_tool, clock):
    nonce = new_nonce("a secret", "one", clock())
    for other in [("a secret", "two"), ("another", "one")]:
        with pytest.raises(WalletError):
            use_nonce(web_tool.expiring_values, *other, nonce, clock())
    use_nonce(web_tool.expiring_values, "a secret", "one", nonce, clock())


WITHOUT_A_PROOF = [
    ({}, "invalid_proof"),
    ({"proofs": {}}, "invalid_proof"),
    ({"proofs": []}, "invalid_proof"),
    ({"proofs": {"jwt": []}}, "invalid_proof"),
    ({"proofs": {"jwt": "x"}}, "invalid_proof"),
    ({"proofs": {"jwt": ["x"]}}, "invalid_proof"),
    ({"proofs": {"jwt": ["x", "y"]}}, "invalid_proof"),
    ({"proofs": {"attestation": ["x"]}}, "invalid_proof"),
    ({"proof": "x"}, "invalid_proof"),
    ({"proof": {"jwt": "x"}, "proofs": {"jwt": ["x"]}}, "invalid_credential_request"),
]


def test_without_a_proof_there_is_no_bound_badge(wallet, bound, web_tool):
    token = wallet.token(bound)
    for more, error in WITHOUT_A_PROOF:
        assert error_of(wallet.ask_credential(token, bound, **more)) == error, more
    assert len(rows(web_tool, CredentialRow)) == 1


def test_the_one_proof_of_a_draft_is_taken(wallet, bound, proofs):
    """@sphereon/oid4vci-client and @digitalbazaar/oid4-client send it so."""
    (jwt,) = proofs(generate("P-256"))["jwt"]
    body = {"format": "ldp_vc", "proof": {"proof_type": "jwt", "jwt": jwt}}
    answer = wallet.ask(wallet.token(bound), body).get_json()
    assert answer["format"] == "ldp_vc" and answer["credential"]["credentialSubject"]["id"].startswith(
        "did:key:"
    )


def test_what_cannot_be_signed_at_this_moment_comes_later(wallet, bound, proofs, web_tool, monkeypatch):
    token, key = wallet.token(bound), generate("P-256")

    def fail(*_arguments):
        raise SigningError("the device does not answer")

    with monkeypatch.context() as away:
        away.setattr("lti_tool.wallets.credentials.issue_bound", fail)
        answer = wallet.ask_credential(token, bound, proofs=proofs(key))
        assert answer.status_code == 202 and answer.get_json()["interval"] > 0
        transaction = {"transaction_id": answer.get_json()["transaction_id"]}
        assert wallet.ask(token, transaction, "deferred_credential_endpoint").status_code == 202
    late = wallet.ask(token, transaction, "deferred_credential_endpoint")
    assert credential_in(late)["credentialSubject"]["id"] == did_key(key.public_key())
    assert late.get_json().keys() == {"credentials"}


def test_a_badge_that_lacks_something_cannot_be_bound(wallet, bound, proofs, monkeypatch):
    def fail(*_arguments):
        raise MissingElementsError(("level",))

    monkeypatch.setattr("lti_tool.issuing.bound._make", fail)
    refused = wallet.ask_credential(wallet.token(bound), bound, proofs=proofs(generate("P-256")))
    assert error_of(refused) == "credential_request_denied"


def test_a_badge_is_bound_to_so_many_keys_by_all_its_offers(wallet, made, proofs, monkeypatch):
    monkeypatch.setattr("lti_tool.issuing.storing.MOST_BOUND", 1)
    first, second = (wallet.read_offer(made("ob3-json-bound").link) for _ in range(2))
    given = wallet.ask_credential(wallet.token(first), first, proofs=proofs(generate("P-256")))
    assert given.status_code == 200
    refused = wallet.ask_credential(wallet.token(second), second, proofs=proofs(generate("P-256")))
    assert error_of(refused) == "credential_request_denied"


@pytest.mark.parametrize(
    ("configuration", "named", "header_type"),
    [("ob3-sdjwt", "jwk", "dc+sd-jwt"), ("ob3-w3c-sdjwt", "did:jwk", "vc+sd-jwt")],
)
def test_wallets_for_sd_jwts_get_one(wallet, made, proofs, web_tool, configuration, named, header_type):
    key = generate("P-256")
    offer = wallet.read_offer(made(configuration).link)
    token = wallet.token(offer)
    first = wallet.ask_credential(token, offer, proofs=proofs(key, named=named))
    text = credential_in(first)
    assert isinstance(text, str) and jwt.get_unverified_header(text.split("~")[0])["typ"] == header_type
    assert web_tool.verify_own(text).verdict == "verified"
    assert wallet.ask_credential(token, offer, proofs=proofs(key, named=named)).text == first.text
    # Who the holder is may be named otherwise there, and not here.
    other = {"jwk": "did:key", "did:jwk": "jwk"}[named]
    answer = wallet.ask_credential(token, offer, proofs=proofs(key, named=other))
    assert error_of(answer) == "invalid_proof"
    assert wallet.notify(token, first.get_json()["notification_id"]).status_code == 204
