"""Data Integrity with the cryptosuite ecdsa-sd-2023: the holder may show a part of the credential, still signed.

The issuer signs a base proof, for the holder alone. From it the holder derives a credential with what a verifier is to
see; some parts, such as who issued it and when it ends, are in every derived one.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "ecdsa-sd-2023".
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from signing import cbor, data_integrity
from signing.binding import demand_text, issuer_id, key_of
from signing.canonical import statements
from signing.data_integrity import (
    TYPE,
    covered,
    demand_signature,
    new_options,
    opened,
    options_text,
    with_proof,
)
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import Json
from signing.keys import KeyFinder, SigningKey, as_multicodec, from_multicodec, generate
from signing.multibase import base64url, from_base64url
from signing.rdfc10 import canonical_labels, nquads
from signing.secured import SecuredCredential
from signing.selection import Grouped, select
from signing.signatures import LENGTHS, sign, verify
from signing.verified_proof import VerifiedProof

NAME = "ecdsa-sd-2023"
NAMES = {"type": TYPE, "cryptosuite": NAME}
#: Shown to every verifier, where the credential has it: without these a part could be taken for something else.
MANDATORY = (
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/credentialStatus",
    "/credentialSubject/type",
    "/credentialSubject/achievement/id",
    "/credentialSubject/achievement/type",
    "/credentialSubject/achievement/name",
)
_BASE, _DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
_LABEL = re.compile(r"_:c14n([0-9]+)")
_KEY_BYTES = 35
_LABEL_BYTES = 32
MAX_STATEMENTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What a base proof holds."""

    signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: list[bytes]
    mandatory: list[str]


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    """The credential with its base proof, of which MANDATORY and the status of each result are always shown."""
    return secure_with(credential, key, now, mandatory_of(credential))


def mandatory_of(credential: Json) -> tuple[str, ...]:
    results = (credential.get("credentialSubject") or {}).get("result", [])
    states = (f"/credentialSubject/result/{place}/status" for place, _ in enumerate(results))
    return tuple(pointer for pointer in (*MANDATORY, *states) if _is_there(credential, pointer))


def secure_with(
    credential: Json,
    key: SigningKey,
    now: datetime,
    mandatory: Sequence[str],
    find_context: ContextFinder = find_context,
) -> SecuredCredential:
    """With a base proof; raises UnsafeDocumentError, also for a pointer to nothing."""
    if key.algorithm != "P-256":
        raise UnusableKeyError(f"{NAME} needs a key of P-256")
    options = new_options(NAMES, credential, key, now)
    hmac_key = secrets.token_bytes(32)
    # Each statement is signed by a key that is used for this one credential, and then forgotten.
    passing = generate("P-256")
    grouped = Grouped(credential, _labels_by(hmac_key), find_context)
    shown = {*grouped.numbers(mandatory)}
    signatures = [
        sign(passing, line.encode()) for number, line in enumerate(grouped.lines) if number not in shown
    ]
    public_key = as_multicodec(passing.public_key())
    lines = [grouped.lines[number] for number in sorted(shown)]
    signature = sign(key.private, _signed(credential, options, public_key, lines, find_context))
    value = [signature, public_key, hmac_key, signatures, list(mandatory)]
    return with_proof(credential, options | {"proofValue": _written(_BASE, value)})


def derive(
    secured: SecuredCredential, pointers: Iterable[str], find_context: ContextFinder = find_context
) -> SecuredCredential:
    """What a verifier is to see of a credential with a base proof: the parts at the pointers and the mandatory ones.

    Raises ProofError for a credential without a base proof, UnsafeDocumentError for a pointer to nothing.
    """
    credential, proof = opened(NAMES, secured, None)
    base = _read_base(proof)
    chosen = tuple(pointers)
    grouped = Grouped(credential, _labels_by(base.hmac_key), find_context)
    mandatory, selective = {*grouped.numbers(base.mandatory)}, {*grouped.numbers(chosen)}
    combined = sorted(mandatory | selective)
    unsigned = [number for number in range(len(grouped.lines)) if number not in mandatory]
    if len(unsigned) != len(base.signatures):
        raise ProofError("malformed", "the base proof is of another credential")
    signatures = [
        signature for number, signature in zip(unsigned, base.signatures, strict=True) if number in selective
    ]
    everything = (*base.mandatory, *chosen)
    labels = canonical_labels(grouped.quads(everything))
    label_map = {
        int(label.removeprefix("_:c14n")): from_base64url(grouped.labels[blank].removeprefix("_:u"))
        for blank, label in labels.items()
    }
    places = [place for place, number in enumerate(combined) if number in mandatory]
    value = [base.signature, base.public_key, signatures, dict(sorted(label_map.items())), places]
    return with_proof(select(credential, everything), proof | {"proofValue": _written(_DERIVED, value)})


def recognises(secured: SecuredCredential) -> bool:
    return data_integrity.recognises(NAME, secured)


def check(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder = find_context
) -> VerifiedProof:
    """Only derived proofs are checked: a base proof is between issuer and holder, and tells a verifier too much."""
    credential, proof = opened(NAMES, secured, now)
    if "proof" in credential:
        raise ProofError("unknown_proof", "a proof of this type builds on no other")
    signature, public_key, signatures, label_map, mandatory = _read_derived(proof)
    method = demand_text(proof.get("verificationMethod"), "verificationMethod")
    lines: list[str] = []

    def signed() -> bytes:
        lines.extend(_labelled(credential, label_map, find_context))
        if not all(place < len(lines) for place in mandatory):
            raise ProofError("malformed", "the proof speaks of statements that are not there")
        shown = [lines[place] for place in mandatory]
        return _signed(credential, proof, public_key, shown, find_context)

    data = covered(signed)
    others = [line for place, line in enumerate(lines) if place not in {*mandatory}]
    if len(others) != len(signatures):
        raise ProofError("bad_signature", "not each statement of the credential is signed")
    found = key_of(find_key, method, issuer_id(credential), "P-256", now)
    demand_signature(lambda: verify(found.public, signature, data))
    passing = _passing_key(public_key)
    for line, one in zip(others, signatures, strict=True):
        demand_signature(lambda one=one, line=line: verify(passing, one, line.encode()))  # type: ignore[misc]
    return VerifiedProof(credential=credential, proof_name=NAME, verification_method=found)


# --- what is signed --------------------------------------------------------------------------------------------------


def _signed(
    credential: Json, proof: Json, public_key: bytes, mandatory: list[str], find_context: ContextFinder
) -> bytes:
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    text = options_text(credential, options, find_context, sha256)
    shown = sha256("".join(mandatory).encode()).digest()
    return sha256(text.encode()).digest() + public_key + shown


def _labels_by(hmac_key: bytes) -> Any:
    """Labels that do not tell how many nodes there were before them."""
    return lambda label: f"_:u{base64url(hmac.digest(hmac_key, label.encode(), 'sha256'))}"


def _labelled(credential: Json, label_map: dict[int, bytes], find_context: ContextFinder) -> list[str]:
    quads = statements(credential, find_context)
    if len(quads) > MAX_STATEMENTS:
        raise UnsafeDocumentError("the document says too much")
    labels = {}
    for blank, canonical in canonical_labels(quads).items():
        found = _LABEL.fullmatch(canonical)
        if found is None or int(found[1]) not in label_map:
            raise ProofError("malformed", "the proof has no label for a node of the credential")
        labels[blank] = f"_:u{base64url(label_map[int(found[1])])}"
    return nquads(quads, labels)


# --- how it is written -----------------------------------------------------------------------------------------------


def _written(head: bytes, value: list[Any]) -> str:
    return "u" + base64url(head + cbor.encode(value))


def _read(proof: Json, head: bytes, parts: int) -> list[Any]:
    text = demand_text(proof.get("proofValue"), "proofValue")
    try:
        data = from_base64url(text[1:]) if text.startswith("u") else b""
        value = cbor.decode(data.removeprefix(head)) if data.startswith(head) else None
    except ValueError as error:
        raise ProofError("malformed", "`proofValue` is damaged") from error
    if data.startswith(_BASE) and head == _DERIVED:
        raise ProofError(
            "unknown_proof", "this proof is for the holder, who derives one for a verifier from it"
        )
    if not isinstance(value, list) or len(value) != parts:
        raise ProofError("malformed", "`proofValue` is not of its form")
    return value


def _read_base(proof: Json) -> _Base:
    match _read(proof, _BASE, 5):
        case [bytes(signature), bytes(public_key), bytes(hmac_key), list(signatures), list(mandatory)] if (
            _are_signatures([signature, *signatures])
            and len(public_key) == _KEY_BYTES
            and len(hmac_key) == 32
            and all(isinstance(pointer, str) for pointer in mandatory)
        ):
            return _Base(
                signature=signature,
                public_key=public_key,
                hmac_key=hmac_key,
                signatures=signatures,
                mandatory=mandatory,
            )
    raise ProofError("malformed", "`proofValue` is not of its form")


def _read_derived(proof: Json) -> tuple[bytes, bytes, list[bytes], dict[int, bytes], list[int]]:
    match _read(proof, _DERIVED, 5):
        case [bytes(signature), bytes(public_key), list(signatures), dict(label_map), list(mandatory)] if (
            _are_signatures([signature, *signatures])
            and len(public_key) == _KEY_BYTES
            and all(isinstance(place, int) for place in mandatory)
            and mandatory == sorted({*mandatory})
            and all(isinstance(label, int) for label in label_map)
            and all(isinstance(name, bytes) and len(name) == _LABEL_BYTES for name in label_map.values())
            and len({*label_map.values()}) == len(label_map)
        ):
            return signature, public_key, signatures, label_map, mandatory
    raise ProofError("malformed", "`proofValue` is not of its form")


def _are_signatures(values: list[Any]) -> bool:
    return all(isinstance(value, bytes) and len(value) == LENGTHS["P-256"] for value in values)


def _passing_key(data: bytes) -> EllipticCurvePublicKey:
    try:
        public = from_multicodec(data)
    except (UnusableKeyError, ValueError) as error:
        raise ProofError("malformed", "the key of the proof is damaged") from error
    if not isinstance(public, EllipticCurvePublicKey):
        raise ProofError("malformed", "the key of the proof is of another kind")
    return public


def _is_there(credential: Json, pointer: str) -> bool:
    try:
        select(credential, [pointer])
    except UnsafeDocumentError:
        return False
    return True
