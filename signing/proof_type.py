"""ProofType: what every way to secure a credential offers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from signing.document_loader import ContextFinder, find_context
from signing.json_text import Json
from signing.keys import KeyFinder, SigningKey
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof


class ProofType(Protocol):
    """One way to secure a credential with a proof, and to check such a proof. `signing.proofs.PROOFS` has them all."""

    @property
    def name(self) -> str:
        """Its name in PROOFS, in settings and in reports: that of the cryptosuite, where there is one."""

    @property
    def media_type(self) -> str:
        """The media type of what `secure` returns."""

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
        """The credential with its proof.

        Raises UnusableKeyError for a key of another algorithm, and UnsafeDocumentError or DocumentNotPinnedError for a
        credential that the proof would not cover completely.
        """

    def recognises(self, secured: SecuredCredential) -> bool:
        """Whether the text may have a proof of this type: a quick look, without reading the whole of it."""

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof:
        """The credential, if its proof holds; of several proofs inside it, only the first is looked at.

        Raises ProofError for any text whose proof does not hold, `unknown_proof` where it is of another type.
        """
