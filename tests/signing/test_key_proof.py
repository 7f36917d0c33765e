"""A key proof shows a key to one issuer, now; anything else that looks like one is refused by a code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signing import did
from signing.errors import ProofError
from signing.key_proof import ALGORITHMS, MAX_AGE, MAX_AHEAD, TYPE, KeyProof, verify_key_proof
from signing.keys import generate, jwk
from signing.multibase import base64url
from signing.signatures import sign

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
ISSUER = "https://badges.example.org/issuers/riga"
JWS_NAMES = {key: name for name, key in ALGORITHMS.items()}


def part(value: object) -> str:
    return base64url(json.dumps(value).encode())


def key_proof(private=None, *, header=None, claims=None, named="jwk", other=None) -> str:
    """A proof of the key, with members of header and claims replaced, or left out where they are None."""
    private = private or generate("P-256")
    public = private.public_key()
    key = {name: value for name, value in jwk(public, "").items() if name in ("kty", "crv", "x", "y")}
    names = {
        "jwk": {"jwk": key},
        "did:key": {"kid": f"{did.did_key(public)}#{did.did_key(public)[8:]}"},
        "did:jwk": {"kid": f"{did.did_jwk(key)}#0"},
    }
    algorithm = JWS_NAMES["Ed25519" if key["kty"] == "OKP" else "P-256"]
    first = {"typ": TYPE, "alg": algorithm} | names[named] | (header or {})
    said = {"aud": ISSUER, "iat": int(NOW.timestamp()), "nonce": "n1"} | (claims or {})
    head, body = (part({k: v for k, v in each.items() if v is not None}) for each in (first, said))
    return f"{head}.{body}.{base64url(sign(other or private, f'{head}.{body}'.encode()))}"


def refused(text: str) -> str:
    with pytest.raises(ProofError) as error:
        verify_key_proof(text, ISSUER, NOW)
    return error.value.code


@pytest.mark.parametrize("algorithm", ["P-256", "Ed25519"])
def test_the_holder_is_whom_the_header_names(algorithm):
    private = generate(algorithm)
    proofs: dict[str, KeyProof] = {
        named: verify_key_proof(key_proof(private, named=named), ISSUER, NOW)
        for named in ("jwk", "did:key", "did:jwk")
    }
    key = proofs["jwk"].key
    assert {proof.nonce for proof in proofs.values()} == {"n1"}
    assert [proof.key for proof in proofs.values()] == [key] * 3
    assert proofs["jwk"].holder is None and proofs["jwk"].method is None
    assert proofs["did:key"].holder == did.did_key(private.public_key())
    assert proofs["did:jwk"].holder == did.did_jwk(key)
    assert proofs["did:jwk"].method == f"{did.did_jwk(key)}#0"
    assert "d" not in key and "kid" not in key


def test_a_list_of_one_is_that_audience():
    assert verify_key_proof(key_proof(claims={"aud": [ISSUER]}), ISSUER, NOW).nonce == "n1"


STRANGE_HEADERS: list[tuple[dict[str, Any], str]] = [
    ({"typ": "JWT"}, "malformed"),
    ({"typ": None}, "malformed"),
    ({"alg": "none"}, "wrong_algorithm"),
    ({"alg": "HS256"}, "wrong_algorithm"),
    ({"alg": "ES384"}, "wrong_algorithm"),
    ({"alg": "EdDSA"}, "wrong_algorithm"),
    ({"alg": ["ES256"]}, "wrong_algorithm"),
    ({"jwk": None}, "no_key_named"),
    ({"kid": "did:key:zDn"}, "no_key_named"),
    ({"x5c": ["MIIB"], "jwk": None}, "key_not_found"),
    ({"kid": "https://elsewhere.example/key", "jwk": None}, "key_not_found"),
    ({"kid": "did:web:elsewhere.example#1", "jwk": None}, "key_not_found"),
    ({"kid": 5, "jwk": None}, "key_not_found"),
    ({"jwk": "no key"}, "key_not_found"),
    ({"crit": ["b64"]}, "malformed"),
]


@pytest.mark.parametrize(("header", "code"), STRANGE_HEADERS)
def test_a_strange_header_is_refused(header, code):
    assert refused(key_proof(header=header)) == code


OTHER_CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"aud": "https://badges.example.org/issuers/other"}, "claims_disagree"),
    ({"aud": [ISSUER, "https://elsewhere.example"]}, "claims_disagree"),
    ({"aud": None}, "claims_disagree"),
    ({"iat": None}, "unreadable_claim"),
    ({"iat": True}, "unreadable_claim"),
    ({"iat": "now"}, "unreadable_claim"),
    ({"iat": int((NOW - MAX_AGE - timedelta(seconds=1)).timestamp())}, "proof_expired"),
    ({"iat": int((NOW + MAX_AHEAD + timedelta(seconds=1)).timestamp())}, "proof_expired"),
    ({"iat": 10**400}, "proof_expired"),
    ({"iat": -(10**400)}, "proof_expired"),
    ({"exp": int((NOW - MAX_AHEAD - timedelta(seconds=1)).timestamp())}, "proof_expired"),
    ({"exp": -(10**400)}, "proof_expired"),
    ({"exp": "never"}, "unreadable_claim"),
    ({"exp": True}, "unreadable_claim"),
    ({"nbf": int((NOW + MAX_AHEAD + timedelta(seconds=1)).timestamp())}, "proof_expired"),
    ({"nbf": "soon"}, "unreadable_claim"),
    ({"nonce": 7}, "malformed"),
    ({"iss": 7}, "malformed"),
]


@pytest.mark.parametrize(("claims", "code"), OTHER_CLAIMS)
def test_claims_for_another_issuer_or_another_time_are_refused(claims, code):
    assert refused(key_proof(claims=claims)) == code


def test_one_that_ends_is_good_until_then_by_the_clock_of_a_wallet():
    for claims in (
        {"exp": int((NOW + timedelta(minutes=1)).timestamp()), "nbf": int(NOW.timestamp())},
        {"exp": int((NOW - MAX_AHEAD).timestamp()) + 1, "nbf": int((NOW + MAX_AHEAD).timestamp())},
        {"exp": 10**400, "nbf": 0.5},
    ):
        assert verify_key_proof(key_proof(claims=claims), ISSUER, NOW).nonce == "n1"


def test_a_private_key_is_never_taken():
    private = generate("P-256")
    key = {
        name: value
        for name, value in jwk(private.public_key(), "").items()
        if name in ("kty", "crv", "x", "y")
    }
    assert refused(key_proof(private, header={"jwk": key | {"d": "AAAA"}})) == "key_not_found"


def test_what_another_key_has_signed_proves_nothing():
    assert refused(key_proof(other=generate("P-256"))) == "bad_signature"


def test_what_is_no_token_is_unreadable():
    good = key_proof()
    head, body, signature = good.split(".")
    assert refused("") == refused("a.b") == refused(f"{good}.x") == refused("." * 30_000) == "unreadable"
    assert refused(f"{head}.é.{signature}") == refused(f"{part([1])}.{body}.{signature}") == "unreadable"
    assert refused(f"{head}.{body}.") == refused(f"{head}.{body}.{signature[:-8]}") == "malformed"
