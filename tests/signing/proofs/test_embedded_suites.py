"""Every proof that stands inside a credential; what holds for all suites, and for several proofs in one credential."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signing.data_integrity import new_options
from signing.errors import DocumentNotPinnedError, ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import as_text
from signing.keys import SigningKey, VerificationMethod, generate
from signing.multibase import base58
from signing.proof_set import MAX_PROOFS
from signing.proofs import PROOFS, check
from signing.proofs.cryptosuites import EDDSA_JCS_2022 as JCS
from signing.proofs.cryptosuites import EDDSA_RDFC_2022 as RDFC
from signing.secured import SecuredCredential
from signing.signatures import sign

SUITES = {
    "eddsa-rdfc-2022": "Ed25519",
    "eddsa-jcs-2022": "Ed25519",
    "eddsa-2022": "Ed25519",
    "Ed25519Signature2020": "Ed25519",
    "ecdsa-rdfc-2019": "P-256",
    "ecdsa-jcs-2019": "P-256",
}
CASES = [*SUITES.items(), ("ecdsa-rdfc-2019", "P-384"), ("ecdsa-jcs-2019", "P-384")]
RIGA = "did:web:badges.riga.example:issuers:college"
NOTARY = "did:web:notary.example"


@pytest.fixture(scope="module")
def keys():
    """Of each algorithm the issuer's key and a notary's."""
    names = ("Ed25519", "P-256", "P-384")
    return {
        (owner, name): SigningKey(verification_method=f"{owner}#{name}", kid=name, private=generate(name))
        for owner in (RIGA, NOTARY)
        for name in names
    }


@pytest.fixture(scope="module")
def find_key(keys):
    found = {
        key.verification_method: VerificationMethod(
            id=key.verification_method, controller=owner, public=key.public
        )
        for (owner, _), key in keys.items()
    }
    return lambda method, issuer_id: found[method]


@pytest.fixture
def document(credential):
    """The credential with the context of the old suite too."""
    credential["@context"].append("https://w3id.org/security/suites/ed25519-2020/v1")
    return credential


def refusal(document: Any, find_key: Any, now: Any) -> str:
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential(json.dumps(document), ""), find_key, now)
    return refused.value.code


@pytest.mark.parametrize(("name", "algorithm"), CASES)
def test_what_was_signed_is_what_is_read_and_nothing_else_is(document, keys, find_key, now, name, algorithm):
    secured = PROOFS[name].secure(document, keys[RIGA, algorithm], now)
    checked = check(secured, find_key, now)
    assert (checked.credential, checked.proof_name) == (document, name)
    assert checked.verification_method.controller == RIGA
    for part in ({"name": "Another badge"}, {"validUntil": "2030-01-01T00:00:00Z"}, {"id": "urn:x"}):
        assert refusal(json.loads(secured.text) | part, find_key, now) == "bad_signature"


@pytest.mark.parametrize(("name", "algorithm"), CASES)
@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"created": "2026-02-03T04:05:07Z"}, "bad_signature"),
        ({"expires": "2026-02-03T04:05:05Z"}, "proof_expired"),
        ({"expires": "2026-02-03T04:05:06Z"}, "proof_expired"),
        ({"proofPurpose": "authentication"}, "wrong_purpose"),
        ({"verificationMethod": f"{NOTARY}#Ed25519"}, "bad_signature wrong_algorithm"),
        ({"proofValue": "z" + base58(b"\1" * 64)}, "bad_signature malformed wrong_algorithm"),
        ({"proofValue": "z" + base58(b"\1" * 96)}, "bad_signature malformed wrong_algorithm"),
        ({"proofValue": "z" + base58(b"\1" * 65)}, "malformed"),
        ({"proofValue": "u" + "A" * 86}, "malformed"),
    ],
    ids=str,
)
def test_a_proof_that_says_something_else_does_not_hold(
    document, keys, find_key, now, name, algorithm, part, code
):
    signed = json.loads(PROOFS[name].secure(document, keys[RIGA, algorithm], now).text)
    signed["proof"][0] |= part
    assert refusal(signed, find_key, now) in code.split()


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_signs_with_no_key_of_another_kind(document, keys, now, name):
    other = "P-384" if SUITES[name] == "Ed25519" else "Ed25519"
    with pytest.raises(UnusableKeyError):
        PROOFS[name].secure(document, keys[RIGA, other], now)


@pytest.mark.parametrize("name", [name for name in SUITES if "jcs" not in name])
def test_members_that_are_not_covered_are_refused(document, keys, find_key, now, name):
    key = keys[RIGA, SUITES[name]]
    signed = json.loads(PROOFS[name].secure(document, key, now).text)
    assert refusal(signed | {"honours": "with distinction"}, find_key, now) == "unsafe"
    with pytest.raises(UnsafeDocumentError):
        PROOFS[name].secure(document | {"honours": "with distinction"}, key, now)
    unknown = document | {"@context": [*document["@context"], "https://evil.example/context"]}
    with pytest.raises(DocumentNotPinnedError):
        PROOFS[name].secure(unknown, key, now)


@pytest.mark.parametrize("name", ["eddsa-jcs-2022", "ecdsa-jcs-2019"])
def test_a_signature_over_json_covers_every_letter_of_it(document, keys, find_key, now, name):
    signed = json.loads(PROOFS[name].secure(document, keys[RIGA, SUITES[name]], now).text)
    assert signed["proof"][0]["@context"] == document["@context"]
    assert refusal(signed | {"honours": "x"}, find_key, now) == "bad_signature"
    assert refusal(signed | {"@context": document["@context"][:-1]}, find_key, now) == "unsafe"
    signed["credentialSubject"]["creditsEarned"] = 10**400
    assert refusal(signed, find_key, now) == "unsafe"


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "eddsa-2022"])
def test_a_badge_of_the_data_model_1_1_is_read(credential, keys, find_key, now, name):
    old = {part: credential[part] for part in ("id", "type", "issuer", "credentialSubject")} | {
        "@context": [
            "https://www.w3.org/2018/credentials/v1",
            "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
            "https://w3id.org/security/data-integrity/v2",
        ],
        "issuanceDate": "2026-02-03T04:05:06Z",
    }
    for unknown in ("legalName",):
        old["issuer"] = {part: value for part, value in old["issuer"].items() if part != unknown}
    achievement = old["credentialSubject"]["achievement"]
    for unknown in ("title", "volumeOfLearning", "isPartialQualification"):
        del achievement[unknown]
    achievement["type"] = ["Achievement"]
    checked = check(PROOFS[name].secure(old, keys[RIGA, SUITES[name]], now), find_key, now)
    assert checked.credential == old


# --- several proofs --------------------------------------------------------------------------------------------------


@pytest.fixture
def proof(document, keys, now):
    """A function that makes one proof of the credential, or of the credential with the proofs it builds on."""

    def made(suite=RDFC, owner=RIGA, algorithm="Ed25519", previous=(), **part):
        key = keys[owner, algorithm]
        options = new_options(suite.identifying, document, key, now) | part
        if suite.repeats_context:
            options["@context"] = document["@context"]
        if previous:
            options["previousProof"] = [other["id"] for other in previous]
        signed = document | ({"proof": list(previous)} if previous else {})
        signature = sign(key.private, suite.signed_bytes(signed, options, algorithm))
        return options | {"proofValue": "z" + base58(signature)}

    return made


def test_of_several_proofs_the_issuers_is_reported_wherever_it_stands(document, proof, find_key, now):
    for proofs in ([proof(owner=NOTARY), proof()], [proof(), proof(owner=NOTARY)]):
        checked = check(SecuredCredential(as_text(document | {"proof": proofs}), ""), find_key, now)
        assert checked.verification_method.controller == RIGA
        assert checked.credential == document


def test_of_several_proofs_one_that_holds_is_enough(document, proof, find_key, now):
    broken = proof(created="2020-01-01T00:00:00Z") | {"created": "2021-01-01T00:00:00Z"}
    unknown = {"type": "Stamp", "proofValue": "z1"}
    for proofs in ([broken, proof()], [unknown, proof(JCS)], [proof(JCS), broken, unknown]):
        signed = document | {"proof": proofs}
        assert check(SecuredCredential(as_text(signed), ""), find_key, now).credential == document
    assert refusal(document | {"proof": [unknown, broken]}, find_key, now) == "bad_signature"
    assert refusal(document | {"proof": [unknown, unknown]}, find_key, now) == "unknown_proof"


def test_a_notarys_proof_alone_is_not_the_issuers(document, proof, find_key, now):
    signed = document | {"proof": [proof(owner=NOTARY), proof(JCS, owner=NOTARY)]}
    checked = check(SecuredCredential(as_text(signed), ""), find_key, now)
    assert checked.verification_method.controller == NOTARY


def test_too_many_proofs_and_those_that_are_no_objects_are_refused(document, proof, find_key, now):
    assert refusal(document | {"proof": [proof()] * (MAX_PROOFS + 1)}, find_key, now) == "malformed"
    assert refusal(document | {"proof": [proof(), proof(), 7]}, find_key, now) == "malformed"


@pytest.mark.parametrize("suite", [RDFC, JCS], ids=lambda suite: suite.name)
def test_a_proof_that_builds_on_another_holds_only_with_it(document, proof, find_key, now, suite):
    first = proof(owner=NOTARY, id="urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54")
    second = proof(suite, previous=[first])
    for proofs in ([first, second], [second, first]):
        checked = check(SecuredCredential(as_text(document | {"proof": proofs}), ""), find_key, now)
        assert checked.verification_method.controller == RIGA
    assert refusal(document | {"proof": [second]}, find_key, now) == "malformed"
    broken = first | {"created": "2020-01-01T00:00:00Z"}
    assert refusal(document | {"proof": [broken, second]}, find_key, now) == "bad_signature"
    other_proof = proof(owner=NOTARY, id=first["id"], created="2020-01-01T00:00:00Z")
    checked = check(
        SecuredCredential(as_text(document | {"proof": [other_proof, second]}), ""), find_key, now
    )
    assert checked.verification_method.controller == NOTARY


def test_proofs_that_build_on_one_another_in_a_circle_do_not_hold(document, proof, find_key, now):
    one = proof(id="urn:x:1") | {"previousProof": "urn:x:2"}
    two = proof(id="urn:x:2") | {"previousProof": ["urn:x:1"]}
    own = proof(id="urn:x:3") | {"previousProof": "urn:x:3"}
    assert refusal(document | {"proof": [one, two, own]}, find_key, now) == "malformed"


@pytest.mark.parametrize(
    "named", [7, ["urn:x:1", "urn:x:1"], [None], {"id": "urn:x:1"}, ["urn:x:9"]], ids=str
)
def test_a_proof_whose_previous_proof_is_malformed_does_not_hold(document, proof, find_key, now, named):
    first = proof(owner=NOTARY, id="urn:x:1", created="2020-01-01T00:00:00Z") | {"nonce": "x"}
    second = proof() | {"previousProof": named}
    assert refusal(document | {"proof": [second, first]}, find_key, now) in ("malformed", "unsafe")
