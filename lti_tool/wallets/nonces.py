"""Nonces for key proofs: signed and stored nowhere, since anybody may ask for them; one that was used leaves a mark."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from hashlib import sha256

from lti_tool.errors import WalletError
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.values import secret_hash
from signing.multibase import base64url, from_base64url

#: A wallet may ask its holder for consent, or to unlock a key, after it has got one.
NONCE_SECONDS = 300

_RANDOM_BYTES, _TIME_BYTES, _MAC_BYTES = 16, 8, 32
_LENGTH = _RANDOM_BYTES + _TIME_BYTES + _MAC_BYTES


def new_nonce(secret_key: str, issuer_id: str, now: datetime) -> str:
    """A nonce for a key proof that is made for the issuer."""
    content = secrets.token_bytes(_RANDOM_BYTES) + int(now.timestamp()).to_bytes(_TIME_BYTES)
    return base64url(content + _mac(secret_key, issuer_id, content))


def use_nonce(
    expiring_values: ExpiringValues, secret_key: str, issuer_id: str, nonce: str, now: datetime
) -> None:
    """Uses the nonce up.

    Raises WalletError `invalid_nonce` where it is none of this issuer's, too old, or was used before.
    """
    if not _is_good(secret_key, issuer_id, nonce, now):
        raise WalletError("invalid_nonce", "the nonce is none of this issuer's, or too old")
    if not expiring_values.add(f"wallet-nonce-{secret_hash(nonce)}", {}, NONCE_SECONDS):
        raise WalletError("invalid_nonce", "the nonce was used before")


def _is_good(secret_key: str, issuer_id: str, nonce: str, now: datetime) -> bool:
    try:
        signed = from_base64url(nonce)
    except ValueError:
        return False
    # One nonce must not have several spellings, each good once.
    if len(signed) != _LENGTH or base64url(signed) != nonce:
        return False
    content, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret_key, issuer_id, content)):
        return False
    began = int.from_bytes(content[_RANDOM_BYTES:])
    return 0 <= now.timestamp() - began < NONCE_SECONDS


def _mac(secret_key: str, issuer_id: str, content: bytes) -> bytes:
    return hmac.digest(secret_key.encode(), f"wallet nonce {issuer_id}\0".encode() + content, sha256)
