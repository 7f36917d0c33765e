"""Data Integrity with the cryptosuite eddsa-rdfc-2022: the proof stands inside the credential.

Source: W3C Data Integrity EdDSA Cryptosuites v1.0, "eddsa-rdfc-2022".
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signing.binding import demand_text, issuer_id, key_of
from signing.canonical import canonicalize
from signing.checked import Checked
from signing.documents import ContextFinder, find_context
from signing.errors import DocumentNotPinnedError, ProofError, UnsafeDocumentError, UnusableKeyError
from signing.jsontext import as_text, read_object
from signing.keys import KeyFinder, SigningKey
from signing.multibase import base58, from_base58
from signing.screen import refuse_ambiguous
from signing.secured import Json, SecuredCredential
from signing.timestamps import as_timestamp, from_timestamp

NAME = "eddsa-rdfc-2022"
MEDIA_TYPE = "application/vc+ld+json"
_TYPE = "DataIntegrityProof"


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    """The credential with its proof, as compact JSON.

    Raises UnsafeDocumentError or DocumentNotPinnedError for a credential that the proof would not wholly cover.
    """
    if not isinstance(key.private, Ed25519PrivateKey):
        raise UnusableKeyError(f"{NAME} needs an Ed25519 key")
    if "proof" in credential:
        raise UnsafeDocumentError("the credential has a proof already")
    refuse_ambiguous(credential)
    proof = {
        "type": _TYPE,
        "created": as_timestamp(now),
        "verificationMethod": key.verification_method,
        "cryptosuite": NAME,
        "proofPurpose": "assertionMethod",
    }
    signature = key.private.sign(signed_bytes(credential, proof))
    proof["proofValue"] = "z" + base58(signature)
    return SecuredCredential(as_text(credential | {"proof": [proof]}), MEDIA_TYPE)


def recognises(secured: SecuredCredential) -> bool:
    return secured.text.lstrip().startswith("{") and f'"{NAME}"' in secured.text


def check(secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> Checked:
    credential = read_object(secured.text)
    proof = _our_proof(credential.pop("proof", None))
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofError("wrong_purpose", "the proof does not assert the credential")
    _refuse_expired(proof, now)
    signature = _signature(proof.pop("proofValue", None))
    method = demand_text(proof.get("verificationMethod"), "verificationMethod")
    try:
        signed = signed_bytes(credential, proof)
    except DocumentNotPinnedError as error:
        raise ProofError("unpinned_context", str(error)) from error
    except UnsafeDocumentError as error:
        raise ProofError("unsafe", str(error)) from error
    # The key last: it may come over the network, which a malformed credential is not worth.
    found = key_of(find_key, method, issuer_id(credential), "Ed25519", now)
    _verify(found.public, signature, signed)
    return Checked(credential=credential, proof_name=NAME, verification_method=found)


def signed_bytes(credential: Json, proof: Json, find_context: ContextFinder = find_context) -> bytes:
    """The 64 bytes that are signed: SHA-256 of the proof's options, then of the credential, both canonical.

    The options are read with the contexts of the credential, whatever context the proof may name.
    """
    options = {"@context": credential.get("@context")} | {
        name: value for name, value in proof.items() if name not in ("@context", "proofValue")
    }
    return b"".join(
        sha256(canonicalize(part, find_context).encode()).digest() for part in (options, credential)
    )


def _our_proof(proofs: Any) -> Json:
    """The first proof of this suite: of a set of proofs, one that holds is enough."""
    if not proofs:
        raise ProofError("no_proof", "the credential has no proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if isinstance(proof, dict) and proof.get("type") == _TYPE and proof.get("cryptosuite") == NAME:
            if "previousProof" in proof:
                raise ProofError("unknown_proof", "proofs that build on one another are not known here")
            return proof
    raise ProofError("unknown_proof", "none of the proofs is of a known type")


def _refuse_expired(proof: Json, now: datetime) -> None:
    """A proof may say when it was made, and when it ends; what it says must be a moment."""
    try:
        moments = {name: from_timestamp(proof[name]) for name in ("created", "expires") if name in proof}
    except ValueError as error:
        raise ProofError("malformed", "`created` or `expires` of the proof is not a moment") from error
    if "expires" in moments and moments["expires"] <= now:
        raise ProofError("proof_expired", "the proof has expired")


def _signature(value: Any) -> bytes:
    text = demand_text(value, "proofValue")
    try:
        signature = from_base58(text.removeprefix("z")) if text.startswith("z") else b""
    except ValueError as error:
        raise ProofError("malformed", "`proofValue` is not base58") from error
    if len(signature) != 64:
        raise ProofError("malformed", "`proofValue` is not a signature")
    return signature


def _verify(public: object, signature: bytes, signed: bytes) -> None:
    try:
        if not isinstance(public, Ed25519PublicKey):
            raise InvalidSignature
        public.verify(signature, signed)
    except InvalidSignature as error:
        raise ProofError(
            "bad_signature", "the credential is not what was signed, or not with this key"
        ) from error
