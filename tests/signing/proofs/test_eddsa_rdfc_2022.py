from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta, timezone
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from signing.canonical import canonicalize
from signing.did import did_key
from signing.errors import DocumentNotPinnedError, ProofError, UnsafeDocumentError, UnusableKeyError
from signing.keys import SigningKey, VerificationMethod, from_multikey, generate
from signing.multibase import base58, from_base58
from signing.proofs import PROOFS, check
from signing.secured import SecuredCredential

PROOF = PROOFS["eddsa-rdfc-2022"]


def refusal(document: Any, issuer: Any, now: Any) -> str:
    """The code with which the text, or the JSON, is refused."""
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential(text, "application/vc+ld+json"), issuer.find_key, now)
    return refused.value.code


@pytest.fixture
def secured(credential, issuer, now):
    return PROOF.secure(credential, issuer.ed25519, now)


@pytest.fixture
def signed(secured):
    return json.loads(secured.text)


# --- what is signed --------------------------------------------------------------------------------------------------


def test_what_was_signed_is_what_is_read(credential, issuer, secured, now):
    checked = check(secured, issuer.find_key, now)
    assert checked.credential == credential
    assert checked.proof_name == "eddsa-rdfc-2022"
    assert checked.verification_method.id == issuer.ed25519.verification_method
    assert checked.verification_method.controller == issuer.id


def test_the_proof_has_the_form_of_the_standard(signed, secured, issuer):
    (proof,) = signed["proof"]
    assert len(from_base58(proof.pop("proofValue").removeprefix("z"))) == 64
    assert proof == {
        "type": "DataIntegrityProof",
        "created": "2026-02-03T04:05:06Z",
        "verificationMethod": issuer.ed25519.verification_method,
        "cryptosuite": "eddsa-rdfc-2022",
        "proofPurpose": "assertionMethod",
    }
    assert secured.media_type == "application/vc+ld+json"


def test_signing_twice_gives_the_same_bytes_and_leaves_the_credential_alone(credential, issuer, secured, now):
    assert PROOF.secure(credential, issuer.ed25519, now) == secured
    assert "proof" not in credential


def test_the_text_survives_pages_and_wallets(secured, credential):
    assert secured.text.isascii()
    assert not set("&<>") & set(secured.text)
    assert json.loads(secured.text)["name"] == credential["name"] == "Data & courage <in> {Riga}"


def test_created_is_in_whole_seconds_of_utc(credential, issuer, now):
    moment = now.astimezone(timezone(timedelta(hours=2))).replace(microsecond=999_999)
    (proof,) = json.loads(PROOF.secure(credential, issuer.ed25519, moment).text)["proof"]
    assert proof["created"] == "2026-02-03T04:05:06Z"


# --- what is not signed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        {"trueName": "x"},
        {"name": "a\x0bb"},
        {"type": ["VerifiableCredential", "Diploma"]},
        {"id": "credentials/1"},
        {"validUntil": None},
        {"proof": []},
        {"name": "\ud800"},
        {"@context": None},
    ],
    ids=str,
)
def test_a_credential_that_the_proof_would_not_cover_is_not_signed(credential, issuer, now, part):
    with pytest.raises(UnsafeDocumentError):
        PROOF.secure(credential | part, issuer.ed25519, now)


def test_a_credential_with_unknown_terms_is_not_signed(credential, issuer, now):
    credential["@context"].append("https://elsewhere.example/context.jsonld")
    with pytest.raises(DocumentNotPinnedError):
        PROOF.secure(credential, issuer.ed25519, now)


def test_another_kind_of_key_does_not_sign(credential, issuer, now):
    with pytest.raises(UnusableKeyError):
        PROOF.secure(credential, issuer.p256, now)


# --- what does not hold ----------------------------------------------------------------------------------------------


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each text, number and truth value."""
    if isinstance(part, dict):
        return [place for key, value in part.items() for place in places(value, (*path, key))]
    if isinstance(part, list):
        return [place for key, value in enumerate(part) for place in places(value, (*path, key))]
    return [path]


def test_no_single_value_can_be_changed_or_removed(signed, issuer, now):
    expected = {"bad_signature", "unsafe", "unpinned_context", "key_not_found", "malformed", "wrong_purpose"}
    expected |= {"unknown_proof", "no_key_named"}
    ours = signed["@context"][-1]
    for path in places(signed):
        for change in (lambda value: f"{value}x" if isinstance(value, str) else value + 1, None):
            altered = json.loads(json.dumps(signed))
            at = reduce(lambda part, key: part[key], path[:-1], altered)
            if change:
                at[path[-1]] = change(at[path[-1]])
            else:
                del at[path[-1]]
            if not change and altered["@context"] != signed["@context"] and ours in altered["@context"]:
                continue  # A context that gives no word used here a meaning may go.
            assert refusal(altered, issuer, now) in expected, (path, change)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"proofPurpose": "authentication"}, "wrong_purpose"),
        ({"proofPurpose": ["assertionMethod"]}, "wrong_purpose"),
        ({"proofPurpose": None}, "wrong_purpose"),
        ({"type": "Ed25519Signature2020"}, "unsafe"),
        ({"type": "Ed25519Signature2018"}, "ed25519_signature_2018"),
        ({"cryptosuite": "bbs-2023"}, "bbs_2023"),
        ({"cryptosuite": "eddsa-jcs-2022"}, "bad_signature"),
        ({"cryptosuite": "eddsa-rdfc-2023"}, "unknown_proof"),
        ({"previousProof": "urn:uuid:1"}, "malformed"),
        ({"created": "yesterday"}, "malformed"),
        ({"created": "2026-02-03T04:05:06"}, "bad_signature"),
        ({"created": "2026-02-31T04:05:06Z"}, "malformed"),
        ({"created": 7}, "malformed"),
        ({"created": "2026-02-03T04:05:07Z"}, "bad_signature"),
        ({"expires": "2026-02-03T04:05:05Z"}, "proof_expired"),
        ({"expires": "2026-02-03T04:05:06Z"}, "proof_expired"),
        ({"expires": "2026-02-03T04:05:05"}, "proof_end_unclear"),
        ({"expires": "2026-02-02T04:05:05"}, "proof_expired"),
        ({"expires": "2036-02-03T04:05:05"}, "bad_signature"),
        ({"expires": "2036-02-03T04:05:05Z"}, "bad_signature"),
        ({"expires": ""}, "malformed"),
        ({"expires": {}}, "malformed"),
        ({"verificationMethod": None}, "no_key_named"),
        ({"verificationMethod": ""}, "malformed"),
        ({"proofValue": "u" + "A" * 86}, "malformed"),
        ({"proofValue": "z" + base58(bytes(63))}, "malformed"),
        ({"proofValue": "z" + base58(bytes([255] * 64))}, "bad_signature"),
        ({"proofValue": "z0OIl"}, "malformed"),
        ({"proofValue": "z" * 100_000}, "malformed"),
        ({"proofValue": ["z"]}, "malformed"),
        ({"proofValue": ""}, "malformed"),
        ({"verificationMethod": {"id": "x"}}, "malformed"),
        ({"verificationMethod": "did:web:badges.riga.example:issuers:college#p1"}, "wrong_algorithm"),
        ({"verificationMethod": "did:web:badges.riga.example:issuers:college#none"}, "key_not_found"),
        ({"domain": "https://darbs.example"}, "bad_signature"),
        ({"nonce": "x", "unheard": "of"}, "unsafe"),
    ],
    ids=str,
)
def test_a_proof_that_says_something_else_does_not_hold(signed, issuer, now, part, code):
    signed["proof"][0] |= part
    assert refusal(signed, issuer, now) == code


@pytest.mark.parametrize(
    "member", ["proofValue", "verificationMethod", "created", "proofPurpose", "type", "cryptosuite"]
)
def test_a_proof_without_one_of_its_parts_does_not_hold(signed, issuer, now, member):
    del signed["proof"][0][member]
    assert refusal(signed, issuer, now) in (
        "malformed",
        "wrong_purpose",
        "unknown_proof",
        "bad_signature",
        "no_key_named",
    )


@pytest.mark.parametrize("proof", [[], None, [None]])
def test_a_credential_without_a_proof_does_not_pass(credential, issuer, now, proof):
    document = credential | {"proof": proof, "description": "eddsa-rdfc-2022"}
    assert refusal(document, issuer, now) == "no_proof"
    assert refusal(credential, issuer, now) == "no_proof"


@pytest.mark.parametrize("proof", [{}, "x", "", [[]], [{}], 7])
def test_a_proof_that_is_no_object_or_empty_is_not_called_missing(credential, issuer, now, proof):
    document = credential | {"proof": proof, "description": "eddsa-rdfc-2022"}
    assert refusal(document, issuer, now) == "unreadable"


@pytest.mark.parametrize("issuer_part", [None, 7, "", {}, {"id": 7}, [], [{"id": 7}], [{}, {}]])
def test_a_credential_without_an_issuer_does_not_pass(signed, issuer, now, issuer_part):
    signed["issuer"] = issuer_part
    assert refusal(signed, issuer, now) in ("malformed", "unsafe")


def test_an_issuer_in_a_list_of_one_is_read_and_is_another_signed_value(signed, issuer, now):
    signed["issuer"] = [{"id": "did:web:riga.example"}]
    assert refusal(signed, issuer, now) == "bad_signature"


def test_another_key_under_the_same_name_does_not_pass(credential, issuer, new_issuer, now):
    forged = PROOF.secure(credential, new_issuer().ed25519, now)
    assert refusal(forged.text, issuer, now) == "bad_signature"


def test_a_key_of_somebody_else_is_reported_as_theirs(credential, issuer, now):
    """The signature holds, so this is the caller's to refuse: the controller is not the issuer."""
    private = generate("Ed25519")
    did = did_key(private.public_key())
    key = SigningKey(verification_method=f"{did}#{did.removeprefix('did:key:')}", kid="k", private=private)
    checked = check(PROOF.secure(credential, key, now), issuer.find_key, now)
    assert checked.verification_method.controller == did != issuer.id


# --- what reads as one thing and was signed as another ---------------------------------------------------------------


def rekeyed(signed: dict[str, Any]) -> None:
    signed["https://www.w3.org/2018/credentials#credentialStatus"] = signed.pop("credentialStatus")


def included(signed: dict[str, Any]) -> None:
    signed["@included"] = [{"id": signed["id"], "credentialStatus": signed.pop("credentialStatus")}]


def described_inside(signed: dict[str, Any]) -> None:
    signed["issuer"]["image"] = {"id": signed["id"], "credentialStatus": signed.pop("credentialStatus")}


def renamed_by_an_inline_context(signed: dict[str, Any]) -> None:
    term = {"@id": "https://www.w3.org/2018/credentials#credentialStatus", "@type": "@id"}
    signed["@context"].append({"oldStatus": term})
    signed["oldStatus"] = signed.pop("credentialStatus")


def in_nested_lists(signed: dict[str, Any]) -> None:
    signed["credentialStatus"] = [[signed["credentialStatus"]]]


def in_a_set(signed: dict[str, Any]) -> None:
    signed["credentialStatus"] = {"@set": [signed["credentialStatus"]]}


def with_words_nobody_signed(signed: dict[str, Any]) -> None:
    signed["credentialSubject"]["achievement"]["honours"] = "with distinction"


def replaced_by_null(signed: dict[str, Any]) -> None:
    signed["credentialStatus"] = None


def with_another_context(signed: dict[str, Any]) -> None:
    signed["@context"][-1] = "https://evil.example/context.jsonld"


@pytest.mark.parametrize(
    ("disguise", "code"),
    [
        (rekeyed, "unsafe"),
        (included, "unsafe"),
        (described_inside, "unsafe"),
        (renamed_by_an_inline_context, "unsafe"),
        (in_nested_lists, "unsafe"),
        (in_a_set, "unsafe"),
        (with_words_nobody_signed, "unsafe"),
        (replaced_by_null, "bad_signature"),
        (with_another_context, "unpinned_context"),
    ],
)
def test_a_status_cannot_be_hidden_nor_words_added(
    signed, issuer, now, disguise: Callable[[dict[str, Any]], None], code
):
    disguise(signed)
    assert refusal(signed, issuer, now) == code


# --- official vectors ------------------------------------------------------------------------------------------------


def own_key(method: str, issuer_id: str) -> VerificationMethod:
    """The key that the address itself spells, as the vectors have it."""
    return VerificationMethod(
        id=method, controller=issuer_id, public=from_multikey(method.rpartition("#")[2])
    )


def test_the_vector_of_open_badges_passes(shared, now):
    folder = shared / "data" / "vectors" / "spec"
    text = (folder / "impl_linked-data-proof-ob__signed.json").read_text()
    checked = check(SecuredCredential(text, "application/json"), own_key, now)
    assert canonicalize(checked.credential) == read(folder / "impl_ob_document-canon.txt")
    proof = json.loads(text)["proof"]
    proof = proof[0] if isinstance(proof, list) else proof
    options = {"@context": checked.credential["@context"]} | proof
    del options["proofValue"]
    assert canonicalize(options) == read(folder / "impl_ob_proof-canon.txt")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("simple.json", None),
        ("simple-err-expired.json", None),
        ("bit-string-list/credential-status-revoked.json", None),
        ("bit-string-list/testlist", None),
        ("simple-err-proof-value.json", "bad_signature"),
    ],
)
def test_the_samples_of_the_reference_validator_are_judged_alike(shared, now, name, code):
    """Expiry and revocation are no matter of the proof."""
    text = (shared / "data" / "vectors" / "1edtech" / name).read_text()
    secured = SecuredCredential(text, "application/json")
    if code is None:
        assert check(secured, own_key, now).proof_name == "eddsa-rdfc-2022"
    else:
        with pytest.raises(ProofError) as refused:
            check(secured, own_key, now)
        assert refused.value.code == code


def read(path: Path) -> str:
    return path.read_text()
