"""Data Integrity: what all proofs that stand inside a credential have in common.

A suite says how its proofs name themselves, which keys they take, and which two texts are hashed and signed: the
options of the proof, and the credential. Of several proofs in a credential the functions here see the first alone, and
those that it builds on; `signing.proofs` looks at each in its turn.

Sources: W3C Verifiable Credential Data Integrity 1.0, "Verify Proof"; W3C Data Integrity EdDSA and ECDSA Cryptosuites.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256, sha384
from typing import Any

from cryptography.exceptions import InvalidSignature

from signing.binding import demand_text, issuer_id, key_of
from signing.canonical import canonicalize
from signing.dataset import RDF, XSD, iri
from signing.document_loader import CREDENTIALS_V2, ContextFinder, find_context
from signing.errors import DocumentNotPinnedError, ProofError, UnsafeDocumentError, UnusableKeyError
from signing.jcs import canonical_json
from signing.json_text import Json, as_text, read_object
from signing.keys import Algorithm, KeyFinder, SigningKey
from signing.multibase import base58, from_base58
from signing.rdfc10 import Digest
from signing.safe_mode import refuse_ambiguous
from signing.secured import SecuredCredential
from signing.signatures import LENGTHS, sign, verify
from signing.timestamps import as_timestamp, from_timestamp
from signing.verified_proof import VerifiedProof

MEDIA_TYPE = "application/vc+ld+json"
TYPE = "DataIntegrityProof"
_SECURITY = "https://w3id.org/security#"
_USUAL_OPTIONS = frozenset({"type", "created", "verificationMethod", "cryptosuite", "proofPurpose"})

#: The options of a proof and the credential, each as the text that is hashed.
Texts = Callable[[Json, Json, ContextFinder, Digest], tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """`names` are the members with which a proof says that it is of this suite."""

    name: str
    names: Json
    algorithms: tuple[Algorithm, ...]
    texts: Texts
    repeats_context: bool = False


def digest_of(algorithm: Algorithm) -> Digest:
    return sha384 if algorithm == "P-384" else sha256


def secure(suite: Suite, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    """The credential with its proof, as compact JSON.

    Raises UnsafeDocumentError or DocumentNotPinnedError for a credential that the proof would not wholly cover.
    """
    if key.algorithm not in suite.algorithms:
        raise UnusableKeyError(f"{suite.name} needs a key of {' or '.join(suite.algorithms)}")
    proof = new_options(suite.names, credential, key, now)
    if suite.repeats_context:
        proof["@context"] = credential["@context"]
    signature = sign(key.private, signed_bytes(suite, credential, proof, key.algorithm))
    return with_proof(credential, proof | {"proofValue": "z" + base58(signature)})


def new_options(names: Json, credential: Json, key: SigningKey, now: datetime) -> Json:
    """The proof without its value; raises UnsafeDocumentError for a credential that cannot have one."""
    if "proof" in credential:
        raise UnsafeDocumentError("the credential has a proof already")
    refuse_ambiguous(credential)
    return options_of(names, key.verification_method, now)


def options_of(names: Json, verification_method: str, now: datetime) -> Json:
    options = {
        "type": TYPE,
        "created": as_timestamp(now),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    return options | names


def with_proof(credential: Json, proof: Json) -> SecuredCredential:
    return SecuredCredential(as_text(credential | {"proof": [proof]}), MEDIA_TYPE)


def recognises(name: str, secured: SecuredCredential) -> bool:
    return secured.text.lstrip().startswith("{") and f'"{name}"' in secured.text


def check(
    suite: Suite, secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder
) -> VerifiedProof:
    credential, proof = opened(suite.names, secured, now)
    previous = credential.pop("proof", [])
    signature, algorithm = _signature(suite, proof.pop("proofValue", None))
    method = demand_text(proof.get("verificationMethod"), "verificationMethod")
    if suite.repeats_context and proof.get("@context", credential.get("@context")) != credential.get(
        "@context"
    ):
        raise ProofError("unsafe", "the credential has contexts that its proof does not cover")
    document = credential | ({"proof": previous} if previous else {})
    signed = covered(lambda: signed_bytes(suite, document, proof, algorithm, find_context))
    # The key last: it may come over the network, which a malformed credential is not worth.
    found = key_of(find_key, method, issuer_id(credential), algorithm, now)
    demand_signature(lambda: verify(found.public, signature, signed))
    return VerifiedProof(credential=credential, proof_name=suite.name, verification_method=found)


def opened(names: Json, secured: SecuredCredential, now: datetime | None) -> tuple[Json, Json]:
    """The credential and its first proof, with all that can be said before anything is computed.

    Without `now` nothing is asked of its time. Where that proof builds on others, they stay in the credential under
    `proof`: they are signed with it.
    """
    credential = read_object(secured.text)
    proofs = credential.pop("proof", None)
    if not proofs:
        raise ProofError("no_proof", "the credential has no proof")
    first, *others = proofs if isinstance(proofs, list) else [proofs]
    if not isinstance(first, dict) or any(first.get(name) != value for name, value in names.items()):
        raise ProofError("unknown_proof", "the proof is not of a known type")
    if first.get("proofPurpose") != "assertionMethod":
        raise ProofError("wrong_purpose", "the proof does not assert the credential")
    if now is not None:
        _refuse_expired(first, now)
    if "previousProof" in first:
        named = previous_of(first)
        credential["proof"] = [
            proof for proof in others if isinstance(proof, dict) and proof.get("id") in named
        ]
        if len(credential["proof"]) != len(named):
            raise ProofError("malformed", "a proof builds on another one that is not there")
    return credential, first


def previous_of(proof: Json) -> list[str]:
    """The ids of the proofs that this one builds on; raises ProofError `malformed`."""
    named = proof.get("previousProof", [])
    named = named if isinstance(named, list) else [named]
    if not all(isinstance(name, str) for name in named) or len({*named}) < len(named):
        raise ProofError("malformed", "`previousProof` does not name different proofs")
    return named


def signed_bytes(
    suite: Suite,
    credential: Json,
    proof: Json,
    algorithm: Algorithm = "Ed25519",
    find_context: ContextFinder = find_context,
) -> bytes:
    """The bytes that are signed: the hash of the proof's options, then that of the credential."""
    digest = digest_of(algorithm)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    return b"".join(
        digest(text if isinstance(text, bytes) else text.encode()).digest()
        for text in suite.texts(credential, options, find_context, digest)
    )


def rdf_texts(
    credential: Json, options: Json, find_context: ContextFinder, digest: Digest
) -> tuple[str, str]:
    """Both as canonical statements. The options are read with the contexts of the credential, whatever they name."""
    return options_text(credential, options, find_context, digest), canonicalize(
        credential, find_context, digest
    )


def options_text(credential: Json, options: Json, find_context: ContextFinder, digest: Digest) -> str:
    contexts = credential.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    usual = options.keys() == _USUAL_OPTIONS and options["proofPurpose"] == "assertionMethod"
    if first == CREDENTIALS_V2 and usual and options["type"] == TYPE:
        return usual_options_text(options)
    return canonicalize({**options, "@context": contexts}, find_context, digest)


def usual_options_text(options: Json) -> str:
    """The statements of the usual options: always these, for no later context may redefine what VCDM 2.0 protects."""
    created, suite = (
        demand_text(options["created"], "created"),
        demand_text(options["cryptosuite"], "cryptosuite"),
    )
    return (
        f'_:c14n0 <http://purl.org/dc/terms/created> "{created}"^^<{XSD}dateTime> .\n'
        f"_:c14n0 <{RDF}type> <{_SECURITY}{TYPE}> .\n"
        f'_:c14n0 <{_SECURITY}cryptosuite> "{suite}"^^<{_SECURITY}cryptosuiteString> .\n'
        f"_:c14n0 <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .\n"
        f"_:c14n0 <{_SECURITY}verificationMethod> {iri(options['verificationMethod'])} .\n"
    )


def json_texts(
    credential: Json, options: Json, find_context: ContextFinder, digest: Digest
) -> tuple[str, str]:
    """Both as canonical JSON: what is signed is the JSON itself, whatever its words mean."""
    return canonical_json(options), canonical_json(credential)


def covered(sign: Callable[[], bytes]) -> bytes:
    """What is signed; raises ProofError `unpinned_context` or `unsafe` for a credential that is not wholly covered."""
    try:
        return sign()
    except DocumentNotPinnedError as error:
        raise ProofError("unpinned_context", str(error)) from error
    except UnsafeDocumentError as error:
        raise ProofError("unsafe", str(error)) from error


def demand_signature(verify: Callable[[], None]) -> None:
    try:
        verify()
    except InvalidSignature as error:
        raise ProofError(
            "bad_signature", "the credential is not what was signed, or not with this key"
        ) from error


def _refuse_expired(proof: Json, now: datetime) -> None:
    """A proof may say when it was made, and when it ends; what it says must be a moment."""
    try:
        moments = {name: from_timestamp(proof[name]) for name in ("created", "expires") if name in proof}
    except ValueError as error:
        raise ProofError("malformed", "`created` or `expires` of the proof is not a moment") from error
    if "expires" in moments and moments["expires"] <= now:
        raise ProofError("proof_expired", "the proof has expired")


def _signature(suite: Suite, value: Any) -> tuple[bytes, Algorithm]:
    text = demand_text(value, "proofValue")
    try:
        signature = from_base58(text.removeprefix("z")) if text.startswith("z") else b""
    except ValueError as error:
        raise ProofError("malformed", "`proofValue` is not base58") from error
    for algorithm in suite.algorithms:
        if len(signature) == LENGTHS[algorithm]:
            return signature, algorithm
    raise ProofError("malformed", "`proofValue` is not a signature")
