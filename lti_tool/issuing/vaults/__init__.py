"""Vaults, which hold the private keys: encrypted in the database, or in a device that they never leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from signing.keys import Algorithm, DeviceKey, PrivateKey, PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A new key pair: its public key, and the data by which the vault finds the private key again."""

    public: PublicKey
    vault_data: bytes = field(repr=False)


class Vault(Protocol):
    """What every vault offers; its NAME is stored with each of its keys."""

    NAME: ClassVar[str]

    def make_key(self, algorithm: Algorithm) -> NewKey:
        """A new key pair, whose private key is in the vault. Raises SigningError where it cannot be made."""

    def open(self, algorithm: Algorithm, vault_data: bytes) -> PrivateKey | DeviceKey:
        """What signs with the private key. Raises SigningError where the vault cannot open it."""
