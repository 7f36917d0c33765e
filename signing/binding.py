"""What a proof is bound to: the issuer of its credential and the key of its verification method."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from signing.errors import KeyNotFoundError, ProofError, UnusableKeyError
from signing.json_text import Json
from signing.keys import Algorithm, KeyFinder, VerificationMethod, algorithm, demand_strength


def issuer_id(credential: Json) -> str:
    """The id of the issuer, written as a text or as an object, alone or in a list; raises ProofError `malformed`."""
    issuer = only_one(credential.get("issuer"))
    return demand_text(issuer.get("id") if isinstance(issuer, dict) else issuer, "issuer")


def holder_id(presentation: Json) -> str:
    """The id of the holder of a presentation; raises ProofError `malformed` as `issuer_id`."""
    holder = only_one(presentation.get("holder"))
    return demand_text(holder.get("id") if isinstance(holder, dict) else holder, "holder")


def only_one(value: Any) -> Any:
    """The value itself, or the only one of a list, which JSON-LD does not tell apart; None for a longer list."""
    return (value[0] if len(value) == 1 else None) if isinstance(value, list) else value


def demand_text(value: Any, name: str) -> str:
    """The value; raises ProofError `malformed` where it is not a text, or an empty one."""
    if not isinstance(value, str) or not value:
        raise ProofError("malformed", f"`{name}` is missing")
    return value


def key_of(
    find_key: KeyFinder, method: str, issuer: str, required: Algorithm, now: datetime
) -> VerificationMethod:
    """The key of the verification method, found by `find_key` for this issuer and good for the algorithm.

    Raises ProofError `key_not_found`, `key_revoked` or `wrong_algorithm`.
    """
    try:
        found = find_key(method, issuer)
        demand_strength(found.public)
    except (KeyNotFoundError, UnusableKeyError) as error:
        raise ProofError("key_not_found", str(error)) from error
    if not found.asserts or (found.ends is not None and found.ends <= now):
        raise ProofError("key_revoked", "the key was taken back, or its time is over")
    if algorithm(found.public) != required:
        raise ProofError("wrong_algorithm", f"the key is not an {required} key")
    return found
