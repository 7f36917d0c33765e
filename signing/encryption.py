"""Encryption of stored secrets with a key-encryption key, which is never stored beside them.

A Fernet token (AES-128-CBC with HMAC-SHA256), whose key is derived from the key-encryption key with HKDF-SHA256.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signing.errors import DecryptionError

# Derives a key for this use alone, should the key-encryption key ever have another. A change makes all that is stored
# unreadable.
PURPOSE = b"nozimite: secrets at rest, v1"


def encrypt(secret: bytes, key_encryption_key: str) -> bytes:
    """The secret as a Fernet token; another one each time."""
    return _fernet(key_encryption_key).encrypt(secret)


def decrypt(encrypted: bytes, key_encryption_key: str) -> bytes:
    """The secret; raises DecryptionError where it was encrypted with another key, or is damaged."""
    try:
        return _fernet(key_encryption_key).decrypt(encrypted)
    except InvalidToken as error:
        raise DecryptionError("sealed with another key-encryption key, or damaged") from error


def _fernet(key_encryption_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return Fernet(urlsafe_b64encode(derived.derive(key_encryption_key.encode())))
