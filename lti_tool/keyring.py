"""The tool's own keys: made at first start, sealed in the store, opened with the key-encryption key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lti_tool.platforms.registration import new_tool_key
from lti_tool.store import Session, queries
from lti_tool.store.models import SigningKeyRow, ToolKeyRow
from lti_tool.values import ToolKey
from signing import keys
from signing.keys import Algorithm, SigningKey
from signing.sealing import seal, unseal

#: The key each proof signs with.
ALGORITHMS: dict[str, Algorithm] = {"eddsa-rdfc-2022": "Ed25519", "vc-jwt": "P-256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Opens and makes keys for one issuer; `key_url` begins the address of a bare JWK."""

    issuer_id: str
    key_url: str
    key_encryption_key: str

    def ensure(self, session: Session, now: datetime) -> None:
        """One current key of each kind exists afterwards."""
        if not queries.tool_key_rows(session):
            self.add_tool_key(session, now)
        have = {row.algorithm for row in queries.signing_keys(session, self.issuer_id) if not row.retired_at}
        for algorithm in ALGORITHMS.values():
            if algorithm not in have:
                self.add_signing_key(session, algorithm, now)

    def add_tool_key(self, session: Session, now: datetime) -> ToolKeyRow:
        key = new_tool_key()
        row = ToolKeyRow(
            kid=key.kid, sealed_pem=seal(key.pem.encode(), self.key_encryption_key), created_at=now
        )
        session.add(row)
        return row

    def add_signing_key(self, session: Session, algorithm: Algorithm, now: datetime) -> SigningKeyRow:
        private = keys.generate(algorithm)
        row = SigningKeyRow(
            kid=_short_name(private),
            issuer_id=self.issuer_id,
            algorithm=algorithm,
            sealed_pem=seal(keys.as_pem(private, self.key_encryption_key), self.key_encryption_key),
            created_at=now,
        )
        session.add(row)
        return row

    def rotate(self, session: Session, kind: str, now: datetime) -> str:
        """The name of a new key of `kind` (lti, Ed25519, P-256); those before sign no more, and stay published."""
        if kind == "lti":
            return self.add_tool_key(session, now).kid
        for row in queries.signing_keys(session, self.issuer_id):
            if row.algorithm == kind:
                row.retired_at = row.retired_at or now
        return self.add_signing_key(session, "Ed25519" if kind == "Ed25519" else "P-256", now).kid

    def tool_keys(self, session: Session) -> tuple[ToolKey, ...]:
        """The newest is the current one; retired ones are still published, so that a platform's cache may age."""
        rows = queries.tool_key_rows(session)
        return tuple(
            ToolKey(
                kid=row.kid,
                pem=unseal(row.sealed_pem, self.key_encryption_key).decode(),
                current=row is rows[0],
            )
            for row in rows
        )

    def signing_key(self, session: Session, proof: str) -> SigningKey:
        """The newest key not retired that `proof` signs with."""
        for row in queries.signing_keys(session, self.issuer_id):
            if row.algorithm == ALGORITHMS[proof] and row.retired_at is None:
                return self._open(row)
        raise LookupError(f"there is no {ALGORITHMS[proof]} key for {self.issuer_id}")

    def all_signing_keys(self, session: Session) -> tuple[SigningKey, ...]:
        return tuple(self._open(row) for row in queries.signing_keys(session, self.issuer_id))

    def _open(self, row: SigningKeyRow) -> SigningKey:
        private = keys.from_pem(unseal(row.sealed_pem, self.key_encryption_key), self.key_encryption_key)
        method = (
            f"{self.issuer_id}#{row.kid}" if row.algorithm == "Ed25519" else f"{self.key_url}/{row.kid}.json"
        )
        return SigningKey(verification_method=method, kid=row.kid, private=private)


def _short_name(private: keys.PrivateKey) -> str:
    """The end of the Multikey: names the key without saying when it was made."""
    return "key-" + keys.multikey(private.public_key())[-16:]
