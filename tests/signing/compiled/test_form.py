"""A filled-in form gives what the general path gives, and what PyLD gives, or it refuses."""

from __future__ import annotations

import copy
import itertools
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from signing.canonical import canonicalize
from signing.compiled.cache import MAX_NAMES, MAX_SHAPES, MAX_SLOTS, CompiledForms
from signing.compiled.compiler import compile_form, differing_paths
from signing.compiled.form import CompiledForm
from signing.compiled.securing import secure_filled
from signing.document_loader import load, pinned_name
from signing.errors import (
    DocumentNotPinnedError,
    ProofError,
    UncompilableError,
    UnsafeDocumentError,
    UnusableKeyError,
)
from signing.json_text import as_text
from signing.keys import SigningKey, generate
from signing.multibase import base58
from signing.proofs import PROOFS, check
from signing.signatures import sign
from tests.amounts import amount

GENERAL = PROOFS["eddsa-rdfc-2022"]
SAMPLES = amount("credentials signed by template and by the general path", small=300, full=6_000)
#: Of these, plain PyLD is asked too: it takes as long for each as the other two for ten.
SAMPLES_FOR_PYLD = amount("credentials canonicalized by PyLD too", small=100, full=3_000)
SIGNED = amount("credentials signed and checked by template", small=40, full=600)

NASTY = [
    "Anna Bērziņa",
    'Anna "Annija" O\'Neil',
    "back\\slash \\n",
    "tab\tline\nreturn\r",
    "\u2028line\u2029paragraph\x85next",
    "🎓𝒜\U0010ffff",
    "e\u0301 é \ufb01 \u200f\u202e",
    "100 % {x} & <b> %s %(x)s {0}",
    '" .\n_:c14n0 <urn:p> "x',
    "_:g1 _:c14n0 _:a",
    "\x80\x9f\xa0\ufeff\ufffd",
    " ",
    "",
    "a" * 500,
]
SUBJECT = ("credentialSubject",)
SLOTS = [
    ("id",),
    ("name",),
    ("validFrom",),
    ("awardedDate",),
    (*SUBJECT, "identifier", 0, "identityHash"),
    (*SUBJECT, "identifier", 0, "salt"),
    (*SUBJECT, "identifier", 1, "identityHash"),
    (*SUBJECT, "creditsEarned"),
    (*SUBJECT, "result", 0, "value"),
    (*SUBJECT, "result", 1, "value"),
    (*SUBJECT, "achievement", "title", "lv"),
    (*SUBJECT, "achievement", "tag", 0),
    (*SUBJECT, "achievement", "tag", 1),
    (*SUBJECT, "achievement", "criteria", "narrative"),
    (*SUBJECT, "achievement", "alignment", 0, "targetName"),
    (*SUBJECT, "achievement", "alignment", 0, "targetUrl"),
    (*SUBJECT, "achievement", "resultDescription", 0, "allowedValue", 1),
    ("credentialStatus", "id"),
    ("credentialStatus", "statusListIndex"),
    ("credentialStatus", "statusListCredential"),
]
OPTIONAL = [
    (("validUntil",), "2030-01-01T00:00:00Z"),
    (("description",), "x"),
    ((*SUBJECT, "id"), "did:key:z6Mk"),
    ((*SUBJECT, "licenseNumber"), "x"),
]


@pytest.fixture
def example(credential: dict[str, Any]) -> dict[str, Any]:
    subject = credential["credentialSubject"]
    subject["result"].append({"type": ["Result"], "value": "B"})
    subject["achievement"]["tag"] = ["x", "y"]
    return credential


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def text(rng: random.Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(NASTY)
    ranges = ((0x20, 0x250), (0x370, 0x3000), (0x1F300, 0x1F700), (0xE000, 0xF900), (0x10000, 0x10FFFF))
    length = rng.randrange(30)
    return "".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(length)).replace("\x7f", "")


def vary(example: dict[str, Any], rng: random.Random, number: int) -> dict[str, Any]:
    """Another credential of the same achievement: other values, other optional parts, sometimes equal results."""
    one = copy.deepcopy(example)
    for path, value in OPTIONAL:
        if rng.random() < 0.3:
            put(one, path, value)
    one["id"] = rng.choice(["urn:uuid:{}", "https://rīga.example/c/{}", "did:web:x.example:{}"]).format(
        number
    )
    one["credentialStatus"]["id"] = f"https://badges.riga.example/status/1#{number}"
    one["credentialStatus"]["statusListIndex"] = str(number)
    one["credentialSubject"]["creditsEarned"] = rng.choice([0, 1, 2.5, 3.0, 0.1, 33.33, -4, 120, 1e-5])
    for path in SLOTS + [path for path, _ in OPTIONAL]:
        last = path[-1]
        if last in ("name", "narrative", "identityHash", "salt", "lv", "targetName", "description", 1):
            put_if_there(one, path, text(rng))
        elif last in ("value", 0):
            put_if_there(one, path, rng.choice(["A", "B", "C", text(rng)]))
        elif last == "targetUrl":
            put_if_there(one, path, rng.choice(["http://x.example/é", "urn:x", "https://y.example/?a=1#b"]))
        elif path == (*SUBJECT, "id"):
            put_if_there(one, path, f"did:key:z6Mk{rng.randrange(10**9)}")
    return one


def put_if_there(document: Any, path: tuple[Any, ...], value: Any) -> None:
    try:
        at = document
        for step in path:
            at = at[step]
    except (KeyError, IndexError):
        return
    put(document, path, value)


def slots_of(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    def is_there(path: tuple[Any, ...]) -> bool:
        at: Any = document
        for step in path:
            if isinstance(at, dict) and step not in at:
                return False
            at = at[step]
        return True

    return [path for path in SLOTS + [path for path, _ in OPTIONAL] if is_there(path)]


def by_pyld(document: dict[str, Any]) -> str:
    named = document | {"@context": [pinned_name(url) for url in document["@context"]]}
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return str(jsonld.normalize(named, options))


def test_random_credentials_are_the_same_by_form_by_the_general_path_and_by_pyld(example, issuer, now):
    rng = random.Random(20260203)
    forms: dict[tuple[str, ...], CompiledForm] = {}
    collisions = 0
    for number in range(SAMPLES):
        one = vary(example, rng, number)
        shape = tuple(path[-1] for path, _ in OPTIONAL if path in slots_of(one))
        if shape not in forms:
            forms[shape] = compile_form(one, slots_of(one))
        form = forms[shape]
        values = form.values(one)
        assert values is not None
        general = canonicalize(one)
        assert form.canonical(values).decode() == general, number
        assert form.document(values) == one
        assert form.text(values) == as_text(one)
        signed = form.text(values, '{"proofValue":"z"}')
        assert form.opened(one, signed) == (values, '[{"proofValue":"z"}]}')
        if number < SAMPLES_FOR_PYLD:
            assert by_pyld(one) == general, number
        if number % 50 == 0:
            assert secure_filled(form, values, issuer.ed25519, now) == GENERAL.secure(
                one, issuer.ed25519, now
            )
        results = one["credentialSubject"]["result"]
        collisions += results[0]["value"] == results[1]["value"]
    assert len(forms) == 2 ** len(OPTIONAL)
    assert collisions > SAMPLES // 30


# --- what is hard for a form -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "pairs"),
    [
        (("credentialSubject", "result"), [("90", "91"), ("91", "90"), ("77", "77"), ("7", "77"), ('"', "")]),
        (
            ("credentialSubject", "achievement", "tag"),
            [("m", "n"), ("n", "m"), ("same", "same"), ("a", "a b"), ('a"', "a"), ("fixed", "x")],
        ),
    ],
    ids=["nodes that look alike", "a set that loses a member"],
)
def test_values_may_be_equal_and_in_any_order(example, path, pairs):
    at = example["credentialSubject"] if path[-1] == "result" else example["credentialSubject"]["achievement"]
    alike = path[-1] == "result"

    def pair(one: str, other: str) -> list[Any]:
        if alike:
            return [{"type": ["Result"], "value": one}, {"type": ["Result"], "value": other}]
        return [one, other, "fixed"]

    at[path[-1]] = pair("x", "y")
    slots = [(*path, place, "value") if alike else (*path, place) for place in (0, 1)]
    form = compile_form(example, slots)
    for one, other in pairs:
        at[path[-1]] = pair(one, other)
        assert form.canonical([one, other]).decode() == canonicalize(example) == by_pyld(example)


@pytest.mark.parametrize(
    "value",
    [
        "did:web:badges.riga.example:issuers:college",
        "_:b0",
        "relative/x",
        "did:web:a b",
        "name:x",
        "",
        "Profile",
    ],
)
def test_an_id_that_is_no_address_or_that_of_another_node_takes_the_general_path(example, value):
    example["credentialSubject"]["id"] = "did:web:anna.example"
    form = compile_form(example, [("credentialSubject", "id")])
    example["credentialSubject"]["id"] = value
    try:
        general = canonicalize(example)
    except UnsafeDocumentError:
        with pytest.raises(UnsafeDocumentError):
            form.canonical([value])
    else:
        assert form.canonical([value]).decode() == general


def test_two_slots_of_one_id_take_the_general_path(example):
    example["credentialSubject"]["id"] = "did:web:anna.example"
    form = compile_form(example, [("credentialSubject", "id"), ("id",)])
    example["credentialSubject"]["id"] = example["id"]
    with pytest.raises(UnsafeDocumentError, match="second time"):
        form.canonical([example["id"], example["id"]])


@pytest.mark.parametrize("value", [1e-7, 2**53, 0.1234567890123456789, float("nan"), float("inf"), 10**400])
def test_a_number_that_readers_write_differently_is_refused(example, value):
    form = compile_form(example, [("credentialSubject", "creditsEarned")])
    with pytest.raises((UnsafeDocumentError, ValueError)):
        form.canonical([value])


@pytest.mark.parametrize("value", ["a\x00", "a\x0b", "a\x7f", "\ud800"])
def test_a_text_that_readers_misread_is_refused(example, value):
    form = compile_form(example, [("name",)])
    with pytest.raises(UnsafeDocumentError):
        form.canonical([value])


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("type", 1),
        ("@context", 2),
        ("issuer", "type", 0),
        ("credentialStatus", "type"),
        ("issuer",),
        ("nothing",),
        ("credentialSubject", "identifier", 0, "hashed"),
        ("credentialSubject", "identifier", 7, "salt"),
        ("name", "x"),
    ],
    ids=str,
)
def test_what_decides_more_than_its_own_value_is_no_slot(example, path):
    with pytest.raises(UncompilableError):
        compile_form(example, [path])


def test_a_credential_that_the_proof_would_not_cover_is_not_compiled(example):
    for part in ({"honours": "x"}, {"name": "a\x00"}, {"id": "x"}):
        with pytest.raises(UnsafeDocumentError):
            compile_form(example | part, [("validFrom",)])
    with pytest.raises(DocumentNotPinnedError):
        compile_form(example | {"@context": [example["@context"][0], "https://x.example"]}, [])
    for part in (
        {"@context": example["@context"][1:]},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"proof": []},
        {"description": "https://slot.invalid/7/"},
        {"description": "\ue0000\ue001"},
    ):
        with pytest.raises(UncompilableError):
            compile_form(example | part, [("validFrom",)])


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(name="Another"),
        lambda document: document.update(description="One more"),
        lambda document: document.pop("name"),
        lambda document: document["credentialSubject"]["identifier"][0].update(hashed=1),
        lambda document: document["credentialSubject"].update(creditsEarned="2.5"),
        lambda document: document["credentialSubject"].update(creditsEarned=True),
        lambda document: document.update(validFrom=7),
        lambda document: document.update(validFrom=["2026-02-03T04:05:06Z"]),
        lambda document: document["credentialSubject"]["achievement"].update(creditsAvailable=3.0),
        lambda document: document["credentialSubject"].update(result=[]),
        lambda document: document.update(credentialSubject="x"),
        lambda document: document.update(id=document.pop("id")),
    ],
    ids=[
        "another value",
        "one more member",
        "one less",
        "true and 1",
        "a text for a number",
        "a truth for a number",
        "a number for a text",
        "a list for a text",
        "3 and 3.0",
        "an empty list",
        "a text for an object",
        "another order",
    ],
)
def test_a_document_that_differs_elsewhere_is_not_of_the_form(example, change):
    form = compile_form(example, [("validFrom",), ("credentialSubject", "creditsEarned")])
    assert form.values(example) == ("2026-02-03T04:05:06Z", 2.5)
    change(example)
    assert form.values(example) is None


def test_a_form_is_restored_from_its_stored_text_without_json_ld(example, tmp_path):
    form = compile_form(example, SLOTS)
    values = form.values(example)
    (tmp_path / "form").write_text(form.stored())
    (tmp_path / "values").write_text(json.dumps(values))
    code = (
        "import sys, json, pathlib; from signing.compiled.form import CompiledForm; folder = pathlib.Path(sys.argv[1]);"
        "form = CompiledForm.from_stored((folder / 'form').read_text());"
        "text = form.canonical(json.loads((folder / 'values').read_text()));"
        "assert 'pyld' not in sys.modules; sys.stdout.buffer.write(text)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, check=True
    )
    assert done.stdout.decode() == canonicalize(example)
    with pytest.raises(UncompilableError):
        CompiledForm.from_stored(form.stored().replace('"form":1', '"form":0'))


def test_two_credentials_show_where_they_differ(example):
    other = copy.deepcopy(example)
    assert differing_paths(example, other) == set()
    other["name"] = "x"
    other["credentialSubject"]["creditsEarned"] = 7
    other["credentialSubject"]["achievement"]["tag"][1] = "z"
    assert differing_paths(example, other) == {
        ("name",),
        ("credentialSubject", "creditsEarned"),
        ("credentialSubject", "achievement", "tag", 1),
    }
    for part in ({"validUntil": "x"}, {"name": 7}, {"issuer": "did:x"}, {"type": ["VerifiableCredential"]}):
        assert differing_paths(example, other | part) is None


# --- what a process keeps in memory -----------------------------------------------------------------------------------


class MemoryStore:
    """A FormStore in memory that counts how often it was read."""

    def __init__(self) -> None:
        self.stored: dict[str, list[str]] = {}
        self.reads = 0

    def read(self, name: str) -> list[str]:
        self.reads += 1
        return self.stored.get(name, [])

    def add(self, name: str, stored: str) -> None:
        self.stored.setdefault(name, []).append(stored)


def form_name(credential: dict[str, Any]) -> str:
    return credential["credentialSubject"]["achievement"]["id"]


def dummy_of(credential: dict[str, Any]) -> dict[str, Any]:
    """The same shape, and in each slot something else."""
    dummy = copy.deepcopy(credential)
    for number, path in enumerate(slots_of(credential)):
        is_number = path == (*SUBJECT, "creditsEarned")
        put(dummy, path, -999.5 if is_number else f"urn:uuid:0c9a7c1e-5b0e-4b7e-8d2b-{number:012}")
    return dummy


def test_what_is_signed_by_form_is_what_the_general_path_signs(example, issuer, now):
    store = MemoryStore()
    forms = CompiledForms(form_name, store)
    rng = random.Random(7)
    shapes = set()
    for number in range(SIGNED):
        one = vary(example, rng, number)
        secured = forms.secure(one, lambda one=one: dummy_of(one), issuer.ed25519, now)
        assert secured == GENERAL.secure(one, issuer.ed25519, now)
        assert forms.check(secured, issuer.find_key, now) == check(secured, issuer.find_key, now)
        shapes.add(tuple(slots_of(one)))
    assert len(store.stored[form_name(example)]) == len(shapes)


def test_another_process_takes_what_one_has_compiled_and_needs_no_dummy(example, issuer, now):
    store = MemoryStore()
    first = CompiledForms(form_name, store)
    first.secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    (stored,) = store.stored[form_name(example)]
    store.stored[form_name(example)].append(stored.replace('"form":1', '"form":0'))
    second = CompiledForms(form_name, store)
    reads = store.reads
    for name in ("Zane", "Anna"):
        one = example | {"name": name}
        secured = second.secure(one, lambda: pytest.fail("there is a form"), issuer.ed25519, now)
        assert secured == GENERAL.secure(one, issuer.ed25519, now)
    assert store.reads == reads + 1


def test_a_form_holds_nothing_of_the_learner_it_was_compiled_for(example, issuer, now):
    store = MemoryStore()
    example["credentialSubject"]["identifier"][0]["identityHash"] = "Anna Bērziņa"
    CompiledForms(form_name, store).secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    (stored,) = store.stored[form_name(example)]
    assert "Achievement" in stored
    assert "Anna" not in stored


def test_a_changed_credential_does_not_hold_by_form_either(example, issuer, now):
    forms = CompiledForms(form_name)
    secured = forms.secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    signed = json.loads(secured.text)
    for part in (
        {"name": "Another"},
        {"validFrom": "2020-01-01T00:00:00Z"},
        {"validUntil": "2030-01-01T00:00:00Z"},
    ):
        altered = type(secured)(json.dumps(signed | part), secured.media_type)
        with pytest.raises(Exception) as by_form:
            forms.check(altered, issuer.find_key, now)
        with pytest.raises(Exception) as generally:
            check(altered, issuer.find_key, now)
        assert by_form.value.code == generally.value.code == "bad_signature"


def test_a_member_after_the_proof_is_seen_by_form_too(example, issuer, now):
    """All that a form looks for stands before the proof."""
    forms = CompiledForms(form_name)
    secured = forms.secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    for more, code in (
        ('"validUntil":"2040-01-01T00:00:00Z"', "bad_signature"),
        ('"name":"x"', "unreadable"),
    ):
        altered = type(secured)(f"{secured.text[:-1]},{more}}}", secured.media_type)
        with pytest.raises(ProofError) as refused:
            forms.check(altered, issuer.find_key, now)
        assert refused.value.code == code


def another_signature(text):
    (proof,) = json.loads(text)["proof"]
    return json.dumps(proof | {"proofValue": "z" + base58(bytes(range(64)))})


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ',"name":' + json.dumps(json.loads(text)["name"]) + "}",
        lambda text: text[:-1] + ',"proof":[]}',
        lambda text: text.replace('"type":"DataIntegrityProof"', '"type":"DataIntegrityProof","type":"x"'),
        lambda text: text.replace('"proof":[{', '"proof":[{"x":NaN,'),
        lambda text: text.replace('"proof":[{', '"proof":[{"x":1e999,'),
        lambda text: text.replace('"proof":[{', '"proof":[{"x":' + "[" * 70 + "]" * 70 + ","),
        lambda text: text.replace('"proof":[{', '"proof":[{"x":"\\ud800",'),
        lambda text: text.replace('"proof":[{', '"proof":[{"previousProof":"urn:x",'),
        lambda text: text.replace('"proof":[{', '"proof":[{"created":"x",'),
        lambda text: text.replace('"name":', '"name":"x","name":', 1),
        lambda text: text + " ",
        lambda text: text + "}",
        lambda text: text[:-1],
        lambda text: "[" * 100_000 + text,
        lambda text: '{"proof":' + "[" * 100_000 + '"eddsa-rdfc-2022""proofValue"',
        lambda text: text.replace('"proof":[', '"proof":[null,'),
        lambda text: text.replace("eddsa-rdfc-2022", "ecdsa-rdfc-2019"),
        lambda text: text.replace('"proof":[', '"proof":[' + another_signature(text) + ","),
    ],
    ids=map(str, itertools.count()),
)
def test_a_form_reads_no_text_that_is_else_refused(example, issuer, now, change):
    """It reads loosely, and relies on that the form writes the same: both ways come to the same result."""
    forms = CompiledForms(form_name)
    secured = forms.secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    altered = type(secured)(change(secured.text), secured.media_type)

    def result(check):
        try:
            return check(altered, issuer.find_key, now)
        except ProofError as error:
            return error.code

    assert altered != secured
    assert result(forms.check) == result(check)


def test_a_proof_that_builds_on_another_covers_that_too(example, issuer, now):
    """Signed is the credential alone here, as a form has it."""
    forms = CompiledForms(form_name)
    secured = forms.secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    (proof,) = json.loads(secured.text)["proof"]
    del proof["proofValue"]
    options = proof | {"previousProof": "urn:uuid:1"}
    signature = sign(issuer.ed25519.private, GENERAL.signed_bytes(example, options))
    proofs = [options | {"proofValue": "z" + base58(signature)}, proof | {"id": "urn:uuid:1"}]
    text = secured.text.partition(',"proof":')[0] + ',"proof":' + json.dumps(proofs) + "}"
    with pytest.raises(ProofError) as refused:
        forms.check(type(secured)(text, secured.media_type), issuer.find_key, now)
    assert refused.value.code == "bad_signature"


def test_credentials_of_others_are_checked_as_usual_and_nothing_is_stored_of_them(example, issuer, now):
    store = MemoryStore()
    forms = CompiledForms(lambda credential: None, store)
    jws = PROOFS["vc-jwt"].secure(example, issuer.p256, now)
    embedded = GENERAL.secure(example, issuer.ed25519, now)
    several = json.loads(embedded.text)
    several["proof"] = [{**several["proof"][0], "cryptosuite": "unheard-of"}, *several["proof"]]
    named = example | {"description": "eddsa-rdfc-2022"}
    ecdsa = PROOFS["ecdsa-rdfc-2019"].secure(named, issuer.p256, now)
    for secured in (jws, embedded, type(jws)(json.dumps(several), embedded.media_type), ecdsa):
        assert forms.check(secured, issuer.find_key, now) == check(secured, issuer.find_key, now)
    other = CompiledForms(form_name, store)
    for _ in range(3):
        assert other.check(embedded, issuer.find_key, now) == check(embedded, issuer.find_key, now)
    assert store.stored == {}
    assert store.reads == 3


def test_what_cannot_be_compiled_is_signed_by_the_general_path_and_not_tried_again_without_end(
    example, issuer, now
):
    store, asked = MemoryStore(), []
    forms = CompiledForms(form_name, store)

    def other(**parts: Any) -> dict[str, Any]:
        asked.append(parts)
        return dummy_of(example) | parts

    for number in range(MAX_SHAPES + 4):
        one = example | {"name": f"Learner {number}"}
        secured = forms.secure(one, lambda: other(type=["VerifiableCredential"]), issuer.ed25519, now)
        assert secured == GENERAL.secure(one, issuer.ed25519, now)
    assert len(asked) == MAX_SHAPES
    assert store.stored == {}
    tags = [f"tag {number}" for number in range(MAX_SLOTS + 5)]
    many = copy.deepcopy(example)
    many["credentialSubject"]["achievement"] |= {"id": "urn:x:many", "tag": tags}
    dummy = copy.deepcopy(many)
    dummy["credentialSubject"]["achievement"]["tag"] = [tag.upper() for tag in tags]
    secured = forms.secure(many, lambda: dummy, issuer.ed25519, now)
    assert secured == GENERAL.secure(many, issuer.ed25519, now)
    assert store.stored == {}


def test_a_process_keeps_the_forms_of_so_many_achievements_in_memory(example, issuer, now):
    store = MemoryStore()
    forms = CompiledForms(form_name, store)
    for number in range(MAX_NAMES + 1):
        store.stored[f"urn:x:{number}"] = []
        one = copy.deepcopy(example)
        one["credentialSubject"]["achievement"]["id"] = f"urn:x:{number}"
        # A dummy of another type cannot be compiled, which is enough to be remembered.
        forms.secure(one, lambda: {"type": "x"}, issuer.ed25519, now)
    reads = store.reads
    forms.check(GENERAL.secure(one, issuer.ed25519, now), issuer.find_key, now)
    assert store.reads == reads
    example["credentialSubject"]["achievement"]["id"] = "urn:x:0"
    forms.check(GENERAL.secure(example, issuer.ed25519, now), issuer.find_key, now)
    assert store.reads == reads + 1


def test_an_unsafe_credential_is_refused_by_form_too(example, issuer, now):
    forms = CompiledForms(form_name)
    forms.secure(example, lambda: dummy_of(example), issuer.ed25519, now)
    for part in ({"name": "a\x00"}, {"honours": "x"}):
        with pytest.raises(UnsafeDocumentError):
            forms.secure(example | part, lambda part=part: dummy_of(example) | part, issuer.ed25519, now)


def test_a_form_signs_with_an_ed25519_key_alone(example):
    form = compile_form(example, [("name",)])
    key = SigningKey(verification_method="urn:x", kid="x", private=generate("P-256"))
    with pytest.raises(UnusableKeyError, match="Ed25519"):
        secure_filled(form, ["x"], key, None)
