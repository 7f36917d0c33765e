"""ecdsa-sd-2023: a proof from which the holder of a credential may disclose a part, still signed by the issuer.

The issuer makes a *base proof*, for the holder alone. It signs each statement of the credential separately, with a
*proof-scoped key* that is thrown away afterwards; the issuer's own key signs that key together with the *mandatory*
statements, which every verifier sees (who issued it, when it ends). The holder makes a *derived proof* from it: the
chosen statements, their signatures and what is needed to label their blank nodes.

Labels are HMACs: with canonical labels (c14n0, c14n1 ...) a verifier could tell how many nodes were held back.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "ecdsa-sd-2023".
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from signing import data_integrity
from signing.binding import issuer_id, key_of
from signing.canonical import statements
from signing.data_integrity import (
    MEDIA_TYPE,
    TYPE,
    covered,
    demand_signature,
    named_key,
    new_options,
    open_proof,
    options_text,
    with_proof,
)
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import Json, read_object
from signing.keys import KeyFinder, SigningKey, as_multicodec, generate
from signing.multibase import base64url, from_base64url
from signing.proof_type import ProofType
from signing.proofs.ecdsa_sd_2023.proof_value import (
    BaseProof,
    DerivedProof,
    base_proof_value,
    derived_proof_value,
    read_base_proof,
    read_derived_proof,
    read_proof_key,
)
from signing.rdfc10 import canonical_labels, nquads
from signing.secured import SecuredCredential
from signing.selection import SelectableStatements, select
from signing.signatures import sign, verify
from signing.verified_proof import VerifiedProof

NAME = "ecdsa-sd-2023"
IDENTIFYING = {"type": TYPE, "cryptosuite": NAME}
#: Disclosed to every verifier, where the credential has it: without these a part could be taken for something else.
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
_CANONICAL_LABEL = re.compile(r"_:c14n([0-9]+)")
#: Each may have a signature that has to be checked, about 0.1 ms.
MAX_STATEMENTS = 5_000


class EcdsaSd2023:
    """The ProofType."""

    name = NAME
    media_type = MEDIA_TYPE

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
        """The credential with its base proof, MANDATORY and the status of each result mandatory.

        Raises as `secure_with`.
        """
        return secure_with(credential, key, now, mandatory_pointers(credential))

    def recognises(self, secured: SecuredCredential) -> bool:
        return data_integrity.recognises(NAME, secured)

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof:
        """The disclosed part of the credential, if its derived proof holds; raises ProofError where not.

        A base proof raises `unknown_proof`: it is between issuer and holder, and says too much for a verifier.
        """
        credential, proof = open_proof(IDENTIFYING, read_object(secured.text), now)
        if "proof" in credential:
            raise ProofError("unknown_proof", "a proof of this type builds on no other")
        derived = read_derived_proof(proof)
        method = named_key(proof)
        lines = covered(lambda: labelled_lines(credential, derived.label_map, find_context))
        if not all(index < len(lines) for index in derived.mandatory):
            raise ProofError("malformed", "the proof speaks of statements that are not there")
        mandatory = [lines[index] for index in derived.mandatory]
        signed = covered(
            lambda: _signed_bytes(credential, proof, derived.public_key, mandatory, find_context)
        )
        others = [line for index, line in enumerate(lines) if index not in {*derived.mandatory}]
        if len(others) != len(derived.signatures):
            raise ProofError("bad_signature", "not each statement of the credential is signed")
        # The key comes last: it may have to be fetched, which a malformed credential is not worth.
        found = key_of(find_key, method, issuer_id(credential), "P-256", now)
        demand_signature(lambda: verify(found.public, derived.signature, signed))
        _check_statements(derived, others)
        return VerifiedProof(credential=credential, proof_name=NAME, verification_method=found)


PROOF_TYPES: tuple[ProofType, ...] = (EcdsaSd2023(),)


# --- the issuer's side -----------------------------------------------------------------------------------------------


def mandatory_pointers(credential: Json) -> tuple[str, ...]:
    """The pointers of MANDATORY that lead to something in the credential, and those to the status of each result."""
    results = (credential.get("credentialSubject") or {}).get("result", [])
    states = (f"/credentialSubject/result/{index}/status" for index, _ in enumerate(results))
    return tuple(pointer for pointer in (*MANDATORY, *states) if _leads_somewhere(credential, pointer))


def secure_with(
    credential: Json,
    key: SigningKey,
    now: datetime,
    mandatory: Sequence[str],
    find_context: ContextFinder = find_context,
) -> SecuredCredential:
    """The credential with a base proof; `mandatory` are JSON pointers to what every verifier will see.

    Raises UnusableKeyError for a key that is not P-256, DocumentNotPinnedError for an unknown context, and
    UnsafeDocumentError for what cannot be covered, also for a pointer to nothing.
    """
    if key.algorithm != "P-256":
        raise UnusableKeyError(f"{NAME} needs a key of P-256")
    options = new_options(IDENTIFYING, credential, key, now)
    hmac_key = secrets.token_bytes(32)
    # Made for this one credential and never stored: whoever had it could add statements to the credential.
    proof_key = generate("P-256")
    statements = SelectableStatements(credential, hmac_labels(hmac_key), find_context)
    indexes = {*statements.indexes(mandatory)}
    signatures = [
        sign(proof_key, line.encode()) for index, line in enumerate(statements.lines) if index not in indexes
    ]
    public_key = as_multicodec(proof_key.public_key())
    lines = [statements.lines[index] for index in sorted(indexes)]
    base = BaseProof(
        signature=sign(key.private, _signed_bytes(credential, options, public_key, lines, find_context)),
        public_key=public_key,
        hmac_key=hmac_key,
        signatures=signatures,
        mandatory=list(mandatory),
    )
    return with_proof(credential, options | {"proofValue": base_proof_value(base)})


# --- the holder's side -----------------------------------------------------------------------------------------------


def derive(
    secured: SecuredCredential, pointers: Iterable[str], find_context: ContextFinder = find_context
) -> SecuredCredential:
    """The parts of a credential at the pointers, and its mandatory parts, with a derived proof.

    Raises ProofError for a credential without a base proof, UnsafeDocumentError for a pointer to nothing.
    """
    credential, proof = open_proof(IDENTIFYING, read_object(secured.text), None)
    base = read_base_proof(proof)
    chosen = tuple(pointers)
    statements = SelectableStatements(credential, hmac_labels(base.hmac_key), find_context)
    mandatory, selective = {*statements.indexes(base.mandatory)}, {*statements.indexes(chosen)}
    disclosed = sorted(mandatory | selective)
    signed = [index for index in range(len(statements.lines)) if index not in mandatory]
    if len(signed) != len(base.signatures):
        raise ProofError("malformed", "the base proof is of another credential")
    everything = (*base.mandatory, *chosen)
    labels = canonical_labels(statements.quads(everything))
    label_map = {
        int(label.removeprefix("_:c14n")): from_base64url(statements.labels[blank].removeprefix("_:u"))
        for blank, label in labels.items()
    }
    derived = DerivedProof(
        signature=base.signature,
        public_key=base.public_key,
        signatures=[
            signature for index, signature in zip(signed, base.signatures, strict=True) if index in selective
        ],
        label_map=dict(sorted(label_map.items())),
        mandatory=[position for position, index in enumerate(disclosed) if index in mandatory],
    )
    return with_proof(select(credential, everything), proof | {"proofValue": derived_proof_value(derived)})


# --- what is signed --------------------------------------------------------------------------------------------------


def _signed_bytes(
    credential: Json, proof: Json, public_key: bytes, mandatory: list[str], find_context: ContextFinder
) -> bytes:
    """What the issuer's key signs: the hash of the options, the proof-scoped key, the hash of the mandatory lines."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    text = options_text(credential, options, find_context, sha256)
    return sha256(text.encode()).digest() + public_key + sha256("".join(mandatory).encode()).digest()


def _check_statements(derived: DerivedProof, lines: list[str]) -> None:
    """Raises ProofError `bad_signature` where a line is not what the proof-scoped key signed, or `malformed`."""
    proof_key = read_proof_key(derived.public_key)

    def verify_lines() -> None:
        for line, signature in zip(lines, derived.signatures, strict=True):
            verify(proof_key, signature, line.encode())

    demand_signature(verify_lines)


def hmac_labels(hmac_key: bytes) -> Callable[[str], str]:
    """The function from a canonical label (`c14n0`) to the label that is signed."""
    return lambda label: f"_:u{base64url(hmac.digest(hmac_key, label.encode(), 'sha256'))}"


def labelled_lines(credential: Json, label_map: dict[int, bytes], find_context: ContextFinder) -> list[str]:
    """The statements of a disclosed part as the issuer signed them, in their order.

    Raises ProofError `malformed` for a blank node without a label, UnsafeDocumentError or DocumentNotPinnedError as
    `statements` does.
    """
    quads = statements(credential, find_context)
    if len(quads) > MAX_STATEMENTS:
        raise UnsafeDocumentError("the document says too much")
    labels = {}
    for blank, canonical in canonical_labels(quads).items():
        match = _CANONICAL_LABEL.fullmatch(canonical)
        if match is None or int(match[1]) not in label_map:
            raise ProofError("malformed", "the proof has no label for a node of the credential")
        labels[blank] = f"_:u{base64url(label_map[int(match[1])])}"
    return nquads(quads, labels)


def _leads_somewhere(credential: Json, pointer: str) -> bool:
    try:
        select(credential, [pointer])
    except UnsafeDocumentError:
        return False
    return True
