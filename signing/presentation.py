"""A wallet proves that it has a key: by a presentation that it signs for one challenge.

The holder is a did:key, so nothing has to be fetched. What else the presentation carries is not looked at.

Sources: W3C Verifiable Credentials Data Model 2.0, "Presentations"; VC Data Integrity 1.0, "Verify Proof", for the
purpose `authentication`; W3C Community Group, Ed25519Signature2020, which the Learner Credential Wallet signs with.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime

from signing import did
from signing.absent import without_absent
from signing.binding import demand_text, holder_id
from signing.data_integrity import proofs_of
from signing.errors import KeyNotFoundError, ProofError
from signing.json_text import Json, read_object
from signing.keys import VerificationMethod
from signing.proofs.cryptosuites import ED25519_SIGNATURE_2020, EDDSA_RDFC_2022

#: More than a wallet needs to say who it is.
MAX_CHARACTERS = 20_000
_TYPE = "VerifiablePresentation"
_SUITES = (ED25519_SIGNATURE_2020, EDDSA_RDFC_2022)


def proven_holder(text: str, challenge: str, domains: Collection[str], now: datetime) -> str:
    """The did:key of whoever has signed the presentation for this challenge.

    A proof may name a domain, which has to be one of `domains`. Raises ProofError: `wrong_challenge` for another one,
    `wrong_domain`, `malformed` for what is no presentation, and what a proof of a credential is refused for.
    """
    if len(text) > MAX_CHARACTERS:
        raise ProofError("unreadable", "the presentation is too long")
    document = read_object(text)
    types = document.get("type")
    if _TYPE not in (types if isinstance(types, list) else [types]):
        raise ProofError("malformed", "it is no presentation")
    holder = holder_id(document)
    if not holder.startswith("did:key:"):
        raise ProofError("malformed", "the holder is no did:key")
    proof = _only_proof(document)
    _demand_challenge(proof, challenge, domains)
    suite = next((each for each in _SUITES if _is_of(proof, each.identifying)), None)
    if suite is None:
        raise ProofError("unknown_proof", "the proof of the presentation is of no known type")
    found = suite.check_presentation(document, _find_key, now).verification_method
    if found.controller != holder:
        raise ProofError("bad_signature", "the presentation is not signed by its holder")
    return holder


def _only_proof(document: Json) -> Json:
    """Raises ProofError for none, and for several, of which a reader might look at another one."""
    proofs = proofs_of(document)
    if not proofs:
        raise ProofError("no_proof", "the presentation has no proof")
    if len(proofs) > 1 or not isinstance(proofs[0], dict):
        raise ProofError("malformed", "the presentation has several proofs")
    return without_absent(proofs[0])


def _demand_challenge(proof: Json, challenge: str, domains: Collection[str]) -> None:
    given = demand_text(proof.get("challenge"), "challenge")
    if not hmac.compare_digest(given.encode(), challenge.encode()):
        raise ProofError("wrong_challenge", "the presentation was made for another challenge")
    if "domain" in proof and proof["domain"] not in domains:
        raise ProofError("wrong_domain", "the presentation was made for another site")


def _is_of(proof: Json, identifying: Json) -> bool:
    return all(proof.get(name) == value for name, value in identifying.items())


def _find_key(method: str, holder: str) -> VerificationMethod:
    """Raises KeyNotFoundError for a method that does not spell its key."""
    if not method.startswith("did:key:"):
        raise KeyNotFoundError("the key of a did:key is its own")
    return did.find_key(method, holder, _nothing_is_fetched)


def _nothing_is_fetched(url: str) -> bytes:
    raise KeyNotFoundError(f"nothing is fetched from {url[:200]!r}")
