"""Keyed hashes of platform accounts: what stays of an erased person, so that they are known when they are named again.

Without the key nobody can tell whose a hash is, nor try all the ids of a platform. The key is random, made at the first
start and encrypted with the key-encryption key of the settings, so that a new SECRET_KEY changes no hash.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, MutableMapping
from typing import Any

from sqlalchemy.orm import Session

#: Before a hash in the place of a user_id. No user_id is looked up with it: whatever a platform sends is hashed first.
ERASED = "erased:"
#: Where a session has the key.
_KEY = "account key"


def give_key(info: MutableMapping[str, Any], key: bytes) -> None:
    """Puts the key where the sessions of a store find it."""
    info[_KEY] = key


def account_hash(session: Session, registration_id: int, user_id: str) -> str:
    """What stands in the place of the user_id of an erased person. Raises LookupError where the store has no key."""
    digest = hmac.digest(key_of(session), f"{registration_id}\n{user_id}".encode(), "sha256").hex()
    return f"{ERASED}{digest}"


def account_hashes(session: Session, registration_id: int, user_ids: Iterable[str]) -> dict[str, str]:
    """The user_ids by their hashes."""
    return {account_hash(session, registration_id, user_id): user_id for user_id in user_ids}


def key_of(session: Session) -> bytes:
    """The key, for a hash of something else. Raises LookupError where the store has none."""
    key = session.info.get(_KEY)
    if not isinstance(key, bytes):
        raise LookupError("the store has no key for hashes of accounts")
    return key
