"""The `proofValue` of ecdsa-sd-2023: a header of three bytes, then an array in CBOR, as multibase base64url.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "serializeBaseProofValue" and "serializeDerivedProofValue".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from signing import cbor
from signing.binding import demand_text
from signing.errors import ProofError, UnusableKeyError
from signing.json_text import Json
from signing.keys import from_multicodec
from signing.multibase import base64url, from_base64url
from signing.signatures import LENGTHS

_BASE_HEADER, _DERIVED_HEADER = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
_MEMBERS = 5
_PUBLIC_KEY_BYTES = 35
_HMAC_KEY_BYTES = 32
_LABEL_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseProof:
    """What the issuer signs for the holder.

    `signature` is the issuer's, over the mandatory statements. `signatures` are one for each other statement, in the
    order of the statements, under `public_key`: the proof-scoped key, as the bytes of a Multikey. `hmac_key` makes the
    labels of blank nodes. `mandatory` are JSON pointers to what every verifier sees.
    """

    signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: list[bytes]
    mandatory: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedProof:
    """What the holder derives from a base proof for a verifier, without the `hmac_key`.

    `signatures` are those of the disclosed statements that are not mandatory. `label_map` gives the HMAC of each blank
    node by the number of its canonical label (`c14n0`). `mandatory` are the indexes of the mandatory statements among
    those disclosed.
    """

    signature: bytes
    public_key: bytes
    signatures: list[bytes]
    label_map: dict[int, bytes]
    mandatory: list[int]


def base_proof_value(proof: BaseProof) -> str:
    value = [proof.signature, proof.public_key, proof.hmac_key, proof.signatures, proof.mandatory]
    return _encoded(_BASE_HEADER, value)


def derived_proof_value(proof: DerivedProof) -> str:
    value = [proof.signature, proof.public_key, proof.signatures, proof.label_map, proof.mandatory]
    return _encoded(_DERIVED_HEADER, value)


def read_base_proof(proof: Json) -> BaseProof:
    """The base proof in `proofValue`; raises ProofError `malformed`."""
    match _decoded(proof, _BASE_HEADER):
        case [bytes(signature), bytes(public_key), bytes(hmac_key), list(signatures), list(mandatory)] if (
            _are_signatures([signature, *signatures])
            and len(public_key) == _PUBLIC_KEY_BYTES
            and len(hmac_key) == _HMAC_KEY_BYTES
            and all(isinstance(pointer, str) for pointer in mandatory)
        ):
            return BaseProof(
                signature=signature,
                public_key=public_key,
                hmac_key=hmac_key,
                signatures=signatures,
                mandatory=mandatory,
            )
    raise ProofError("malformed", "`proofValue` is not of its form")


def read_derived_proof(proof: Json) -> DerivedProof:
    """The derived proof in `proofValue`; raises ProofError `malformed`, and `unknown_proof` for a base proof."""
    match _decoded(proof, _DERIVED_HEADER):
        case [bytes(signature), bytes(public_key), list(signatures), dict(label_map), list(mandatory)] if (
            _are_signatures([signature, *signatures])
            and len(public_key) == _PUBLIC_KEY_BYTES
            and all(isinstance(index, int) for index in mandatory)
            and mandatory == sorted({*mandatory})
            and _is_label_map(label_map)
        ):
            return DerivedProof(
                signature=signature,
                public_key=public_key,
                signatures=signatures,
                label_map=label_map,
                mandatory=mandatory,
            )
    raise ProofError("malformed", "`proofValue` is not of its form")


def read_proof_key(data: bytes) -> EllipticCurvePublicKey:
    """The proof-scoped public key of a Multikey's bytes; raises ProofError `malformed`."""
    try:
        public = from_multicodec(data)
    except (UnusableKeyError, ValueError) as error:
        raise ProofError("malformed", "the key of the proof is damaged") from error
    if not isinstance(public, EllipticCurvePublicKey):
        raise ProofError("malformed", "the key of the proof is of another kind")
    return public


def _encoded(header: bytes, value: list[Any]) -> str:
    return "u" + base64url(header + cbor.encode(value))


def _decoded(proof: Json, header: bytes) -> list[Any]:
    text = demand_text(proof.get("proofValue"), "proofValue")
    try:
        data = from_base64url(text[1:]) if text.startswith("u") else b""
        value = cbor.decode(data.removeprefix(header)) if data.startswith(header) else None
    except ValueError as error:
        raise ProofError("malformed", "`proofValue` is damaged") from error
    if data.startswith(_BASE_HEADER) and header == _DERIVED_HEADER:
        raise ProofError(
            "unknown_proof", "this proof is for the holder, who derives one for a verifier from it"
        )
    if not isinstance(value, list) or len(value) != _MEMBERS:
        raise ProofError("malformed", "`proofValue` is not of its form")
    return value


def _are_signatures(values: list[Any]) -> bool:
    return all(isinstance(value, bytes) and len(value) == LENGTHS["P-256"] for value in values)


def _is_label_map(label_map: dict[Any, Any]) -> bool:
    """Whether each number has a label of its own: two nodes of one label would be one."""
    labels = label_map.values()
    return (
        all(isinstance(number, int) for number in label_map)
        and all(isinstance(label, bytes) and len(label) == _LABEL_BYTES for label in labels)
        and len({*labels}) == len(label_map)
    )
