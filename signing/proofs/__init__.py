"""PROOFS: every proof type by its name.

The folder is the registry. Each module in it has PROOF_TYPES, a tuple of `signing.proof_type.ProofType`. To add one
that is like others, add a row to `cryptosuites` or `vc_jwts`; for one that is not, add a module.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from signing.data_integrity import proofs_of
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError
from signing.json_text import read_object
from signing.jws import algorithm_of, is_compact
from signing.keys import KeyFinder
from signing.proof_set import ProofSet
from signing.proof_type import ProofType
from signing.proofs.cryptosuites import EDDSA_RDFC_2022
from signing.proofs.sd_jwts import SD_JWT
from signing.proofs.vc_jwts import VC_JWT, VC_JWT_RS256
from signing.sd_jwt.compact import looks_like_sd_jwt
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

__all__ = ["EDDSA_RDFC_2022", "PROOFS", "SD_JWT", "VC_JWT", "VC_JWT_RS256", "check"]

PROOFS: dict[str, ProofType] = {
    proof_type.name: proof_type
    for module in iter_modules(__path__)
    for proof_type in import_module(f"{__name__}.{module.name}").PROOF_TYPES
}


def check(
    secured: SecuredCredential,
    find_key: KeyFinder,
    now: datetime,
    find_context: ContextFinder = find_context,
) -> VerifiedProof:
    """The credential, if its proof holds; of several proofs in it, one that holds is enough.

    An issuer's own proof comes before any other, and a proof that builds on others holds only when they do. The
    signature holds, then; whether the key is the issuer's is for the caller to compare, see VerifiedProof.
    Raises ProofError with the reason where no proof holds, also for one of an unknown type.
    """

    def check_first(secured: SecuredCredential) -> VerifiedProof:
        return _check_first(secured, find_key, now, find_context)

    # Not JSON: a JWS or an SD-JWT, which has one signature of its issuer.
    if not secured.text.lstrip().startswith("{"):
        return check_first(secured)
    document = read_object(secured.text)
    proofs = proofs_of(document)
    if len(proofs) < 2:
        return check_first(secured)
    return ProofSet(document, proofs, check_first).check()


def _check_first(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder
) -> VerifiedProof:
    for proof_type in PROOFS.values():
        if proof_type.recognises(secured):
            try:
                return proof_type.check(secured, find_key, now, find_context)
            except ProofError as error:
                # The name of the type may stand elsewhere in the credential: another type may still be the right one.
                if error.code != "unknown_proof":
                    raise
    if is_compact(secured.text) or looks_like_sd_jwt(secured.text):
        if algorithm_of(secured.text.strip()) == "none":
            raise ProofError("no_proof", "the JWS is not signed")
        raise ProofError("wrong_algorithm", "the JWS is signed with an algorithm that is not accepted")
    raise _unknown(proofs_of(read_object(secured.text))[:1])


def _unknown(proofs: list[Any]) -> ProofError:
    """The error of a proof that no proof type recognises, with its name where that is a widely used one."""
    match proofs:
        case []:
            return ProofError("no_proof", "the credential has no proof")
        case [{"type": "Ed25519Signature2018"}]:
            return ProofError("ed25519_signature_2018", "proofs of Ed25519Signature2018 are not checked here")
        case [{"type": "DataIntegrityProof", "cryptosuite": "bbs-2023"}]:
            return ProofError("bbs_2023", "proofs of bbs-2023 are not checked here")
        case [dict(proof)] if proof:
            return ProofError("unknown_proof", "none of the proofs is of a known type")
        case _:
            return ProofError("unreadable", "the proof is empty, or no object")
