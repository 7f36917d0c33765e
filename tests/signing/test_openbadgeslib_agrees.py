"""What we sign, a verifier that is not ours verifies; what was tampered with, it refuses."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from openbadgeslib.ob3.did import resolve_verification_method
from openbadgeslib.ob3.ldp import verify_data_integrity_proof

from signing.document_loader import find_context
from signing.proofs import PROOFS
from signing.status import empty, encode, with_bit_set
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict


def test_it_verifies_our_json(credential, issuer, now):
    text = PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now).text
    assert openbadgeslib_verdict(text, {issuer.id: issuer.document}) == VERIFIED


def test_it_verifies_our_json_by_its_public_functions_alone(credential, issuer, now):
    text = PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now).text
    extension = credential["@context"][-1]
    pem = resolve_verification_method(issuer.ed25519.verification_method, download=issuer.fetch)
    contexts = {extension: json.loads(find_context(extension))}
    verify_data_integrity_proof(json.loads(text), pem, extra_contexts=contexts)


@pytest.fixture
def without_extension(credential):
    """The credential with the terms of Open Badges alone, which openbadgeslib's verifier takes as it is."""
    credential["@context"].pop()
    del credential["issuer"]["legalName"]
    achievement = credential["credentialSubject"]["achievement"]
    achievement["type"].remove("EuMicrocredential")
    for name in ("title", "volumeOfLearning", "isPartialQualification"):
        del achievement[name]
    return credential


def test_its_whole_verifier_accepts_our_badge_without_our_extension(without_extension, issuer, now):
    text = PROOFS["eddsa-rdfc-2022"].secure(without_extension, issuer.ed25519, now).text
    assert openbadgeslib_verdict(text, {issuer.id: issuer.document}) == VERIFIED
    tampered = text.replace("Pass the test.", "Pay the fee.")
    assert "mismatch" in openbadgeslib_verdict(tampered, {issuer.id: issuer.document})


def test_its_whole_verifier_sees_that_our_badge_has_expired(without_extension, issuer, now):
    without_extension["validUntil"] = "2026-02-03T04:05:07Z"
    text = PROOFS["eddsa-rdfc-2022"].secure(without_extension, issuer.ed25519, now).text
    assert "expired" in openbadgeslib_verdict(text, {issuer.id: issuer.document})


def test_it_verifies_our_jwt(credential, issuer, now):
    text = PROOFS["vc-jwt"].secure(credential, issuer.p256, now).text
    assert openbadgeslib_verdict(text, {issuer.id: issuer.document}) == VERIFIED


@pytest.mark.parametrize(
    ("true", "false"), [("Pass the test.", "Pay the fee."), ("Anna", "Zane"), ("2.5", "25")]
)
def test_it_refuses_our_json_with_another_word_in_it(credential, issuer, now, true, false):
    text = PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now).text
    assert text.count(true) == 1
    assert "mismatch" in openbadgeslib_verdict(text.replace(true, false), {issuer.id: issuer.document})


def test_it_refuses_our_jwt_with_another_word_in_it(credential, issuer, now):
    head, body, signature = PROOFS["vc-jwt"].secure(credential, issuer.p256, now).text.split(".")
    payload = urlsafe_b64decode(body + "==").replace(b"Pass the test.", b"Pay the feeee.")
    tampered = f"{head}.{urlsafe_b64encode(payload).decode().rstrip('=')}.{signature}"
    assert openbadgeslib_verdict(tampered, {issuer.id: issuer.document}) != VERIFIED


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "vc-jwt"])
def test_it_refuses_a_badge_signed_with_the_key_of_another_issuer(credential, issuer, new_issuer, now, name):
    other_issuer = new_issuer()
    key = other_issuer.ed25519 if name == "eddsa-rdfc-2022" else other_issuer.p256
    text = PROOFS[name].secure(credential, key, now).text
    assert openbadgeslib_verdict(text, {issuer.id: issuer.document}) != VERIFIED


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "vc-jwt"])
def test_it_sees_that_our_status_list_revokes_a_badge(credential, issuer, now, name):
    key = issuer.ed25519 if name == "eddsa-rdfc-2022" else issuer.p256
    text = PROOFS[name].secure(credential, key, now).text
    address = credential["credentialStatus"]["statusListCredential"]

    def verdict(bits: bytes) -> str:
        unsigned = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": address,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer.id,
            "validFrom": "2026-02-03T04:05:06Z",
            "credentialSubject": {
                "id": f"{address}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": encode(bits),
            },
        }
        served = PROOFS["eddsa-rdfc-2022"].secure(unsigned, issuer.ed25519, now).text
        return openbadgeslib_verdict(text, {issuer.id: issuer.document}, {address: served})

    assert verdict(empty()) == VERIFIED
    assert verdict(with_bit_set(empty(), 4711)) == VERIFIED
    assert "is set at index 4712" in verdict(with_bit_set(empty(), 4712))
