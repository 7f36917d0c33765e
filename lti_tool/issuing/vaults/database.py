"""Private keys in the database, encrypted with the key-encryption key of the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from lti_tool.issuing.vaults import NewKey
from signing.encryption import KeyEncryptionKey
from signing.keys import Algorithm, PrivateKey, generate, private_of, secret_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseVault:
    """The vault that is always there: its `vault_data` is the encrypted private key itself."""

    NAME: ClassVar[str] = "database"
    key_encryption_key: KeyEncryptionKey = field(repr=False)

    def make_key(self, algorithm: Algorithm) -> NewKey:
        """A new key pair, with its private key encrypted as `vault_data`."""
        private = generate(algorithm)
        return NewKey(public=private.public_key(), vault_data=self.encrypt_key(private))

    def encrypt_key(self, private: PrivateKey) -> bytes:
        """The `vault_data` of a private key that exists already."""
        return self.key_encryption_key.encrypt(secret_of(private))

    def open(self, algorithm: Algorithm, vault_data: bytes) -> PrivateKey:
        """The private key. Raises DecryptionError where the key-encryption key is another one."""
        return private_of(algorithm, self.key_encryption_key.decrypt(vault_data))
