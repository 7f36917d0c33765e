"""The proof types, a file each; the folder is the registry.

A file gives: NAME, secure(credential, key, now) -> SecuredCredential, recognises(secured) -> bool, and
check(secured, find_key, now) -> Checked, which raises ProofError for any text that does not hold.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from signing.checked import Checked
from signing.errors import ProofError
from signing.jsontext import read_object
from signing.keys import KeyFinder, SigningKey
from signing.secured import Json, SecuredCredential

__all__ = ["PROOFS", "Checked", "Proof", "check"]


class Proof(Protocol):
    """The shape of a file in this folder."""

    NAME: str

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential: ...

    def recognises(self, secured: SecuredCredential) -> bool: ...

    def check(self, secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> Checked: ...


PROOFS: dict[str, Proof] = {
    module.NAME: cast(Proof, module)
    for module in (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
}


def check(secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> Checked:
    """The credential, once its proof holds; raises ProofError, also for a type not known here.

    The signature holds, then; whether the key is the issuer's is for the caller to compare, see Checked.
    """
    for proof in PROOFS.values():
        if proof.recognises(secured):
            return proof.check(secured, find_key, now)
    if "proof" in read_object(secured.text):
        raise ProofError("unknown_proof", "none of the proofs is of a known type")
    raise ProofError("no_proof", "the credential has no proof")
