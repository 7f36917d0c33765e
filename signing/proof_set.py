"""Several proofs in one credential, none of which knows of the others: each was made over the credential without any.

Source: W3C Verifiable Credential Data Integrity 1.0, "Proof Sets".
"""

from __future__ import annotations

from collections.abc import Sequence

from signing.data_integrity import MEDIA_TYPE
from signing.errors import ProofError
from signing.json_text import Json, as_text, read_object
from signing.secured import SecuredCredential


def combined(secured: Sequence[SecuredCredential]) -> SecuredCredential:
    """The credential with the proofs of all, in this order; there must be one at least."""
    if len(secured) == 1:
        return secured[0]
    documents = [read_object(one.text) for one in secured]
    proofs = [proof for document in documents for proof in document["proof"]]
    return SecuredCredential(as_text(documents[0] | {"proof": proofs}), MEDIA_TYPE)


def alone(secured: SecuredCredential, cryptosuite: str) -> SecuredCredential:
    """The credential with its one proof of the cryptosuite; raises ProofError `no_proof`."""
    document = read_object(secured.text)
    for proof in _proofs(document):
        if proof.get("cryptosuite") == cryptosuite:
            return SecuredCredential(as_text(document | {"proof": [proof]}), MEDIA_TYPE)
    raise ProofError("no_proof", f"the credential has no proof of {cryptosuite}")


def _proofs(document: Json) -> list[Json]:
    found = document.get("proof", [])
    return [proof for proof in (found if isinstance(found, list) else [found]) if isinstance(proof, dict)]
