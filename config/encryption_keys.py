"""A key for encryption as it is written into a setting: 32 random bytes, or a passphrase."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

#: What stands before a passphrase, so that none is taken for random bytes, which are not stretched.
PASSPHRASE = "passphrase:"  # noqa: S105 - the word before one
SHORTEST_PASSPHRASE = 20
KEY_BYTES = 32


def encryption_key_of(text: str) -> bytes | str:
    """What KEY_ENCRYPTION_KEY says by that text: 32 random bytes, or the passphrase that follows `passphrase:`.

    Raises ValueError where it is neither. How easily it is guessed is not judged: it is one that was in use.
    """
    text = text.strip()
    if text.startswith(PASSPHRASE):
        return text.removeprefix(PASSPHRASE).strip()
    key = from_base64url(text)
    if key is None or len(key) != KEY_BYTES:
        raise ValueError("this is no key of 32 bytes")
    return key


def from_base64url(text: str) -> bytes | None:
    """The bytes, None where the text is not base64url."""
    if not re.fullmatch("[A-Za-z0-9_-]*=*", text):
        return None
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except ValueError:
        return None
