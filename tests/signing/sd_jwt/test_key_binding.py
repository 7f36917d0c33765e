"""A key binding holds for the key that the issuer signed, for what is shown, and for the one who asked; once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signing.did import did_jwk, did_key
from signing.errors import ProofError
from signing.keys import SigningKey, generate
from signing.sd_jwt.compact import split
from signing.sd_jwt.issuing import issue
from signing.sd_jwt.key_binding import Expected, check_key_binding
from tests.signing.sd_jwt.conftest import AUDIENCE, NONCE, Holder

VERIFIER = Expected(audience=AUDIENCE, nonce=NONCE)
CLAIMS = {"iss": "did:web:riga.example", "vct": "urn:example", "name": "Anna", "result": "A"}


@pytest.fixture
def secured(issuer):
    return issue(CLAIMS, "dc+sd-jwt", [("name",), ("result",)], issuer.p256)


def refusal(shown, confirmation, now, expected=VERIFIER):
    with pytest.raises(ProofError) as refused:
        check_key_binding(split(shown.text), confirmation, now, expected)
    return refused.value.code


def test_a_binding_says_for_whom_and_when_it_was_made(secured, anna, now):
    shown = split(anna.show(secured, now, "result").text)
    for expected in (VERIFIER, None):
        binding = check_key_binding(shown, {"jwk": anna.jwk}, now, expected)
        assert (binding.audience, binding.nonce, binding.made_at) == (AUDIENCE, NONCE, now)


def test_the_key_may_be_named_by_a_did_that_spells_it(secured, anna, now):
    shown = split(anna.show(secured, now).text)
    multikey = did_key(anna.key.public)
    for kid in (f"{did_jwk(anna.jwk)}#0", f"{multikey}#{multikey.removeprefix('did:key:')}"):
        assert check_key_binding(shown, {"kid": kid}, now, VERIFIER).nonce == NONCE


def test_another_key_binds_nothing(secured, anna, new_holder, now):
    shown = anna.show(secured, now)
    assert refusal(shown, {"jwk": new_holder().jwk}, now) == "bad_signature"


@pytest.mark.parametrize(
    "confirmation",
    [
        None,
        {},
        {"jwk": "x"},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"kid": "did:web:anna.example#1"},
        {"kid": "did:jwk:e30#0"},
        {"kid": 1},
        {"jkt": "x"},
    ],
)
def test_without_a_key_that_is_at_hand_nothing_is_said(secured, anna, now, confirmation):
    assert refusal(anna.show(secured, now), confirmation, now) == "key_not_found"


def test_without_a_binding_nothing_is_bound(secured, anna, now):
    assert refusal(secured, {"jwk": anna.jwk}, now) == "no_proof"


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA"}, {"alg": "RS256"}, {"alg": None}, {"alg": "es256"}],
)
def test_the_algorithm_is_that_of_the_key(secured, anna, now, header):
    assert refusal(anna.show(secured, now, header=header), {"jwk": anna.jwk}, now) == "wrong_algorithm"


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": None}, {"crit": ["b64"]}, {"b64": False}, {"x5c": []}]
)
def test_a_jwt_of_another_kind_is_no_binding(secured, anna, now, header):
    assert refusal(anna.show(secured, now, header=header), {"jwk": anna.jwk}, now) == "malformed"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [AUDIENCE]},
        {"nonce": 1},
        {"iat": "now"},
        {"iat": True},
        {"iat": 1e30},
        {"iat": None},
        {"aud": None},
        {"exp": "later"},
        {"exp": True},
        {"nbf": None},
    ],
)
def test_a_binding_that_leaves_something_open_is_malformed(secured, anna, now, claims):
    assert refusal(anna.show(secured, now, **claims), {"jwk": anna.jwk}, now) == "malformed"


def test_a_binding_for_somebody_else_or_for_another_time_is_refused(secured, anna, now):
    for claims in ({"aud": "https://other.example"}, {"nonce": "n-2"}, {"sd_hash": "x"}, {"sd_hash": None}):
        assert refusal(anna.show(secured, now, **claims), {"jwk": anna.jwk}, now) == "claims_disagree"
    shown = anna.show(secured, now)
    assert refusal(shown, {"jwk": anna.jwk}, now + timedelta(minutes=6)) == "proof_expired"
    assert refusal(shown, {"jwk": anna.jwk}, now - timedelta(minutes=6)) == "proof_expired"
    # Nobody asked: how old it is says nothing.
    assert check_key_binding(split(shown.text), {"jwk": anna.jwk}, now + timedelta(days=9)).made_at == now


def test_a_binding_that_ends_is_none_afterwards(secured, anna, now):
    """RFC 9901, 7.3: a valid JWT in all other respects."""
    at = int(now.timestamp())
    shown = anna.show(secured, now, exp=at + 60, nbf=at)
    binding = check_key_binding(split(shown.text), {"jwk": anna.jwk}, now, VERIFIER)
    assert binding.ends_at == now + timedelta(seconds=60)
    ended = anna.show(secured, now, exp=at - 301)
    assert refusal(ended, {"jwk": anna.jwk}, now) == "proof_expired"
    # For whoever has not asked it says so itself.
    assert check_key_binding(split(ended.text), {"jwk": anna.jwk}, now).ends_at < now
    for end in (253_402_300_799, at * 1000, 10**400, 1e300):
        endless = anna.show(secured, now, exp=end)
        assert check_key_binding(split(endless.text), {"jwk": anna.jwk}, now, VERIFIER).ends_at.year == 9999
    assert refusal(anna.show(secured, now, exp=-(10**400)), {"jwk": anna.jwk}, now) == "proof_expired"
    for expected in (VERIFIER, None):
        early = anna.show(secured, now, nbf=at + 301)
        assert refusal(early, {"jwk": anna.jwk}, now, expected) == "proof_expired"


def test_a_binding_is_for_what_is_shown_and_for_nothing_more_or_less(secured, anna, now):
    shown = split(anna.show(secured, now, "result").text)
    result = next(one for one in split(secured.text).disclosures if one not in shown.disclosures)
    for disclosures in ((), (*shown.disclosures, result)):
        text = "~".join((shown.jwt, *disclosures, shown.key_binding))
        with pytest.raises(ProofError) as refused:
            check_key_binding(split(text), {"jwk": anna.jwk}, now, VERIFIER)
        assert refused.value.code == "claims_disagree"


def test_wallets_with_other_keys_bind_too(secured, now):
    for algorithm, name in (("Ed25519", "EdDSA"), ("P-384", "ES384")):
        key = SigningKey(verification_method="", kid="w", private=generate(algorithm))
        shown = split(Holder(key=key).show(secured, now, header={"alg": name}).text)
        assert check_key_binding(shown, {"jwk": Holder(key=key).jwk}, now, VERIFIER).audience == AUDIENCE
