"""Secrets at rest: bytes sealed with a key-encryption key that is never stored beside them."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signing.errors import DecryptionError

# Separates this use of the key-encryption key from any other it might one day have.
PURPOSE = b"nozimite: secrets at rest, v1"


def encrypt(secret: bytes, key_encryption_key: str) -> bytes:
    return _box(key_encryption_key).encrypt(secret)


def decrypt(sealed: bytes, key_encryption_key: str) -> bytes:
    """The secret; raises SealError where the key is not the one it was sealed with."""
    try:
        return _box(key_encryption_key).decrypt(sealed)
    except InvalidToken as error:
        raise DecryptionError("sealed with another key-encryption key, or damaged") from error


def _box(key_encryption_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return Fernet(urlsafe_b64encode(derived.derive(key_encryption_key.encode())))
