"""Several proofs stand in one credential; any of them can be taken out and used alone."""

from __future__ import annotations

import json

import pytest

from signing.errors import ProofError
from signing.keys import SigningKey, multikey
from signing.proof_set import alone, combined
from signing.proofs import PROOFS, check
from signing.proofs.ecdsa_sd_2023 import derive
from signing.secured import SecuredCredential
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict

BOTH = ("eddsa-rdfc-2022", "ecdsa-sd-2023")


@pytest.fixture
def both(credential, issuer, now):
    p256 = SigningKey(
        verification_method=f"{issuer.id}#{multikey(issuer.p256.public)}",
        kid="p1",
        private=issuer.p256.private,
    )
    keys = {"eddsa-rdfc-2022": issuer.ed25519, "ecdsa-sd-2023": p256}
    return combined([PROOFS[name].secure(credential, keys[name], now) for name in BOTH])


def test_the_proofs_stand_in_their_order_and_the_credential_is_as_it_was(both, credential):
    document = json.loads(both.text)
    assert [proof["cryptosuite"] for proof in document.pop("proof")] == list(BOTH)
    assert document == credential


def test_one_proof_alone_is_left_as_it_was(credential, issuer, now):
    secured = PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now)
    assert combined([secured]) is secured


def test_a_credential_with_both_verifies_and_a_changed_one_does_not(both, issuer, now):
    assert check(both, issuer.find_key, now).proof_name == "eddsa-rdfc-2022"
    changed = SecuredCredential(both.text.replace("Pass the test.", "Pay the fee."), both.media_type)
    with pytest.raises(ProofError):
        check(changed, issuer.find_key, now)


def test_a_verifier_that_takes_one_proof_only_is_given_one(both, issuer):
    """openbadgeslib refuses to choose between two."""
    assert "multiple" in openbadgeslib_verdict(both.text, {issuer.id: issuer.document})
    one = alone(both, "eddsa-rdfc-2022")
    assert openbadgeslib_verdict(one.text, {issuer.id: issuer.document}) == VERIFIED


def test_a_part_is_derived_from_the_second_proof(both):
    part = derive(alone(both, "ecdsa-sd-2023"), ["/credentialSubject/achievement/criteria"])
    assert "Anna" in both.text
    assert "Anna" not in part.text


def test_a_proof_that_is_not_there_is_not_found(both):
    for text in (both, alone(both, "eddsa-rdfc-2022")):
        with pytest.raises(ProofError) as refused:
            alone(text, "ecdsa-rdfc-2019")
        assert refused.value.code == "no_proof"


def test_a_proof_of_no_known_kind_hides_none_that_holds(credential, issuer, now):
    secured = PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now)
    document = json.loads(secured.text)
    unknown = {"type": "SomeProofType", "created": "2026-09-01T00:00:00Z", "proofPurpose": "assertionMethod"}
    document["proof"].insert(0, unknown)
    text = json.dumps(document)
    assert check(SecuredCredential(text, ""), issuer.find_key, now).proof_name == "eddsa-rdfc-2022"
