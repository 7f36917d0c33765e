"""The tool's own keys: made at first start, rotated, retired, and taken back when somebody else may hold them.

The newest key of a kind that is not retired signs. What a retired one signed keeps verifying, for it stays published.
One marked compromised is published as taken back: see README, "When a key is stolen".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.vaults import Vault
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.platforms.dynamic_registration import new_tool_key
from lti_tool.store import Session, queries
from lti_tool.store.models import SigningKeyRow, ToolKeyRow
from lti_tool.values import ToolKey
from signing.encryption import decrypt, encrypt
from signing.keys import (
    Algorithm,
    DeviceKey,
    PrivateKey,
    PublicKey,
    SigningKey,
    VerificationMethod,
    from_jwk,
    jwk,
    multikey,
    short_name,
)

#: The key that each proof signs with.
ALGORITHMS: Mapping[str, Algorithm] = {
    "eddsa-rdfc-2022": "Ed25519",
    "ecdsa-sd-2023": "P-256",
    "vc-jwt": "P-256",
    "vc-jwt-rs256": "RSA",
}
#: The kinds of keys that badges are signed with, as people call them.
KINDS: Mapping[str, Algorithm] = {"Ed25519": "Ed25519", "P-256": "P-256", "RSA-3072": "RSA"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """A signing key as others may see it."""

    kid: str
    algorithm: Algorithm
    public: PublicKey
    compromised_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Opens and makes keys for one issuer; `key_url` begins the address of a bare JWK.

    `proofs` are those that badges get. New keys are made in the `device` where there is one, else `sealed`.
    """

    issuer_id: str
    key_url: str
    proofs: tuple[str, ...]
    database_vault: DatabaseVault
    device_vault: Vault | None = None

    def ensure_keys(self, session: Session, now: datetime) -> None:
        """There is a current key of each kind that is needed."""
        if not queries.issuers.tool_key_rows(session):
            self.add_tool_key(session, now)
        for proof in self.proofs:
            if self._current(session, ALGORITHMS[proof]) is None:
                self.make_key(session, ALGORITHMS[proof], now)

    def add_tool_key(self, session: Session, now: datetime) -> ToolKeyRow:
        key = new_tool_key()
        row = ToolKeyRow(
            kid=key.kid,
            encrypted_pem=encrypt(key.pem.encode(), self.database_vault.key_encryption_key),
            created_at=now,
        )
        session.add(row)
        return row

    def make_key(self, session: Session, algorithm: Algorithm, now: datetime) -> SigningKeyRow:
        """A new key, which signs from now on."""
        vault = self.device_vault or self.database_vault
        made = vault.make_key(algorithm)
        kid = short_name(made.public)
        row = SigningKeyRow(
            kid=kid,
            issuer_id=self.issuer_id,
            algorithm=algorithm,
            public_jwk=jwk(made.public, kid),
            vault=vault.NAME,
            vault_data=made.vault_data,
            created_at=now,
        )
        session.add(row)
        session.flush()
        return row

    def rotate(self, session: Session, kind: str, now: datetime) -> str:
        """The name of a new key of `kind` (lti, or one of KINDS); those before sign no more, and stay published."""
        if kind == "lti":
            return self.add_tool_key(session, now).kid
        for row in queries.issuers.signing_keys(session, self.issuer_id):
            if row.algorithm == KINDS[kind]:
                row.retired_at = row.retired_at or now
        return self.make_key(session, KINDS[kind], now).kid

    def retire(self, session: Session, kid: str, now: datetime) -> None:
        """The key signs no more, and stays published; raises NotAllowedError for the last one that is needed."""
        row = self._row(session, kid)
        row.retired_at = row.retired_at or now
        session.flush()
        if self._is_needed(row.algorithm) and self._current(session, row.algorithm) is None:
            raise NotAllowedError(f"{kid} is the only key of its kind, which badges need: rotate it instead")

    def mark_compromised(
        self, session: Session, kid: str, since: datetime | None, now: datetime
    ) -> SigningKeyRow:
        """The key is taken back: somebody else may have signed with it, ever or `since` then. Another signs."""
        row = self._row(session, kid)
        since = min(since or row.created_at, now)
        row.compromised_at = min(since, row.compromised_at or since)
        row.retired_at = row.retired_at or now
        session.flush()
        if self._is_needed(row.algorithm) and self._current(session, row.algorithm) is None:
            self.make_key(session, row.algorithm, now)
        return row

    def tool_keys(self, session: Session) -> tuple[ToolKey, ...]:
        """The newest is the current one; retired ones are still published, so that a platform's cache may age."""
        rows = queries.issuers.tool_key_rows(session)
        return tuple(
            ToolKey(
                kid=row.kid,
                pem=decrypt(row.encrypted_pem, self.database_vault.key_encryption_key).decode(),
                current=row is rows[0],
            )
            for row in rows
        )

    def signing_key(self, session: Session, proof: str) -> SigningKey:
        """The newest key not retired that `proof` signs with, named as readers of that proof look for it."""
        row = self._current(session, ALGORITHMS[proof])
        if row is None:
            raise LookupError(f"there is no {ALGORITHMS[proof]} key for {self.issuer_id}")
        private = self._open(row)
        if proof.startswith("vc-jwt"):
            method = self.jwk_address(row.kid)
        elif proof == "ecdsa-sd-2023":
            method = f"{self.issuer_id}#{multikey(from_jwk(row.public_jwk))}"
        else:
            method = f"{self.issuer_id}#{row.kid}"
        return SigningKey(verification_method=method, kid=row.kid, private=private)

    def current_kids(self, session: Session) -> list[str]:
        """The keys that sign now, one for each proof."""
        rows = [self._current(session, ALGORITHMS[proof]) for proof in self.proofs]
        return [row.kid for row in rows if row is not None]

    def jwk_address(self, kid: str) -> str:
        """Where the bare JWK is that a VC-JWT names."""
        return f"{self.key_url}/{kid}.json"

    def check_keys(self, session: Session) -> None:
        """Raises SigningError where a key that may still sign does not open."""
        for row in queries.issuers.signing_keys(session, self.issuer_id):
            if row.retired_at is None:
                self._open(row)
        self.tool_keys(session)

    def published_keys(self, session: Session) -> tuple[PublishedKey, ...]:
        """Every key the issuer has signed with, newest first."""
        return tuple(
            PublishedKey(
                kid=row.kid,
                algorithm=row.algorithm,
                public=from_jwk(row.public_jwk),
                compromised_at=row.compromised_at,
            )
            for row in queries.issuers.signing_keys(session, self.issuer_id)
        )

    def verification_methods(self, session: Session) -> tuple[VerificationMethod, ...]:
        """The same for the issuer's DID document; those of P-256 under both their names."""
        return tuple(
            VerificationMethod(
                id=f"{self.issuer_id}#{name}",
                controller=self.issuer_id,
                public=key.public,
                ends=key.compromised_at,
            )
            for key in self.published_keys(session)
            for name in ((key.kid, multikey(key.public)) if key.algorithm == "P-256" else (key.kid,))
        )

    def _current(self, session: Session, algorithm: Algorithm) -> SigningKeyRow | None:
        rows = queries.issuers.signing_keys(session, self.issuer_id)
        return next((row for row in rows if row.algorithm == algorithm and row.retired_at is None), None)

    def _is_needed(self, algorithm: Algorithm) -> bool:
        return algorithm in {ALGORITHMS[proof] for proof in self.proofs}

    def _row(self, session: Session, kid: str) -> SigningKeyRow:
        row = session.get(SigningKeyRow, kid)
        if row is None or row.issuer_id != self.issuer_id:
            raise NotFoundError(f"there is no key {kid}: see `keys list`")
        return row

    def private_key(self, row: SigningKeyRow) -> PrivateKey | None:
        """None for a key in a device, which no one gets out of it, or lost."""
        return (
            self.database_vault.open(row.algorithm, row.vault_data or b"")
            if row.vault == self.database_vault.NAME
            else None
        )

    def _open(self, row: SigningKeyRow) -> PrivateKey | DeviceKey:
        for vault in (self.database_vault, self.device_vault):
            if vault is not None and row.vault == vault.NAME and row.vault_data is not None:
                return vault.open(row.algorithm, row.vault_data)
        raise NotFoundError(
            f"the private half of {row.kid} is kept in a place that is not set up: {row.vault}"
        )
