"""Cryptosuite: a Data Integrity proof whose signature is over two hashes, of the proof's options and the credential.

Source: W3C Data Integrity EdDSA and ECDSA Cryptosuites v1.0; each suite there differs from the others only in the
fields of this class. A suite that works in another way (ecdsa-sd-2023) has a module of its own in `signing.proofs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signing import data_integrity
from signing.binding import demand_text, holder_id, issuer_id, key_of
from signing.canonical import canonicalize
from signing.data_integrity import (
    ASSERTION,
    AUTHENTICATION,
    MEDIA_TYPE,
    covered,
    demand_signature,
    digest_of,
    named_key,
    new_options,
    open_proof,
    options_text,
    with_proof,
)
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, UnusableKeyError
from signing.jcs import canonical_json
from signing.json_text import Json, read_object
from signing.keys import Algorithm, KeyFinder, SigningKey
from signing.multibase import base58, from_base58
from signing.rdfc10 import Digest
from signing.secured import SecuredCredential
from signing.signatures import LENGTHS, sign, verify
from signing.verified_proof import VerifiedProof

#: (credential, options, find_context, digest) -> the texts of the options and of the credential that are hashed.
HashedTexts = Callable[[Json, Json, ContextFinder, Digest], tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cryptosuite:
    """A ProofType made of these parts.

    `identifying` are the members by which a proof says that it is of this suite, `algorithms` the keys it takes.
    `repeats_context`: the proof has an `@context` of its own, which must be that of the credential.
    """

    name: str
    identifying: Json
    algorithms: tuple[Algorithm, ...]
    hashed_texts: HashedTexts
    repeats_context: bool = False
    media_type: str = MEDIA_TYPE

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
        """The credential with its proof, as compact JSON.

        Raises UnusableKeyError for a key of another algorithm, and UnsafeDocumentError or DocumentNotPinnedError for a
        credential that the proof would not cover completely.
        """
        if key.algorithm not in self.algorithms:
            raise UnusableKeyError(f"{self.name} needs a key of {' or '.join(self.algorithms)}")
        options = new_options(self.identifying, credential, key, now)
        if self.repeats_context and "@context" in credential:
            options["@context"] = credential["@context"]
        signature = sign(key.private, self.signed_bytes(credential, options, key.algorithm))
        return with_proof(credential, options | {"proofValue": "z" + base58(signature)})

    def recognises(self, secured: SecuredCredential) -> bool:
        return data_integrity.recognises(self.name, secured)

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof:
        """The credential, if its first proof holds; raises ProofError with the reason where it does not."""
        return self.check_document(read_object(secured.text), find_key, now, find_context)

    def check_document(
        self,
        document: Json,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof:
        """As `check`, for JSON that `read_object` has read; raises ProofError as that does."""
        return self._checked(document, ASSERTION, issuer_id, find_key, now, find_context)

    def check_presentation(self, document: Json, find_key: KeyFinder, now: datetime) -> VerifiedProof:
        """As `check_document`, for a presentation: its holder is asked about in the place of an issuer.

        For which challenge the proof was made is for the caller to compare.
        """
        return self._checked(document, AUTHENTICATION, holder_id, find_key, now, find_context)

    def _checked(
        self,
        document: Json,
        purpose: str,
        signer: Callable[[Json], str],
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder,
    ) -> VerifiedProof:
        credential, proof = open_proof(self.identifying, document, now, purpose)
        previous = credential.pop("proof", [])
        signature, algorithm = self._signature(proof.pop("proofValue", None))
        method = named_key(proof)
        contexts = credential.get("@context")
        if self.repeats_context and proof.get("@context", contexts) != contexts:
            raise ProofError("unsafe", "the credential has contexts that its proof does not cover")
        covers = credential | ({"proof": previous} if previous else {})
        signed = covered(lambda: self.signed_bytes(covers, proof, algorithm, find_context))
        # The key comes last: it may have to be fetched, which a malformed credential is not worth.
        found = key_of(find_key, method, signer(credential), algorithm, now)
        demand_signature(lambda: verify(found.public, signature, signed))
        return VerifiedProof(credential=credential, proof_name=self.name, verification_method=found)

    def signed_bytes(
        self,
        credential: Json,
        options: Json,
        algorithm: Algorithm = "Ed25519",
        find_context: ContextFinder = find_context,
    ) -> bytes:
        """The bytes that are signed: the hash of the proof's options, then that of the credential.

        Raises UnsafeDocumentError or DocumentNotPinnedError for what cannot be canonicalized.
        """
        digest = digest_of(algorithm)
        return b"".join(
            digest(text if isinstance(text, bytes) else text.encode()).digest()
            for text in self.hashed_texts(credential, options, find_context, digest)
        )

    def _signature(self, value: Any) -> tuple[bytes, Algorithm]:
        """The signature in a `proofValue`, and the algorithm that its length shows; raises ProofError `malformed`."""
        text = demand_text(value, "proofValue")
        try:
            signature = from_base58(text.removeprefix("z")) if text.startswith("z") else b""
        except ValueError as error:
            raise ProofError("malformed", "`proofValue` is not base58") from error
        for algorithm in self.algorithms:
            if len(signature) == LENGTHS[algorithm]:
                return signature, algorithm
        raise ProofError("malformed", "`proofValue` is not a signature")


def rdf_texts(
    credential: Json, options: Json, find_context: ContextFinder, digest: Digest
) -> tuple[str, str]:
    """Both as canonical N-Quads: what is signed are the statements. Raises as `canonicalize`."""
    return (
        options_text(credential, options, find_context, digest),
        canonicalize(credential, find_context, digest),
    )


def json_texts(
    credential: Json,
    options: Json,
    find_context: ContextFinder,  # noqa: ARG001  a HashedTexts
    digest: Digest,  # noqa: ARG001  a HashedTexts
) -> tuple[str, str]:
    """Both as canonical JSON: what is signed is the JSON, whatever its terms mean. Raises UnsafeDocumentError."""
    return canonical_json(options), canonical_json(credential)
