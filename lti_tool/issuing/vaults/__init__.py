"""Where private keys are kept: sealed in the database, or in a device that they never leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from signing.keys import Algorithm, DeviceKey, PrivateKey, PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A new key: its public half, and what to keep in the database to find the private one again."""

    public: PublicKey
    vault_data: bytes = field(repr=False)


class Vault(Protocol):
    """The shape of a place."""

    NAME: ClassVar[str]

    def make_key(self, algorithm: Algorithm) -> NewKey: ...

    def open(self, algorithm: Algorithm, vault_data: bytes) -> PrivateKey | DeviceKey:
        """Raises SigningError where the key is not to be had."""
