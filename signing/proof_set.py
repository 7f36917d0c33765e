"""Several proofs in one credential: proof sets and proof chains.

In a set each proof was made over the credential without any other. In a chain a proof names the earlier ones that it
builds on (`previousProof`), and they are signed with it.

Source: W3C Verifiable Credential Data Integrity 1.0, "Proof Sets" and "Proof Chains".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from signing.binding import issuer_id
from signing.data_integrity import previous_proofs
from signing.errors import UNKNOWN_PROOFS, ProofError
from signing.json_text import Json, as_text
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: The most proofs of one credential: each may cost the fetch of a key and the time of a canonicalization.
MAX_PROOFS = 8


class ProofSet:
    """The proofs of one credential. Each is checked once, however many others build on it.

    `check_first` checks a credential by the first of its proofs.
    """

    def __init__(
        self,
        document: Json,
        proofs: list[Any],
        check_first: Callable[[SecuredCredential], VerifiedProof],
    ) -> None:
        """Raises ProofError `malformed` for more than MAX_PROOFS proofs, or for one that is not an object."""
        if len(proofs) > MAX_PROOFS or not all(isinstance(proof, dict) for proof in proofs):
            raise ProofError("malformed", "the credential has too many proofs, or strange ones")
        self._document = document
        self._proofs: list[Json] = proofs
        self._check_first = check_first
        self._outcomes: dict[int, VerifiedProof | ProofError] = {}

    def check(self) -> VerifiedProof:
        """The issuer's own proof if it holds, or else the first that does.

        Raises the ProofError of the first proof of a known type where none holds.
        """
        outcomes = [self._outcome(number) for number in range(len(self._proofs))]
        verified = [outcome for outcome in outcomes if isinstance(outcome, VerifiedProof)]
        for proof in verified:
            if proof.verification_method.controller == issuer_id(proof.credential):
                return proof
        if verified:
            return verified[0]
        failed = [outcome for outcome in outcomes if isinstance(outcome, ProofError)]
        raise min(failed, key=lambda error: error.code in UNKNOWN_PROOFS)

    def _outcome(self, number: int) -> VerifiedProof | ProofError:
        if number not in self._outcomes:
            # Set before the proof is looked at, so that a chain in a circle ends: it comes back to this outcome.
            self._outcomes[number] = ProofError("malformed", "proofs build on one another in a circle")
            try:
                self._outcomes[number] = self._check(number)
            except ProofError as error:
                self._outcomes[number] = error
        return self._outcomes[number]

    def _check(self, number: int) -> VerifiedProof:
        """The proof with those that it builds on, and no others: they would not be covered by its signature."""
        proof = self._proofs[number]
        ids = previous_proofs(proof)
        previous = [other for other, part in enumerate(self._proofs) if part.get("id") in ids]
        for other in previous:
            outcome = self._outcome(other)
            if isinstance(outcome, ProofError):
                raise ProofError(outcome.code, f"a proof that this one builds on does not hold: {outcome}")
        chain = [proof, *(self._proofs[other] for other in previous)]
        text = as_text(self._document | {"proof": chain})
        return self._check_first(SecuredCredential(text, ""))
