"""A presentation proves the key of its holder, for the challenge that was asked, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signing.did import did_key
from signing.document_loader import CREDENTIALS_V2
from signing.errors import ProofError
from signing.json_text import as_plain_text
from signing.keys import generate
from signing.presentation import MAX_CHARACTERS, proven_holder
from signing.proofs import EDDSA_RDFC_2022
from signing.timestamps import as_timestamp
from tests.presentations import presentation_of, presented

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CHALLENGE = "0123456789abcdef"
KEY, OTHER = generate("Ed25519"), generate("Ed25519")
HOLDER = did_key(KEY.public_key())
SITES = ("https://badges.example.org", "badges.example.org")


def code_of(text):
    with pytest.raises(ProofError) as refused:
        proven_holder(text, CHALLENGE, SITES, NOW)
    return refused.value.code


def test_the_holder_is_the_key_that_signed_for_the_challenge():
    assert proven_holder(presented(KEY, CHALLENGE, NOW), CHALLENGE, SITES, NOW) == HOLDER
    with_domain = presented(KEY, CHALLENGE, NOW, domain=SITES[0])
    assert proven_holder(with_domain, CHALLENGE, SITES, NOW) == HOLDER


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("wrong_challenge", {"challenge": "another"}),
        ("malformed", {"challenge": None}),
        ("malformed", {"challenge": 5}),
        ("wrong_domain", {"domain": "https://elsewhere.example"}),
        ("wrong_purpose", {"proofPurpose": "assertionMethod"}),
        ("proof_expired", {"expires": as_timestamp(NOW - timedelta(minutes=1))}),
        ("bad_signature", {"holder": did_key(OTHER.public_key())}),
        ("malformed", {"holder": "did:web:example.org"}),
        ("key_not_found", {"verificationMethod": "https://elsewhere.example/keys/1"}),
        ("bad_signature", {"verificationMethod": did_key(OTHER.public_key())}),
        ("no_key_named", {"verificationMethod": None}),
    ],
)
def test_what_was_signed_for_something_else_proves_nothing(code, changes):
    challenge = changes.get("challenge", CHALLENGE)
    rest = {name: value for name, value in changes.items() if name != "challenge"}
    assert code_of(presented(KEY, challenge, NOW, **rest)) == code


def changed(**members):
    document = presentation_of(KEY, CHALLENGE, NOW)
    return as_plain_text(document | members)


def test_what_was_changed_after_it_was_signed_proves_nothing():
    old = presentation_of(KEY, "another", NOW)
    replayed = old | {"proof": old["proof"] | {"challenge": CHALLENGE}}
    assert code_of(as_plain_text(replayed)) == "bad_signature"
    assert code_of(changed(holder=did_key(OTHER.public_key()))) == "bad_signature"
    assert code_of(changed(id="urn:uuid:00000000-0000-4000-8000-000000000000")) == "bad_signature"
    assert code_of(changed(unheard_of="x")) == "unsafe"
    assert code_of(changed(type=["VerifiableCredential"])) == "malformed"
    assert code_of(changed(**{"@context": [CREDENTIALS_V2]})) in ("unsafe", "bad_signature")
    assert (
        code_of(changed(**{"@context": [CREDENTIALS_V2, "https://elsewhere.example/v1"]}))
        == "unpinned_context"
    )


def test_what_is_no_presentation_is_refused():
    proof = presentation_of(KEY, CHALLENGE, NOW)["proof"]
    assert code_of(changed(proof=[])) == "no_proof"
    assert code_of(changed(proof=[proof, proof])) == "malformed"
    assert code_of(changed(proof=proof | {"type": "RsaSignature2018"})) == "unknown_proof"
    assert code_of("{}") == "malformed"
    for text in ("", "[]", "null", "{", '{"holder":1,"holder":2}', " " * (MAX_CHARACTERS + 1)):
        assert code_of(text) == "unreadable"


def test_the_cryptosuite_of_today_is_taken_too():
    text = presented(KEY, CHALLENGE, NOW, suite=EDDSA_RDFC_2022)
    assert '"DataIntegrityProof"' in text
    assert proven_holder(text, CHALLENGE, SITES, NOW) == HOLDER
