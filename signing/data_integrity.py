"""What all Data Integrity proofs have in common: they stand inside the credential, under `proof`.

The options of a proof are its members without `proofValue`; they are signed with the credential. The functions here
look at the first of several proofs and at those that it builds on (`previousProof`); `signing.proof_set` takes all of
them in turn.

Sources: W3C Verifiable Credential Data Integrity 1.0, "Verify Proof"; W3C Data Integrity EdDSA and ECDSA Cryptosuites.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256, sha384
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature

from signing.absent import without_absent
from signing.binding import demand_text
from signing.canonical import canonicalize
from signing.dataset import RDF, XSD, iri
from signing.document_loader import CREDENTIALS_V2, ContextFinder
from signing.errors import DocumentNotPinnedError, ProofError, UnsafeDocumentError
from signing.json_text import Json, as_text
from signing.keys import Algorithm, SigningKey
from signing.rdfc10 import Digest
from signing.safe_mode import refuse_ambiguous
from signing.secured import SecuredCredential
from signing.timestamps import as_timestamp, possible_ends, possible_moments

Computed = TypeVar("Computed")

MEDIA_TYPE = "application/vc+ld+json"
TYPE = "DataIntegrityProof"
#: The purposes of a proof: of an issuer who asserts a credential, and of a holder who proves to have a key.
ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"
_SECURITY = "https://w3id.org/security#"
_USUAL_OPTIONS = frozenset({"type", "created", "verificationMethod", "cryptosuite", "proofPurpose"})


# --- making a proof --------------------------------------------------------------------------------------------------


def new_options(identifying: Json, credential: Json, key: SigningKey, now: datetime) -> Json:
    """The options of a new proof of the credential; `identifying` are the members that name its type or cryptosuite.

    Raises UnsafeDocumentError for a credential that has a proof already, or that some verifiers would misread.
    """
    if "proof" in credential:
        raise UnsafeDocumentError("the credential has a proof already")
    refuse_ambiguous(credential)
    return options_of(identifying, key.verification_method, now)


def options_of(identifying: Json, verification_method: str, now: datetime) -> Json:
    """The options of a proof made now with the key of that verification method."""
    options = {
        "type": TYPE,
        "created": as_timestamp(now),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    return options | identifying


def with_proof(credential: Json, proof: Json) -> SecuredCredential:
    """The credential with this one proof, as the JSON that is stored, baked and sent."""
    return SecuredCredential(as_text(credential | {"proof": [proof]}), MEDIA_TYPE)


# --- what is hashed --------------------------------------------------------------------------------------------------


def digest_of(algorithm: Algorithm) -> Digest:
    """The hash that goes with a key of the algorithm."""
    return sha384 if algorithm == "P-384" else sha256


def options_text(credential: Json, options: Json, find_context: ContextFinder, digest: Digest) -> str:
    """The canonical N-Quads of the options, read with the contexts of the credential.

    Raises UnsafeDocumentError or DocumentNotPinnedError as `canonicalize` does, and ProofError `malformed` for usual
    options that are not texts.
    """
    contexts = credential.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    # Null is left to JSON-LD, which drops it.
    is_usual = options.keys() == _USUAL_OPTIONS and None not in options.values()
    is_usual = is_usual and options["proofPurpose"] == "assertionMethod"
    if first == CREDENTIALS_V2 and is_usual and options["type"] == TYPE:
        return usual_options_text(options)
    return canonicalize({**options, "@context": contexts}, find_context, digest)


def usual_options_text(options: Json) -> str:
    """The canonical N-Quads of options that have the five usual members; raises as `options_text`.

    The text can be written down without JSON-LD because VCDM 2.0 protects these five terms: no context that follows
    its own in a credential may define them differently.
    """
    created = demand_text(options["created"], "created")
    cryptosuite = demand_text(options["cryptosuite"], "cryptosuite")
    return (
        f'_:c14n0 <http://purl.org/dc/terms/created> "{created}"^^<{XSD}dateTime> .\n'
        f"_:c14n0 <{RDF}type> <{_SECURITY}{TYPE}> .\n"
        f'_:c14n0 <{_SECURITY}cryptosuite> "{cryptosuite}"^^<{_SECURITY}cryptosuiteString> .\n'
        f"_:c14n0 <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .\n"
        f"_:c14n0 <{_SECURITY}verificationMethod> {iri(options['verificationMethod'])} .\n"
    )


# --- checking a proof ------------------------------------------------------------------------------------------------


def recognises(name: str, secured: SecuredCredential) -> bool:
    """Whether the text is JSON that mentions the name of the cryptosuite, in its proof or anywhere else."""
    return secured.text.lstrip().startswith("{") and f'"{name}"' in secured.text


def open_proof(
    identifying: Json, document: Json, now: datetime | None, purpose: str = ASSERTION
) -> tuple[Json, Json]:
    """The credential and its first proof, after the checks that need no computing, of a document that was just read.

    Without `now`, the dates of the proof are not checked. The proofs that this one builds on stay in the credential
    under `proof`, because they are signed with it; all others are removed.
    Raises ProofError `no_proof`, `unknown_proof`, `wrong_purpose`, `malformed`, `proof_expired` or `proof_end_unclear`.
    """
    proofs = proofs_of(document)
    credential = {name: value for name, value in document.items() if name != "proof"}
    if not proofs:
        raise ProofError("no_proof", "the credential has no proof")
    first, *others = proofs
    if not isinstance(first, dict) or any(first.get(name) != value for name, value in identifying.items()):
        raise ProofError("unknown_proof", "the proof is not of a known type")
    if first.get("proofPurpose") != purpose:
        raise ProofError("wrong_purpose", f"the proof is not for {purpose}")
    if now is not None:
        _refuse_expired(first, now)
    ids = previous_proofs(first)
    if ids:
        credential["proof"] = [
            proof for proof in others if isinstance(proof, dict) and proof.get("id") in ids
        ]
        if len(credential["proof"]) != len(ids):
            raise ProofError("malformed", "a proof builds on another one that is not there")
    return credential, first


def proofs_of(document: Json) -> list[Any]:
    """The proofs of a document, written as a list or as one; without null, which is none."""
    proofs = document.get("proof")
    return [proof for proof in (proofs if isinstance(proofs, list) else [proofs]) if proof is not None]


def named_key(proof: Json) -> str:
    """The verification method of a proof; raises ProofError `no_key_named`, or `malformed` for one that is no text."""
    if proof.get("verificationMethod") is None:
        raise ProofError("no_key_named", "the proof does not name its key")
    return demand_text(proof["verificationMethod"], "verificationMethod")


def previous_proofs(proof: Json) -> list[str]:
    """The ids of the proofs that this one builds on; raises ProofError `malformed`."""
    ids = proof.get("previousProof")
    ids = ids if isinstance(ids, list) else [] if ids is None else [ids]
    if not all(isinstance(name, str) for name in ids) or len({*ids}) < len(ids):
        raise ProofError("malformed", "`previousProof` does not name different proofs")
    return ids


def covered(compute: Callable[[], Computed]) -> Computed:
    """What `compute` returns, such as the bytes that are signed.

    Raises ProofError `unpinned_context` or `unsafe` where it finds that a proof would not cover the whole credential.
    """
    try:
        return compute()
    except DocumentNotPinnedError as error:
        raise ProofError("unpinned_context", str(error)) from error
    except UnsafeDocumentError as error:
        raise ProofError("unsafe", str(error)) from error


def demand_signature(verify: Callable[[], None]) -> None:
    """Raises ProofError `bad_signature` where `verify` raises InvalidSignature."""
    try:
        verify()
    except InvalidSignature as error:
        raise ProofError(
            "bad_signature", "the credential is not what was signed, or not with this key"
        ) from error


def _refuse_expired(proof: Json, now: datetime) -> None:
    """Raises ProofError `proof_expired`, or `malformed` where `created` or `expires` is not a timestamp.

    `proof_end_unclear` for an end without a zone that has come in some zones only.
    """
    stated = without_absent({name: proof[name] for name in ("created", "expires") if name in proof})
    try:
        if "created" in stated:
            possible_moments(stated["created"])
        ends = possible_ends(stated["expires"]) if "expires" in stated else None
    except ValueError as error:
        raise ProofError("malformed", "`created` or `expires` of the proof is not a moment") from error
    if ends and ends[1] <= now:
        raise ProofError("proof_expired", "the proof has expired")
    if ends and ends[0] <= now:
        raise ProofError("proof_end_unclear", "`expires` of the proof has no time zone")
