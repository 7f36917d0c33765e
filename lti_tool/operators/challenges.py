"""What a browser gets for something it begins, and has to bring back: signed, so that beginning stores nothing.

A challenge of a passkey and the state of a sign-in at a provider are such values. Anybody can begin as fast as they
like, so a row for each was turned down; only one that has led somewhere leaves a mark, and is then used up. Each is for
one purpose and for one browser: the one that has the cookie it was made with.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Literal

from lti_tool.errors import SignInError
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.values import secret_hash

#: Somebody may have to look for their key, or to sign in at their provider first.
CHALLENGE_SECONDS = 600

Purpose = Literal["sign-in", "join", "add", "confirm"]

_RANDOM_BYTES, _TIME_BYTES, _MAC_BYTES = 16, 8, 32
_LENGTH = _RANDOM_BYTES + _TIME_BYTES + _MAC_BYTES


def new_challenge(secret_key: str, purpose: Purpose, browser: str, now: datetime) -> str:
    """A challenge in base64url; `browser` is the secret of the cookie by which the browser is known again."""
    content = secrets.token_bytes(_RANDOM_BYTES) + int(now.timestamp()).to_bytes(_TIME_BYTES)
    return _as_text(content + _mac(secret_key, purpose, browser, content))


def use_challenge(
    expiring_values: ExpiringValues,
    secret_key: str,
    challenge: str,
    purpose: Purpose,
    browser: str,
    now: datetime,
) -> None:
    """Uses the challenge up.

    Raises SignInError `expired` where it is too old, is none of ours, was made for something else or for another
    browser, or was used before.
    """
    if not _is_good(secret_key, challenge, purpose, browser, now):
        raise SignInError("expired", "the challenge is none of this browser's, or too old")
    if not expiring_values.add(f"operator-used-{secret_hash(challenge)}", {}, CHALLENGE_SECONDS):
        raise SignInError("expired", "the challenge was used before")


def derived(secret_key: str, what: Literal["nonce", "verifier", "handle"], challenge: str) -> str:
    """A further secret that follows from the challenge: whoever sees the challenge cannot compute it."""
    return _as_text(_mac(secret_key, what, "", challenge.encode("utf-8", "surrogatepass")))


def _is_good(secret_key: str, challenge: str, purpose: Purpose, browser: str, now: datetime) -> bool:
    try:
        signed = urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))
    except ValueError:
        return False
    # Decoding passes over characters that are no base64: one challenge must not have several spellings, each good once.
    if not browser or len(signed) != _LENGTH or _as_text(signed) != challenge:
        return False
    content, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret_key, purpose, browser, content)):
        return False
    began = int.from_bytes(content[_RANDOM_BYTES:])
    return 0 <= now.timestamp() - began < CHALLENGE_SECONDS


def _mac(secret_key: str, purpose: str, browser: str, content: bytes) -> bytes:
    about = f"operator {purpose} {secret_hash(browser)}\0".encode()
    return hmac.digest(secret_key.encode(), about + content, sha256)


def _as_text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
