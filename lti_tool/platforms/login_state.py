"""The state of a login: signed, so that a login stores nothing and nobody can fill the database with logins.

It goes to the platform in the address and comes back with the launch, as the standard has it. What a launch must know
of its login stands in it: base64url of a MAC and of registration, time, random bits and the frame of the platform's
storage. The nonce follows from the state.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

#: What PyLTI1p3 puts before each state.
PREFIX = "state-"
STATE_SECONDS = 600
#: More than the longest that is made: the frame's name has at most 100 characters.
MAX_STATE_LENGTH = 400

_MAC_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginState:
    """What a login leaves for its launch. `storage_target` is the frame in which the page stores the state."""

    registration_id: int
    began_at: int
    storage_target: str | None

    def has_expired(self, now: float) -> bool:
        """Whether the login began STATE_SECONDS ago, or longer."""
        return now >= self.began_at + STATE_SECONDS


def new_state(login: LoginState, secret_key: str) -> str:
    """The state of a login, signed; no two are the same."""
    parts = (str(login.registration_id), str(login.began_at), secrets.token_urlsafe(16))
    content = " ".join((*parts, login.storage_target or "")).encode()
    return PREFIX + _as_text(_mac("state", content, secret_key) + content)


def read_state(state: str, secret_key: str) -> LoginState | None:
    """The login of a state, None where this tool did not make the state. It may have expired."""
    try:
        text = state[:MAX_STATE_LENGTH].removeprefix(PREFIX)
        signed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    mac, content = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
    # Decoding passes over characters that are no base64: one state must not have several spellings, each good once.
    is_ours = PREFIX + _as_text(signed) == state
    if not is_ours or not hmac.compare_digest(mac, _mac("state", content, secret_key)):
        return None
    registration_id, began_at, _random, storage_target = content.decode().split(" ")
    return LoginState(
        registration_id=int(registration_id), began_at=int(began_at), storage_target=storage_target or None
    )


def nonce_of(state: str, secret_key: str) -> str:
    """The nonce of the login with that state. It tells nothing of other nonces."""
    return _as_text(_mac("nonce", state.encode("utf-8", "surrogatepass"), secret_key))


def _mac(purpose: str, content: bytes, secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), f"lti login {purpose}\0".encode() + content, sha256)


def _as_text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
