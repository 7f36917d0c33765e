"""Private keys in the database, sealed with the key-encryption key of the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from lti_tool.issuing.vaults import Made
from signing.encryption import decrypt, encrypt
from signing.keys import Algorithm, PrivateKey, generate, private_of, secret_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedVault:
    NAME: ClassVar[str] = "sealed"
    key_encryption_key: str = field(repr=False)

    def make(self, algorithm: Algorithm) -> Made:
        private = generate(algorithm)
        return Made(public=private.public_key(), kept=self.keep(private))

    def keep(self, private: PrivateKey) -> bytes:
        return encrypt(secret_of(private), self.key_encryption_key)

    def open(self, algorithm: Algorithm, kept: bytes) -> PrivateKey:
        return private_of(algorithm, decrypt(kept, self.key_encryption_key))
