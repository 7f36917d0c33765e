"""Several proofs stand in one credential: a stranger's, for ours are given out with one."""

from __future__ import annotations

import json

import pytest

from signing.errors import ProofError
from signing.keys import SigningKey, multikey
from signing.proofs import PROOFS, check
from signing.secured import SecuredCredential
from tests.independent_verifiers import openbadgeslib_verdict

BOTH = ("eddsa-rdfc-2022", "ecdsa-sd-2023")


@pytest.fixture
def both(credential, issuer, now):
    """A credential with a proof for everybody and the base proof of its holder."""
    p256 = SigningKey(
        verification_method=f"{issuer.id}#{multikey(issuer.p256.public)}",
        kid="p1",
        private=issuer.p256.private,
    )
    keys = {"eddsa-rdfc-2022": issuer.ed25519, "ecdsa-sd-2023": p256}
    secured = [json.loads(PROOFS[name].secure(credential, keys[name], now).text) for name in BOTH]
    proofs = [proof for one in secured for proof in one["proof"]]
    return SecuredCredential(json.dumps(credential | {"proof": proofs}), "application/vc+ld+json")


def test_a_credential_with_both_verifies_and_a_changed_one_does_not(both, issuer, now):
    assert check(both, issuer.find_key, now).proof_name == "eddsa-rdfc-2022"
    changed = SecuredCredential(both.text.replace("Pass the test.", "Pay the fee."), both.media_type)
    with pytest.raises(ProofError):
        check(changed, issuer.find_key, now)


def test_another_verifier_refuses_to_choose_between_two(both, issuer):
    """Why ours are given out with one. When this fails, openbadgeslib has learned it."""
    assert "multiple" in openbadgeslib_verdict(both.text, {issuer.id: issuer.document})


def test_a_proof_of_no_known_kind_hides_none_that_holds(credential, issuer, now):
    secured = PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now)
    document = json.loads(secured.text)
    unknown = {"type": "SomeProofType", "created": "2026-09-01T00:00:00Z", "proofPurpose": "assertionMethod"}
    document["proof"].insert(0, unknown)
    text = json.dumps(document)
    assert check(SecuredCredential(text, ""), issuer.find_key, now).proof_name == "eddsa-rdfc-2022"
