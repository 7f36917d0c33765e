"""Encryption of stored secrets with a key-encryption key, which is never stored beside them.

A secret is stored as `v1:random:TOKEN`, or as `v1:scrypt:SALT:TOKEN` where the operator has a passphrase instead of a
random key. TOKEN is a Fernet token (AES-128-CBC with HMAC-SHA256), whose key is derived with HKDF-SHA256. Another
derivation, or another work factor, gets another beginning: so what is stored always says how it can be read.
"""

from __future__ import annotations

import os
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from signing.errors import DecryptionError

# Derives a key for this use alone, should the key-encryption key ever have another. A change makes all that is stored
# unreadable.
PURPOSE = b"nozimite: secrets at rest, v1"

_RANDOM = b"v1:random:"
_STRETCHED = b"v1:scrypt:"
# 128 MiB and a third of a second for each guess, as OWASP's Password Storage Cheat Sheet asks for.
_WORK_FACTOR = 2**17
_SALT_BYTES = 16
_ANOTHER = "encrypted with another key-encryption key, or damaged"


class KeyEncryptionKey(Protocol):
    """What encrypts secrets before they are stored."""

    def encrypt(self, secret: bytes) -> bytes:
        """The secret as it is stored; other bytes each time."""

    def decrypt(self, stored: bytes) -> bytes:
        """The secret. Raises DecryptionError where it was encrypted with another key, or is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomKey:
    """A key-encryption key of random bytes: nobody can guess it, so it is used as it is."""

    key: bytes = field(repr=False)

    def encrypt(self, secret: bytes) -> bytes:
        return _RANDOM + encrypt(secret, self.key)

    def decrypt(self, stored: bytes) -> bytes:
        return decrypt(_after(_RANDOM, stored), self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passphrase:
    """A key-encryption key that a person has made up: it is stretched, so that each guess costs time and memory.

    A process stretches it once for each salt and remembers the result. New secrets get the salt that was used last, so
    an installation has hardly more than one.
    """

    passphrase: str = field(repr=False)
    _keys: dict[bytes, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)
    # Several threads would need 128 MiB each.
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def encrypt(self, secret: bytes) -> bytes:
        salt = next(reversed(self._keys), None) or urlsafe_b64encode(os.urandom(_SALT_BYTES))
        return _STRETCHED + salt + b":" + encrypt(secret, self._stretched(salt))

    def decrypt(self, stored: bytes) -> bytes:
        salt, _, token = _after(_STRETCHED, stored).partition(b":")
        return decrypt(token, self._stretched(salt))

    def _stretched(self, salt: bytes) -> bytes:
        with self._lock:
            if salt not in self._keys:
                text = unicodedata.normalize("NFC", self.passphrase).encode()
                self._keys[salt] = Scrypt(salt=_decoded(salt), length=32, n=_WORK_FACTOR, r=8, p=1).derive(
                    text
                )
            return self._keys[salt]


def encrypt(secret: bytes, key: bytes) -> bytes:
    """The secret as a Fernet token, another one each time. `key` is random: what can be guessed is stretched first."""
    return _fernet(key).encrypt(secret)


def decrypt(token: bytes, key: bytes) -> bytes:
    """The secret; raises DecryptionError where it was encrypted with another key, or is damaged."""
    try:
        return _fernet(key).decrypt(token)
    except InvalidToken as error:
        raise DecryptionError(_ANOTHER) from error


def _after(beginning: bytes, stored: bytes) -> bytes:
    if not stored.startswith(beginning):
        raise DecryptionError(_ANOTHER)
    return stored.removeprefix(beginning)


def _decoded(salt: bytes) -> bytes:
    try:
        return urlsafe_b64decode(salt)
    except ValueError as error:
        raise DecryptionError(_ANOTHER) from error


def _fernet(key: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return Fernet(urlsafe_b64encode(derived.derive(key)))
