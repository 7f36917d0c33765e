"""The issuer's signing keys and the tool's LTI keys: created at the first start, rotated, retired, revoked.

The newest key of an algorithm that is not retired signs. A retired key stays published, so that credentials signed with
it still verify. A compromised key is published as revoked: see README, "When a key is stolen".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.vaults import Vault
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.logs import log
from lti_tool.platforms.tool_keys import new_tool_key
from lti_tool.store import Session, dead_jobs, events, journal, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import SigningKeyRow, ToolKeyRow
from lti_tool.values import ToolKey
from signing.did_document import names_of_key
from signing.errors import SigningError
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

#: The algorithm of the key that each proof type signs with.
ALGORITHMS: Mapping[str, Algorithm] = {
    "eddsa-rdfc-2022": "Ed25519",
    "ecdsa-sd-2023": "P-256",
    "sd-jwt": "P-256",
    "vc-jwt": "P-256",
    "vc-jwt-rs256": "RSA",
}
#: After this time the operator is reminded of a new key. A key ends by nobody's clock: NIST SP 800-57 part 1 (5.3.6)
#: advises one to three years for a private key that signs.
ADVISED_PERIOD = timedelta(days=2 * 365)
#: The kinds of signing keys by the names that commands use.
KINDS: Mapping[str, Algorithm] = {"Ed25519": "Ed25519", "P-256": "P-256", "RSA-3072": "RSA"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """The public part of a signing key; `compromised_at`: from when on others may have signed with it."""

    kid: str
    algorithm: Algorithm
    public: PublicKey
    compromised_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Creates, opens and publishes the keys of one issuer.

    `did` and `key_url` are those of one of its addresses: proofs name a key by the DID, or by the URL under which it
    is served as a JWK. `proofs` are the proof types that credentials get. New
    keys are made in `device_vault` where there is one; keys from before stay usable in `database_vault`.
    """

    issuer_id: str
    did: str
    key_url: str
    proofs: tuple[str, ...]
    database_vault: DatabaseVault
    device_vault: Vault | None = None

    def ensure_keys(self, session: Session, now: datetime) -> None:
        """Creates a key of each needed kind that has no current one. Raises SigningError where the device cannot.

        Where the last one of a kind was withdrawn, and the device does not make another, the tool starts all the same:
        it has to publish what was withdrawn.
        """
        if not queries.issuers.published_tool_key_rows(session):
            self.add_tool_key(session, now)
        for proof in self.proofs:
            algorithm = ALGORITHMS[proof]
            if self._current(session, algorithm) is not None:
                continue
            if any(
                row.algorithm == algorithm for row in queries.issuers.signing_keys(session, self.issuer_id)
            ):
                self._try_to_make_key(session, algorithm, now, TOOL)
            else:
                self.make_key(session, algorithm, now)

    def add_tool_key(self, session: Session, now: datetime, by: Actor = TOOL) -> ToolKeyRow:
        """A new RSA key for LTI messages, current from now on."""
        key = new_tool_key()
        newest = queries.issuers.tool_key_rows(session)[:1]
        row = ToolKeyRow(
            kid=key.kid,
            encrypted_pem=self.database_vault.key_encryption_key.encrypt(key.pem.encode()),
            # The newest one signs, also where the clock was set back.
            created_at=max([now, *(each.created_at + timedelta(microseconds=1) for each in newest)]),
        )
        session.add(row)
        events.record(session, "key_made", "tool_key", row.kid, now, actor=by)
        return row

    def make_key(
        self, session: Session, algorithm: Algorithm, now: datetime, by: Actor = TOOL
    ) -> SigningKeyRow:
        """A new signing key, current from now on; awards that waited for one are scheduled.

        Raises SigningError where the device cannot make it.
        """
        vault = self.device_vault or self.database_vault
        new = vault.make_key(algorithm)
        kid = short_name(new.public)
        # An award that finds no key keeps the issuer's row until it waits: see `gathering`. So none is missed here.
        queries.issuers.lock_issuer(session, self.issuer_id)
        lacked = self.lacking_kinds(session)
        row = SigningKeyRow(
            kid=kid,
            issuer_id=self.issuer_id,
            algorithm=algorithm,
            public_jwk=jwk(new.public, kid),
            vault=vault.NAME,
            vault_data=new.vault_data,
            created_at=now,
        )
        session.add(row)
        session.flush()
        events.record(session, "key_made", "signing_key", kid, now, actor=by, why=algorithm)
        if lacked and not self.lacking_kinds(session):
            waiting = queries.awards.awards_waiting_for(session, self.issuer_id, "key")
            dead_jobs.add_or_revive(session, "issue", [{"award_id": award.id} for award in waiting], now)
        return row

    def rotate(self, session: Session, kind: str, now: datetime, by: Actor = TOOL) -> str:
        """The `kid` of a new key of `kind` ("lti", or one of KINDS), which signs in place of all earlier ones.

        Raises SigningError where the device cannot make it.
        """
        if kind == "lti":
            return self.add_tool_key(session, now, by).kid
        for row in queries.issuers.signing_keys(session, self.issuer_id):
            if row.algorithm == KINDS[kind]:
                _retire(session, row, now, by)
        return self.make_key(session, KINDS[kind], now, by).kid

    def retire(self, session: Session, kid: str, now: datetime, by: Actor = TOOL) -> None:
        """Lets an older key sign instead; the retired one stays published.

        Raises NotFoundError where there is no such key, NotAllowedError where no other current key of a needed
        algorithm would be left.
        """
        row = self._row(session, kid)
        _retire(session, row, now, by)
        session.flush()
        if self._is_needed(row.algorithm) and self._current(session, row.algorithm) is None:
            raise NotAllowedError(f"{kid} is the only key of its kind, which badges need: rotate it instead")

    def mark_compromised(
        self, session: Session, kid: str, since: datetime | None, now: datetime, by: Actor = TOOL
    ) -> SigningKeyRow:
        """Marks a key that somebody else may have signed with, from `since` on or from its creation.

        It is published as revoked and signs no more; a new key is made where no other is left. Where the device cannot
        make it, the withdrawal counts all the same, and `lacking_kinds` says what has to be made: awards wait for it.
        Marking it again can only move the date back. Raises NotFoundError where there is no such key.
        """
        # A credential that was signed with it a moment ago is stored before this, or not at all: see `issuance`.
        queries.issuers.lock_issuer(session, self.issuer_id)
        row = self._row(session, kid)
        since = min(since or row.created_at, now)
        row.compromised_at = min(since, row.compromised_at or since)
        # It is retired too, as a part of the same act.
        row.retired_at = row.retired_at or now
        session.flush()
        journal.note_key(session, "key_compromised", kid, row.compromised_at, now)
        events.record(session, "key_compromised", "signing_key", kid, now, actor=by)
        if self._is_needed(row.algorithm) and self._current(session, row.algorithm) is None:
            self._try_to_make_key(session, row.algorithm, now, by)
        return row

    def lacking_kinds(self, session: Session) -> Sequence[str]:
        """The kinds of keys that badges need and that have no current key, by the names that commands use."""
        return [
            kind
            for kind, algorithm in KINDS.items()
            if self._is_needed(algorithm) and self._current(session, algorithm) is None
        ]

    def tool_keys(self, session: Session) -> tuple[ToolKey, ...]:
        """The published keys for LTI messages, newest first: that one signs, the others are for platforms' caches.

        Raises DecryptionError where KEY_ENCRYPTION_KEY is not the one they were encrypted with.
        """
        rows = queries.issuers.published_tool_key_rows(session)
        return tuple(
            ToolKey(
                kid=row.kid,
                pem=self.database_vault.key_encryption_key.decrypt(row.encrypted_pem).decode(),
                current=row is rows[0],
            )
            for row in rows
        )

    def signing_key(self, session: Session, proof: str) -> SigningKey:
        """The current key for `proof`, with the verification method that readers of such a proof expect.

        A VC-JWT names the URL of a JWK, as Open Badges 3.0 asks for; the cryptosuites name an entry of the issuer's
        DID document, ecdsa-sd-2023 and SD-JWTs the one that has the Multikey as its name: Credo 0.6 knows no
        JsonWebKey. Raises LookupError where there is no current key, NotFoundError or SigningError where its private
        key cannot be opened.
        """
        row = self._current(session, ALGORITHMS[proof])
        if row is None:
            raise LookupError(f"there is no {ALGORITHMS[proof]} key for {self.did}")
        private = self._open(row)
        if proof.startswith("vc-jwt"):
            method = self.jwk_address(row.kid)
        elif proof in ("ecdsa-sd-2023", "sd-jwt"):
            method = f"{self.did}#{multikey(from_jwk(row.public_jwk))}"
        else:
            method = f"{self.did}#{row.kid}"
        return SigningKey(verification_method=method, kid=row.kid, private=private)

    def can_sign(self, session: Session, proof: str) -> bool:
        """Whether there is a current key for `proof`."""
        return self._current(session, ALGORITHMS[proof]) is not None

    def usable_proof(self, session: Session, names: Collection[str]) -> str:
        """The first of these proofs that has a current key; those that all credentials get come before others.

        Raises LookupError where none has one.
        """
        for name in sorted(names, key=lambda each: each not in self.proofs):
            if self.can_sign(session, name):
                return name
        raise LookupError(f"there is no key for any of {', '.join(names)} for {self.did}")

    def may_all_sign(self, session: Session, kids: Collection[str]) -> bool:
        """Whether none of these keys was retired or marked as compromised."""
        rows = queries.issuers.signing_keys(session, self.issuer_id)
        return set(kids) <= {row.kid for row in rows if row.retired_at is None}

    def current_kids(self, session: Session) -> list[str]:
        """The `kid` of the current key of each proof, in their order."""
        return [row.kid for row in self._current_keys(session)]

    def signing_for_long(self, session: Session, now: datetime) -> Sequence[SigningKeyRow]:
        """The current keys that are older than ADVISED_PERIOD, in the order of the proofs; each once."""
        old = [row for row in self._current_keys(session) if row.created_at + ADVISED_PERIOD <= now]
        return list(dict.fromkeys(old))

    def jwk_address(self, kid: str) -> str:
        """The URL of the key as a JWK, which the header of a VC-JWT names."""
        return f"{self.key_url}/{kid}.json"

    def check_keys(self, session: Session) -> None:
        """Opens every key that may still sign; raises SigningError or NotFoundError where one cannot be opened."""
        for row in queries.issuers.signing_keys(session, self.issuer_id):
            if row.retired_at is None:
                self._open(row)
        self.tool_keys(session)

    def published_keys(self, session: Session) -> tuple[PublishedKey, ...]:
        """Every key the issuer has ever signed with, newest first, retired and compromised ones included."""
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
        """The same keys for the issuer's DID document; those of P-256 twice, because two proof types name them."""
        return tuple(
            VerificationMethod(
                id=f"{self.did}#{name}",
                controller=self.did,
                public=key.public,
                ends=key.compromised_at,
            )
            for key in self.published_keys(session)
            for name in names_of_key(key.kid, key.public)
        )

    def _current(self, session: Session, algorithm: Algorithm) -> SigningKeyRow | None:
        rows = queries.issuers.signing_keys(session, self.issuer_id)
        return next((row for row in rows if row.algorithm == algorithm and row.retired_at is None), None)

    def _current_keys(self, session: Session) -> Sequence[SigningKeyRow]:
        """The current key of each proof that has one, in their order; two proofs may share one."""
        rows = [self._current(session, ALGORITHMS[proof]) for proof in self.proofs]
        return [row for row in rows if row is not None]

    def _is_needed(self, algorithm: Algorithm) -> bool:
        return algorithm in {ALGORITHMS[proof] for proof in self.proofs}

    def _try_to_make_key(self, session: Session, algorithm: Algorithm, now: datetime, by: Actor) -> None:
        """Makes a key, or logs why the device does not: what else the transaction does is kept."""
        try:
            with session.begin_nested():
                self.make_key(session, algorithm, now, by)
        except SigningError as error:
            log.warning("signing_key_not_made", algorithm=algorithm, why=str(error))

    def _row(self, session: Session, kid: str) -> SigningKeyRow:
        row = session.get(SigningKeyRow, kid)
        if row is None or row.issuer_id != self.issuer_id:
            raise NotFoundError(f"there is no key {kid}: see `keys list`")
        return row

    def private_key(self, row: SigningKeyRow) -> PrivateKey | None:
        """The private key, None where it is in a device or lost. Raises DecryptionError as `tool_keys` does."""
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


def _retire(session: Session, row: SigningKeyRow, now: datetime, by: Actor) -> None:
    """Retires the key; one that is retired already stays as it is."""
    if row.retired_at is None:
        row.retired_at = now
        journal.note_key(session, "key_retired", row.kid, now, now)
        events.record(session, "key_retired", "signing_key", row.kid, now, actor=by)
