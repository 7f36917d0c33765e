"""Puts the real things together, once, from the settings."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from badges.errors import TemplateError
from badges.issuer import read_issuer
from badges.verify import Report, verify
from badges.vocabularies import set_override_folder
from config.settings import Settings, SettingsError
from lti_tool.addresses import Addresses
from lti_tool.awarding import looks
from lti_tool.deliveries import email, mail_folder
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.issuance import Issuer, form_name
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.vaults import Vault
from lti_tool.issuing.vaults.database import EncryptedVault
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.key_sets import KeySets
from lti_tool.platforms.services import Connection, TokenCache
from lti_tool.publishing import extension_address, own_documents
from lti_tool.store import outbox, queries
from lti_tool.store.compiled_forms import StoredForms
from lti_tool.store.database import Store
from lti_tool.store.expiring_values import StoredExpiringValues
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.values import Registration
from signing import did
from signing.compiled.cache import CompiledForms
from signing.errors import DecryptionError, UnusableKeyError
from signing.keys import VerificationMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Everything a page, a task or a command works with."""

    tool_url: str
    unbound_launch: str
    secret_key: str = field(repr=False)
    poll_every: timedelta
    embedded: bool
    mail_folder: str | None
    clock: Callable[[], datetime]
    store: Store
    memory: StoredExpiringValues
    outgoing: Outgoing
    key_sets: KeySets
    tokens: TokenCache
    issuer: Issuer

    def find_key(self, verification_method: str, issuer_id: str) -> VerificationMethod:
        """A `signing.keys.KeyFinder`: our own keys are read where they are, others are fetched."""
        return did.find_key(verification_method, issuer_id, self.fetch)

    def find_status(self, url: str) -> bytes:
        """A `badges.verify.StatusFinder`."""
        return self.fetch(url)

    def fetch(self, url: str) -> bytes:
        """What is served at an address; our own documents are read where they are."""
        return own_documents.with_own_documents(self, self.outgoing.fetch)(url)

    def verify(self, file: bytes) -> Report:
        """The Report on a file, now; our own credentials are checked by the templates they were made with."""
        check = self.issuer.templates.check
        return verify(
            file, self.find_key, self.find_status, self.clock(), fetch=self.fetch, check_proof=check
        )

    @property
    def addresses(self) -> Addresses:
        return self.issuer.addresses

    def connect(self, registration: Registration) -> Connection:
        """A platform's services, called as this registration."""
        with self.store.read() as session:
            key = self.issuer.keyring.tool_keys(session)[0]
        return Connection(registration, key, self.outgoing, self.tokens, self.clock)


def build_tool(settings: Settings, clock: Callable[[], datetime] | None = None) -> Tool:
    """The tool, its database up to date and its keys made; raises SettingsError."""
    now = clock or _now
    set_override_folder(settings.vocabularies_folder)
    store = Store(settings.database_url)
    bring_up_to_date(store.engine)
    outgoing = Outgoing(
        allow_private=settings.allow_private_addresses,
        ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
        tool_url=settings.tool_url,
    )
    issuer = _issuer(settings, store, now())
    _prepare(store, issuer.keyring, now())
    return Tool(
        tool_url=settings.tool_url,
        unbound_launch=settings.unbound_launch,
        secret_key=settings.secret_key,
        poll_every=timedelta(seconds=settings.poll_seconds),
        embedded=settings.embedded,
        mail_folder=None if settings.smtp_url else str(settings.mail_folder),
        clock=now,
        store=store,
        memory=StoredExpiringValues(store, now),
        outgoing=outgoing,
        key_sets=KeySets(outgoing, lambda: now().timestamp()),
        tokens=TokenCache(),
        issuer=issuer,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _issuer(settings: Settings, store: Store, now: datetime) -> Issuer:
    try:
        data = tomllib.loads(settings.issuer_file.read_text(encoding="utf-8"))
        profile = read_issuer(data, settings.tool_url, now.date())
    except OSError as error:
        raise SettingsError(f"ISSUER_FILE cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, TemplateError) as error:
        raise SettingsError(f"ISSUER_FILE cannot be used: {error}") from error
    try:
        with store.begin() as session:
            base = extension_address.settle(session, settings.extension_url, settings.tool_url, now)
    except NotAllowedError as error:
        raise SettingsError(f"EXTENSION_URL: {error}") from error
    addresses = Addresses(tool_url=settings.tool_url, issuer_slug=profile.slug, extension_url=base)
    keyring = Keyring(
        issuer_id=profile.id,
        key_url=addresses.keys,
        proofs=_proofs(settings),
        sealed=EncryptedVault(key_encryption_key=settings.key_encryption_key),
        device=_device(settings),
    )
    return Issuer(
        profile=profile,
        keyring=keyring,
        templates=CompiledForms(partial(form_name, profile.id), StoredForms(store)),
        addresses=addresses,
        channels=_channels(settings),
        status_purpose=settings.status_purpose,
    )


def _device(settings: Settings) -> Vault | None:
    if settings.pkcs11_module is None:
        return None
    try:
        from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault
    except ModuleNotFoundError as error:
        raise SettingsError("PKCS11_MODULE needs python-pkcs11: pip install python-pkcs11") from error
    return Pkcs11Vault(module=settings.pkcs11_module, token=settings.pkcs11_token, pin=settings.pkcs11_pin)


def _proofs(settings: Settings) -> tuple[str, ...]:
    """What badges are signed with: eddsa-rdfc-2022 stands first, because some verifiers look at the first alone."""
    selective = ("ecdsa-sd-2023",) if settings.selective_disclosure else ()
    return (
        "eddsa-rdfc-2022",
        *selective,
        {"ES256": "vc-jwt", "RS256": "vc-jwt-rs256"}[settings.jwt_algorithm],
    )


def _channels(settings: Settings) -> Mapping[str, Any]:
    if settings.smtp_url:
        return {email.NAME: email.Options(url=settings.smtp_url, sender=settings.mail_from)}
    return {mail_folder.NAME: mail_folder.Options(folder=settings.mail_folder, sender=settings.mail_from)}


def _prepare(store: Store, keyring: Keyring, now: datetime) -> None:
    """Keys exist and open, and the work that always comes back is planned."""
    try:
        with store.begin() as session:
            keyring.ensure(session, now)
            keyring.open_all(session)
            outbox.schedule_if_absent(session, "sweep", "sweep", {}, now)
            for rule in queries.rules.all_rules(session):
                looks.schedule_first_look(session, rule, now)
    except DecryptionError as error:
        raise SettingsError("KEY_ENCRYPTION_KEY does not open the keys in the database") from error
    except (UnusableKeyError, NotFoundError) as error:
        raise SettingsError(f"PKCS11_MODULE, PKCS11_TOKEN, PKCS11_PIN: {error}") from error
