"""Made-up and mutated input: each text gets an answer or the documented error. `make fuzz` runs these for long."""

from __future__ import annotations

import copy
import json
import zlib
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from signing import cbor, status
from signing.canonical import canonicalize
from signing.compiled.compiler import compile_form, differing_paths
from signing.did import did_jwk, find_key
from signing.did_document import did_document
from signing.errors import (
    DocumentNotPinnedError,
    KeyNotFoundError,
    ProofError,
    StatusListError,
    UncompilableError,
    UnsafeDocumentError,
)
from signing.jcs import canonical_json
from signing.json_text import as_text, read_object
from signing.keys import SigningKey, VerificationMethod, generate, jwk
from signing.multibase import base64url, from_base58, from_base64url
from signing.proofs import PROOFS, check, ecdsa_sd_2023
from signing.sd_jwt.disclosure import digest_of
from signing.sd_jwt.issuing import issue
from signing.sd_jwt.processing import processed
from signing.secured import SecuredCredential
from tests.amounts import FUZZ

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
RIGA = "did:web:badges.riga.example"
PAGE = "https://badges.riga.example/.well-known/did.json"
KINDS = ("Ed25519", "P-256", "P-384", "RSA")
ALGORITHMS = {
    "vc-jwt": "P-256",
    "vc-jwt-es384": "P-384",
    "vc-jwt-rs256": "RSA",
    "vc-jwt-eddsa": "Ed25519",
    "sd-jwt": "P-256",
    "sd-jwt-es384": "P-384",
    "sd-jwt-rs256": "RSA",
    "ecdsa-rdfc-2019": "P-384",
    "ecdsa-jcs-2019": "P-256",
    "ecdsa-sd-2023": "P-256",
}
FUZZED = settings(max_examples=FUZZ, deadline=None, database=None, suppress_health_check=list(HealthCheck))
CREDENTIAL: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ],
    "id": "urn:uuid:0c9a7c1e-5b0e-4b7e-8d2b-0f5a3a8f2b02",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": RIGA, "type": ["Profile"], "name": "Rīgas koledža"},
    "validFrom": "2026-02-03T04:05:06Z",
    "name": "Data literacy",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": "Anna", "identityType": "name"}
        ],
        "creditsEarned": 2.5,
        "achievement": {
            "id": "urn:uuid:5c5b2a0c-7d6b-4e67-9c41-6f0f6e6d0101",
            "type": ["Achievement"],
            "name": "Data literacy",
            "description": "Reads data.",
            "criteria": {"narrative": "Pass the test."},
            "tag": ["x", "y"],
        },
        "result": [{"type": ["Result"], "value": "A"}, {"type": ["Result"], "value": "B"}],
    },
}
#: What attacks are made of, beside chance.
WORDS = [
    "@context", "@graph", "@id", "@type", "@value", "@list", "@set", "@included", "@reverse", "id", "type", "name",
    "proof", "proofValue", "previousProof", "cryptosuite", "issuer", "validFrom", "credentialSubject", "vc", "iss",
    "alg", "kid", "jwk", "crit", "d", "verificationMethod", "assertionMethod", "publicKeyJwk", "publicKeyMultibase",
    "keys", "kty", "controller", "expires", "revoked", RIGA, f"{RIGA}#Ed25519", "did:jwk:e30", "none", "HS256", "ES256",
    "RS256", "_sd", "...", "_sd_alg", "cnf", "vct", "vc+sd-jwt", "DataIntegrityProof", *PROOFS, "_:b0",
    "urn:x", "2026-02-03T04:05:06Z",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(WORDS)
    | st.sampled_from(["\ud800", "\x00", "\u2028", "z" * 600, "u" + "A" * 600, 10**400])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=20,
)


@cache
def keys() -> dict[str, SigningKey]:
    return {
        kind: SigningKey(verification_method=f"{RIGA}#{kind}", kid=kind, private=generate(kind))  # type: ignore[arg-type]
        for kind in KINDS
    }


@cache
def page() -> bytes:
    methods = [
        VerificationMethod(id=key.verification_method, controller=RIGA, public=key.public)
        for key in keys().values()
    ]
    return json.dumps(did_document(RIGA, methods)).encode()


def fetch(url: str) -> bytes:
    if url != PAGE:
        raise OSError("nothing is there")
    return page()


def found(method: str, issuer_id: str) -> VerificationMethod:
    return find_key(method, issuer_id, fetch)


@cache
def secured(name: str) -> str:
    text = PROOFS[name].secure(CREDENTIAL, keys()[ALGORITHMS.get(name, "Ed25519")], NOW).text
    if name == ecdsa_sd_2023.NAME:
        return ecdsa_sd_2023.derive(SecuredCredential(text, ""), ["/name", "/credentialSubject/result"]).text
    return text


def is_answered(text: str) -> bool:
    """Whether the text holds; whatever else it is, it is refused with a code."""
    try:
        checked = check(SecuredCredential(text, ""), found, NOW)
    except ProofError as error:
        assert error.code
        return False
    assert checked.verification_method.controller == RIGA
    return True


@pytest.mark.parametrize("name", PROOFS)
def test_what_is_mutated_below_holds_unchanged(name):
    assert is_answered(secured(name))


@given(document=JSON, text=st.text(max_size=50), name=st.sampled_from([*PROOFS]))
@example(document={}, text="[" * 100_000, name="vc-jwt")
@example(document={}, text='{"a":' * 10_000, name="vc-jwt")
@FUZZED
def test_nothing_made_up_holds(document, text, name):
    assert not is_answered(text)
    for made_up in (document, {"proof": document, "x": name}, CREDENTIAL | {"proof": document, "x": name}):
        try:
            written = json.dumps(made_up)
        except ValueError:
            return
        assert not is_answered(written)


@given(data=st.data(), name=st.sampled_from([*PROOFS]))
@FUZZED
def test_a_letter_changed_is_refused_or_changes_nothing(data, name):
    text = secured(name)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters() | st.sampled_from('"{}[]\\,:. \n'))
    cut = data.draw(st.sampled_from([0, 1, 2, 50]))
    changed = text[:at] + letter + text[at + cut :]
    if is_answered(changed):
        one, other = (stated(read(part)) for part in (changed, text))
        assert one == other


def read(text: str) -> Any:
    """The credential alone, as Python's own reader has it."""
    if text.lstrip().startswith("{"):
        document = json.loads(text)
        document.pop("proof", None)
        return document
    return json.loads(from_base64url(text.split(".")[1]))


def stated(value: Any) -> Any:
    """What the statements of a credential do not tell apart is one: a list of one part and the part."""
    if isinstance(value, dict):
        return {name: stated(part) for name, part in value.items() if name != "@context"}
    if isinstance(value, list):
        return stated(value[0]) if len(value) == 1 else sorted(map(stated, value), key=repr)
    return value


@given(data=st.data(), value=JSON, name=st.sampled_from([name for name in PROOFS if "jwt" not in name]))
@FUZZED
def test_a_part_of_the_proof_replaced_is_refused_or_changes_nothing(data, value, name):
    document = json.loads(secured(name))
    proof = document["proof"][0]
    proof[data.draw(st.sampled_from([*proof, "previousProof", "expires", "@context", "id", "nonce"]))] = value
    try:
        written = json.dumps(document)
    except ValueError:
        return
    if is_answered(written):
        # Nothing that decides may have changed; a suite for JSON signs what it does not understand, too.
        assert (
            json.loads(written)["proof"][0]["proofValue"]
            == json.loads(secured(name))["proof"][0]["proofValue"]
        )


@given(
    header=st.dictionaries(st.sampled_from(WORDS), JSON, max_size=4),
    payload=JSON,
    rest=st.binary(max_size=70),
)
@FUZZED
def test_no_header_makes_a_token_hold(header, payload, rest):
    try:
        parts = [
            json.dumps(part).encode() for part in ({"alg": "ES256", "kid": f"{RIGA}#P-256"} | header, payload)
        ]
    except ValueError:
        return
    assert not is_answered(".".join(base64url(part) for part in (*parts, rest)))


@cache
def shown_in_part() -> tuple[str, str]:
    """An SD-JWT whose holder may leave out three parts, and one of the same credential with other salts."""
    paths = [
        ("name",),
        ("credentialSubject", "identifier", 0),
        ("credentialSubject", "achievement", "tag", 1),
    ]
    one, other = (issue(CREDENTIAL, "vc+sd-jwt", paths, keys()["P-256"]).text for _ in range(2))
    return one, other


@given(data=st.data(), made_up=JSON)
@FUZZED
def test_nothing_is_disclosed_that_was_not_signed(data, made_up):
    jwt, *disclosures = (part for part in shown_in_part()[0].split("~") if part)
    try:
        forged = base64url(json.dumps(made_up).encode())
    except ValueError:
        return
    choices = [*disclosures, *shown_in_part()[1].split("~")[1:], forged]
    shown = data.draw(st.lists(st.sampled_from(choices), max_size=6))
    is_genuine = len({*shown}) == len(shown) and {*shown} <= {*disclosures}
    assert is_answered("~".join((jwt, *shown, ""))) == is_genuine


@given(payload=JSON, disclosures=st.lists(JSON, max_size=3))
@example(payload={"_sd_alg": "sha-512"}, disclosures=[])
@FUZZED
def test_no_payload_and_no_disclosure_breaks_the_reading_of_an_sd_jwt(payload, disclosures):
    try:
        texts = [base64url(json.dumps(one).encode()) for one in disclosures]
    except ValueError:
        return
    digests = {"_sd": [digest_of(text) for text in texts]}
    payload = payload | digests if isinstance(payload, dict) else digests | {"x": payload}
    try:
        shown = processed(payload, tuple(texts))
    except ProofError as error:
        assert error.code in ("malformed", "foreign_disclosure", "wrong_algorithm")
    else:
        assert not {"_sd", "...", "_sd_alg"} & shown.claims.keys()


@given(document=JSON, fragment=st.sampled_from(["", "#Ed25519", "#0", "#k"]))
@FUZZED
def test_no_page_breaks_the_search_for_a_key(document, fragment):
    pages = {
        PAGE: {"id": RIGA, "verificationMethod": document, "assertionMethod": document},
        "https://riga.example/k": document,
        "https://riga.example/.well-known/jwks.json": {"keys": document},
    }

    def answer(url: str) -> bytes:
        return json.dumps(pages[url]).encode()

    for address in (RIGA, "https://riga.example/k", "did:jwk:" + base64url(repr(document).encode())):
        for issuer in (RIGA, "https://riga.example/issuer"):
            try:
                find_key(address + fragment, issuer, answer)
            except KeyNotFoundError:
                continue


@given(part=st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "d"]), SCALARS))
@FUZZED
def test_no_jwk_breaks_the_search_for_a_key(part):
    for kind in KINDS:
        changed = jwk(keys()[kind].public, "k") | part
        try:
            did = did_jwk(changed)
            find_key(did, did, fetch)
        except (KeyNotFoundError, ValueError):
            continue


@given(data=st.binary(max_size=200))
@example(data=b"\x9b" + b"\xff" * 8)
@example(data=b"\x81" * 5_000)
@FUZZED
def test_no_bytes_break_the_decoders(data):
    for reader in (cbor.decode, lambda part: from_base58(part.decode("latin-1")), from_text):
        try:
            reader(data)
        except ValueError:
            continue


def from_text(data: bytes) -> bytes:
    return from_base64url(data.decode("latin-1"))


@given(data=st.binary(max_size=300), cut=st.integers(0, 40))
@example(data=bytes(6_000_000), cut=0)
@FUZZED
def test_a_status_list_unpacks_or_is_refused(data, cut):
    packed = zlib.compress(data, wbits=31)
    for content in (data, packed, packed[: len(packed) - cut], packed + data[:cut]):
        try:
            assert len(status.decode("u" + base64url(content))) <= status.MAX_BYTES
        except StatusListError:
            continue


@given(document=st.dictionaries(st.text(), JSON, max_size=5))
@FUZZED
def test_what_we_write_is_read_as_it_was_meant(document):
    try:
        text = as_text(document)
    except ValueError:
        return  # NaN
    assert json.loads(text) == document
    assert not {*"&<>"} & {*text}
    assert text.isascii()
    try:
        assert read_object(text) == document
        assert json.loads(canonical_json(document), parse_int=float) == document
    except (ProofError, UnsafeDocumentError):
        return


@given(data=st.data(), value=SCALARS.filter(lambda value: not isinstance(value, float) or isfinite(value)))
@FUZZED
def test_a_compiled_form_gives_what_the_general_path_gives(data, value):
    leaves = [
        ("name",), ("id",), ("validFrom",), ("issuer", "id"), ("issuer", "name"),
        ("credentialSubject", "creditsEarned"), ("credentialSubject", "result", 0, "value"),
        ("credentialSubject", "result", 1, "value"), ("credentialSubject", "identifier", 0, "identityHash"),
        ("credentialSubject", "achievement", "id"), ("credentialSubject", "achievement", "tag", 0),
        ("credentialSubject", "achievement", "criteria", "narrative"),
    ]  # fmt: skip
    changed = copy.deepcopy(CREDENTIAL)
    paths = data.draw(st.sets(st.sampled_from(leaves), min_size=1, max_size=3))
    for path in paths:
        at: Any = changed
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
    form = form_of(frozenset(paths))
    try:
        values = form.values(changed)
    except UnicodeEncodeError:
        values = None
    if values is None:
        slots = differing_paths(CREDENTIAL, changed)
        assert slots is None or not slots <= paths or isinstance(value, str) is False
        return
    try:
        general = canonicalize(changed)
    except (UnsafeDocumentError, DocumentNotPinnedError):
        with pytest.raises((UnsafeDocumentError, DocumentNotPinnedError)):
            form.canonical(values)
        return
    try:
        assert form.canonical(values).decode() == general
    except UnsafeDocumentError:
        return  # Stricter with what we sign than with what others signed.


@cache
def form_of(paths: frozenset[Any]) -> Any:
    return compile_form(CREDENTIAL, sorted(paths, key=str))


def test_a_slot_that_cannot_be_one_is_refused():
    with pytest.raises(UncompilableError):
        compile_form(CREDENTIAL, [("type", 0)])
