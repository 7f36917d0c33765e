"""A learner shows a part of a badge; the part is still signed, and only by the issuer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signing import cbor
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.keys import SigningKey, VerificationMethod, generate
from signing.multibase import base64url, from_base64url
from signing.proofs import PROOFS, check, ecdsa_sd_2023
from signing.proofs.ecdsa_sd_2023 import derive, secure_with
from signing.secured import SecuredCredential
from signing.selection import select

RIGA = "did:web:badges.riga.example:issuers:college"
SUBJECT = "/credentialSubject"


@pytest.fixture(scope="module")
def key():
    return SigningKey(verification_method=f"{RIGA}#p1", kid="p1", private=generate("P-256"))


@pytest.fixture(scope="module")
def find_key(key):
    public = key.public
    return lambda method, issuer_id: VerificationMethod(id=method, controller=RIGA, public=public)


@pytest.fixture
def base(credential, key, now):
    return PROOFS["ecdsa-sd-2023"].secure(credential, key, now)


def refusal(secured: SecuredCredential | dict[str, Any], find_key: Any, now: Any) -> str:
    if isinstance(secured, dict):
        secured = SecuredCredential(json.dumps(secured), "")
    with pytest.raises(ProofError) as refused:
        check(secured, find_key, now)
    return refused.value.code


def test_what_is_not_chosen_is_not_disclosed_and_what_is_disclosed_is_signed(credential, base, find_key, now):
    derived = derive(base, [f"{SUBJECT}/result/0/value", f"{SUBJECT}/achievement/criteria"])
    checked = check(derived, find_key, now)
    assert checked.proof_name == "ecdsa-sd-2023"
    assert checked.verification_method.controller == RIGA
    shown = checked.credential
    assert shown["issuer"] == credential["issuer"]
    assert shown["credentialStatus"] == credential["credentialStatus"]
    assert shown["credentialSubject"] == {
        "type": ["AchievementSubject"],
        "achievement": {
            "id": credential["credentialSubject"]["achievement"]["id"],
            "type": ["Achievement", "EuMicrocredential"],
            "name": "Data literacy",
            "criteria": {"narrative": "Pass the test."},
        },
        "result": [{"type": ["Result"], "value": "A"}],
    }
    assert "Anna" not in derived.text
    assert "identityHash" not in derived.text


def test_null_in_a_disclosed_part_says_nothing_and_nothing_can_be_replaced_by_it(base, find_key, now):
    shown = json.loads(derive(base, [f"{SUBJECT}/achievement/criteria"]).text)
    achievement = shown["credentialSubject"]["achievement"]
    assert check(SecuredCredential(json.dumps(shown | {"validUntil": None}), ""), find_key, now)
    for holder, name in ((shown, "credentialStatus"), (shown, "validFrom"), (achievement, "criteria")):
        value = holder[name]
        for nothing in (None, [], {}, ""):
            holder[name] = nothing
            assert refusal(shown, find_key, now) in ("bad_signature", "malformed", "unsafe")
        holder[name] = value


@pytest.mark.parametrize(
    "pointers",
    [
        [],
        [f"{SUBJECT}/achievement/title"],
        [f"{SUBJECT}/achievement/title", f"{SUBJECT}/achievement/resultDescription/0/allowedValue"],
        [f"{SUBJECT}/identifier/1"],
        [f"{SUBJECT}/identifier/1", f"{SUBJECT}/identifier", f"{SUBJECT}/identifier/0/salt"],
        [f"{SUBJECT}/achievement/alignment/1", f"{SUBJECT}/achievement/alignment/0/targetName"],
        [SUBJECT],
        [""],
        ["/name", "/id", "/awardedDate"],
    ],
    ids=str,
)
def test_any_part_can_be_disclosed(base, find_key, now, pointers):
    checked = check(derive(base, pointers), find_key, now)
    assert checked.credential["issuer"]["id"] == RIGA


def test_the_whole_can_be_disclosed(credential, base, find_key, now):
    assert check(derive(base, [""]), find_key, now).credential == credential


def test_half_of_an_ordered_list_cannot_be_disclosed(base):
    with pytest.raises(UnsafeDocumentError, match="list"):
        derive(base, [f"{SUBJECT}/achievement/resultDescription/0/allowedValue/1"])


@pytest.mark.parametrize(
    "pointer", ["/nothing", "name", "/name/x", f"{SUBJECT}/identifier/7", "/type/x", "x/name"]
)
def test_a_pointer_to_nothing_is_refused(credential, base, key, now, pointer):
    with pytest.raises(UnsafeDocumentError):
        derive(base, [pointer])
    with pytest.raises(UnsafeDocumentError):
        secure_with(credential, key, now, [pointer])


def test_a_pointer_may_have_an_escaped_slash(credential, key, find_key, now):
    credential["credentialSubject"]["achievement"]["title"] = {"en": "x", "lv": "y"}
    derived = derive(secure_with(credential, key, now, []), [f"{SUBJECT}/achievement/title/lv", "/issuer"])
    titles = check(derived, find_key, now).credential["credentialSubject"]["achievement"]["title"]
    assert titles == {"lv": "y"}
    with pytest.raises(UnsafeDocumentError, match="'a/b~'"):
        secure_with(credential, key, now, ["/a~1b~0"])


def endorsed(credential: dict[str, Any], key: SigningKey, now: Any) -> dict[str, Any]:
    """The credential with two signed endorsements of its issuer, each with a proof, which is a graph of its own."""
    ed25519 = SigningKey(verification_method=f"{RIGA}#e1", kid="e1", private=generate("Ed25519"))
    said = [
        {
            "@context": credential["@context"],
            "id": f"https://employer.example/endorsements/{number}",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": {"id": "did:web:employer.example", "type": ["Profile"]},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "id": RIGA,
                "type": ["EndorsementSubject"],
                "endorsementComment": "They teach well.",
            },
        }
        for number in range(2)
    ]
    signed = [json.loads(PROOFS["eddsa-rdfc-2022"].secure(each, ed25519, now).text) for each in said]
    for each in signed:
        del each["@context"]
    return credential | {"issuer": credential["issuer"] | {"endorsement": signed}}


def test_an_endorsement_with_its_proof_is_disclosed_with_what_it_stands_in(credential, key, find_key, now):
    whole = endorsed(credential, key, now)
    shown = check(derive(PROOFS["ecdsa-sd-2023"].secure(whole, key, now), []), find_key, now).credential
    assert shown["issuer"] == whole["issuer"]
    assert "credentialSubject" in shown and "Anna" not in json.dumps(shown)


@pytest.mark.parametrize(
    "change",
    [
        lambda first, second: first["proof"][0].update(proofValue=second["proof"][0]["proofValue"]),
        lambda first, second: first["proof"].append(second["proof"].pop()),
        lambda first, second: first.pop("proof"),
        lambda first, second: first.update(proof=second["proof"]),
    ],
    ids=["another value", "one more", "none", "the other's"],
)
def test_nothing_of_the_proof_of_an_endorsement_can_be_changed(credential, key, find_key, now, change):
    base = PROOFS["ecdsa-sd-2023"].secure(endorsed(credential, key, now), key, now)
    shown = json.loads(derive(base, []).text)
    change(*shown["issuer"]["endorsement"])
    assert refusal(shown, find_key, now) in ("bad_signature", "malformed")


def test_a_proof_about_two_things_is_not_secured(credential, key, now):
    whole = endorsed(credential, key, now)
    proof = whole["issuer"]["endorsement"][0]["proof"]
    proof = proof[0] if isinstance(proof, list) else proof
    whole["issuer"]["endorsement"][0]["proof"] = [proof | {"id": "urn:p:1"}, proof | {"id": "urn:p:1"}]
    with pytest.raises(UnsafeDocumentError, match="several things"):
        PROOFS["ecdsa-sd-2023"].secure(whole, key, now)


def test_the_status_of_a_result_is_always_disclosed(credential, key, find_key, now):
    credential["credentialSubject"]["result"].append({"type": ["Result"], "status": "Failed"})
    checked = check(derive(PROOFS["ecdsa-sd-2023"].secure(credential, key, now), []), find_key, now)
    assert checked.credential["credentialSubject"]["result"] == [{"type": ["Result"], "status": "Failed"}]


def test_a_base_proof_is_not_for_a_verifier_and_nothing_is_derived_twice(base, find_key, now):
    assert refusal(base, find_key, now) == "unknown_proof"
    with pytest.raises(ProofError):
        derive(derive(base, []), [])
    with pytest.raises(ProofError):
        derive(SecuredCredential('{"@context":[]}', ""), [])


@pytest.mark.parametrize(
    "change",
    [
        lambda shown: shown["credentialSubject"]["achievement"].update(name="Another"),
        lambda shown: shown["credentialSubject"]["achievement"].update(description="One more"),
        lambda shown: shown["credentialSubject"].pop("result"),
        lambda shown: shown["credentialSubject"]["result"][0].update(value="C"),
        lambda shown: shown.pop("credentialStatus"),
        lambda shown: shown.update(validUntil="2040-01-01T00:00:00Z"),
        lambda shown: shown["proof"][0].update(created="2020-01-01T00:00:00Z"),
    ],
    ids=["a word", "one more", "one less", "a value", "no status", "a longer life", "an older proof"],
)
def test_a_part_that_was_changed_does_not_hold(base, find_key, now, change):
    shown = json.loads(derive(base, [f"{SUBJECT}/result/0/value"]).text)
    change(shown)
    assert refusal(shown, find_key, now) in ("bad_signature", "malformed")


def test_parts_of_two_badges_do_not_make_one(credential, base, key, find_key, now):
    other = PROOFS["ecdsa-sd-2023"].secure(
        credential | {"id": "urn:uuid:another", "name": "Better"}, key, now
    )
    mine, theirs = (json.loads(derive(one, ["/name"]).text) for one in (base, other))
    assert refusal(mine | {"name": theirs["name"]}, find_key, now) == "bad_signature"
    assert refusal(mine | {"proof": theirs["proof"]}, find_key, now) in ("bad_signature", "malformed")


def rewritten(shown: dict[str, Any], place: int, value: Any) -> dict[str, Any]:
    (proof,) = shown["proof"]
    data = from_base64url(proof["proofValue"][1:])
    parts = cbor.decode(data[3:])
    parts[place] = value(parts[place])
    return shown | {"proof": [proof | {"proofValue": "u" + base64url(data[:3] + cbor.encode(parts))}]}


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, lambda one: bytes(64), "bad_signature"),
        (0, lambda one: one[:63], "malformed"),
        (1, lambda one: one[:2] + bytes(33), "bad_signature malformed"),
        (1, lambda one: b"\xed\x01" + bytes(33), "bad_signature malformed"),
        (2, lambda many: many[:-1], "bad_signature"),
        (2, lambda many: [bytes(64), *many[1:]], "bad_signature"),
        (2, lambda many: [*many[1:], many[0]], "bad_signature"),
        (2, lambda many: [*many, many[0]], "bad_signature"),
        (3, lambda labels: {}, "malformed"),
        (3, lambda labels: {0: bytes(32), 1: bytes(32)}, "malformed"),
        (3, lambda labels: {"0": bytes(32)}, "malformed"),
        (4, lambda places: [*places, 10_000], "malformed"),
        (4, lambda places: places[:-1], "bad_signature"),
        (4, lambda places: places[::-1], "malformed"),
        (4, lambda places: ["0"], "malformed"),
    ],
    ids=[
        "no signature",
        "a shorter signature",
        "no point of the curve",
        "a key of another kind",
        "a statement unsigned",
        "a wrong statement's signature",
        "signatures in another order",
        "a signature too many",
        "no labels",
        "one label for two nodes",
        "a label that is no number",
        "a statement that is not there",
        "a mandatory statement less",
        "places in another order",
        "a place that is no number",
    ],
)
def test_a_proof_that_was_changed_does_not_hold(base, find_key, now, place, value, code):
    shown = json.loads(derive(base, [f"{SUBJECT}/result/0/value"]).text)
    assert refusal(rewritten(shown, place, value), find_key, now) in code.split()


@pytest.mark.parametrize(
    "value", ["", "u", "z2k", "u2V0A", "u2V0B", "u2V0BgQ", "u2V0BhUFBQUFB", "u" + "2V0B" * 9, 7]
)
def test_a_proof_value_of_another_form_is_refused(base, find_key, now, value):
    shown = json.loads(derive(base, []).text)
    shown["proof"][0]["proofValue"] = value
    assert refusal(shown, find_key, now) in ("malformed", "unknown_proof")


def test_another_kind_of_key_does_not_sign(credential, now):
    other = SigningKey(verification_method=f"{RIGA}#e1", kid="e1", private=generate("Ed25519"))
    with pytest.raises(UnusableKeyError):
        PROOFS["ecdsa-sd-2023"].secure(credential, other, now)


def test_what_the_proof_would_not_cover_is_refused(credential, key, base, find_key, now):
    with pytest.raises(UnsafeDocumentError):
        PROOFS["ecdsa-sd-2023"].secure(credential | {"honours": "x"}, key, now)
    shown = json.loads(derive(base, []).text)
    assert refusal(shown | {"honours": "x"}, find_key, now) == "unsafe"


@pytest.mark.parametrize(
    "value",
    [0, 23, 24, 255, 256, 65_536, 2**32, b"", b"x" * 300, "ā", [], [1, [b"x"]], {}, {1: b"x", "a": 2}],
)
def test_cbor_comes_back_as_it_was(value):
    assert cbor.decode(cbor.encode(value)) == value


@pytest.mark.parametrize(
    "data",
    ["", "18", "58ff00", "81", "a1", "a201000100", "1c", "20", "f6", "0000", "61ff", "c101", "8181818181818100",
     "9affffffff", "a1410000"],
)  # fmt: skip
def test_cbor_of_another_kind_is_refused(data):
    with pytest.raises(ValueError):  # whatever is wrong with it
        cbor.decode(bytes.fromhex(data))


def test_bytes_with_tag_64_are_read():
    assert cbor.decode(bytes.fromhex("81d8404101")) == [b"\1"]


def test_a_number_too_large_is_not_written():
    with pytest.raises(ValueError, match="large"):
        cbor.encode(2**64)


def test_the_mandatory_parts_are_those_that_are_there(credential):
    assert "/validUntil" not in ecdsa_sd_2023.mandatory_pointers(credential)
    assert "/validUntil" in ecdsa_sd_2023.mandatory_pointers(
        credential | {"validUntil": "2030-01-01T00:00:00Z"}
    )
    assert ecdsa_sd_2023.mandatory_pointers({"@context": []}) == ()


@pytest.mark.parametrize(
    ("name", "pointer"), [("a/b", "/a~1b"), ("a~b", "/a~0b"), ("a~1b", "/a~01b"), ("~0/", "/~00~1")]
)
def test_a_pointer_spells_each_name_as_rfc_6901_says(name, pointer):
    document = {"@context": ["urn:c"], name: "shown", "b": "hidden"}
    assert select(document, [pointer]) == {"@context": ["urn:c"], name: "shown"}
