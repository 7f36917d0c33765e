"""The proof types, a file each; the folder is the registry.

A file gives: NAME, secure(credential, key, now) -> SecuredCredential, recognises(secured) -> bool, and
check(secured, find_key, now, find_context) -> Checked, which raises ProofError for any text that does not hold. Of
several proofs inside a credential it looks at the first alone; `check` here takes them in their turn.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from signing.binding import issuer_id
from signing.data_integrity import previous_of
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError
from signing.jose import is_compact
from signing.json_text import Json, as_text, read_object
from signing.keys import KeyFinder, SigningKey
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

__all__ = ["PROOFS", "Checked", "Proof", "check"]

#: Each may cost a fetch of a key, and the time of a canonicalization.
MAX_PROOFS = 8


class Proof(Protocol):
    """The shape of a file in this folder."""

    NAME: str

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential: ...

    def recognises(self, secured: SecuredCredential) -> bool: ...

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof: ...


PROOFS: dict[str, Proof] = {
    module.NAME: cast(Proof, module)
    for module in (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
}


def check(
    secured: SecuredCredential,
    find_key: KeyFinder,
    now: datetime,
    find_context: ContextFinder = find_context,
) -> VerifiedProof:
    """The credential, once its proof holds; raises ProofError, also for a type not known here.

    The signature holds, then; whether the key is the issuer's is for the caller to compare, see Checked. Of a set of
    proofs one that holds is enough, and the issuer's comes before any other; a proof that builds on others holds only
    when they do.
    """
    if not secured.text.lstrip().startswith("{"):
        return _check_first(secured, find_key, now, find_context)
    document = read_object(secured.text)
    proofs = document.get("proof")
    if not isinstance(proofs, list) or len(proofs) < 2:
        return _check_first(secured, find_key, now, find_context)
    return _best(_Several(document, proofs, find_key, now, find_context).outcomes())


def _check_first(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder
) -> VerifiedProof:
    for proof in PROOFS.values():
        if proof.recognises(secured):
            try:
                return proof.check(secured, find_key, now, find_context)
            except ProofError as error:
                # Its name may stand in the credential without being that of its proof.
                if error.code != "unknown_proof":
                    raise
    if is_compact(secured.text):
        raise ProofError("wrong_algorithm", "the JWS is signed with an algorithm that is not accepted")
    if read_object(secured.text).get("proof"):
        raise ProofError("unknown_proof", "none of the proofs is of a known type")
    raise ProofError("no_proof", "the credential has no proof")


class _Several:
    """The proofs of one credential, each checked once, whoever builds on it."""

    def __init__(
        self,
        document: Json,
        proofs: list[Any],
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder,
    ) -> None:
        if len(proofs) > MAX_PROOFS or not all(isinstance(proof, dict) for proof in proofs):
            raise ProofError("malformed", "the credential has too many proofs, or strange ones")
        self._document = document
        self._proofs: list[Json] = proofs
        self._how = (find_key, now, find_context)
        self._known: dict[int, VerifiedProof | ProofError] = {}

    def outcomes(self) -> list[VerifiedProof | ProofError]:
        return [self._outcome(number) for number in range(len(self._proofs))]

    def _outcome(self, number: int) -> VerifiedProof | ProofError:
        if number not in self._known:
            # Until it is known otherwise: a proof that builds on itself does not hold.
            self._known[number] = ProofError("malformed", "proofs build on one another in a circle")
            try:
                self._known[number] = self._checked(number)
            except ProofError as error:
                self._known[number] = error
        return self._known[number]

    def _checked(self, number: int) -> VerifiedProof:
        proof = self._proofs[number]
        named = previous_of(proof)
        previous = [other for other, part in enumerate(self._proofs) if part.get("id") in named]
        for other in previous:
            outcome = self._outcome(other)
            if isinstance(outcome, ProofError):
                raise ProofError(outcome.code, f"a proof that this one builds on does not hold: {outcome}")
        alone = [proof, *(self._proofs[other] for other in previous)]
        text = as_text(self._document | {"proof": alone})
        return _check_first(SecuredCredential(text, ""), *self._how)


def _best(outcomes: list[VerifiedProof | ProofError]) -> VerifiedProof:
    """The issuer's own proof, or else any that holds; raises the ProofError that says most."""
    held = [outcome for outcome in outcomes if isinstance(outcome, VerifiedProof)]
    for checked in held:
        if checked.verification_method.controller == issuer_id(checked.credential):
            return checked
    if held:
        return held[0]
    failed = [outcome for outcome in outcomes if isinstance(outcome, ProofError)]
    raise min(failed, key=lambda error: error.code == "unknown_proof")
