"""Builds the tool from its settings."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from badges.errors import TemplateError
from badges.issuer import read_issuer
from badges.verify import Report, verify
from badges.vocabularies import set_override_folder
from config.settings import Settings, SettingsError
from lti_tool import bounded_process
from lti_tool.addresses import Addresses
from lti_tool.awarding import looks
from lti_tool.deliveries import email, mail_folder
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.issuance import Issuer, form_name
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.vaults import Vault
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.observations import Policy
from lti_tool.outgoing import Networks, Outgoing
from lti_tool.platforms.access_tokens import TokenCache
from lti_tool.platforms.key_sets import KeySets
from lti_tool.platforms.services import Connection
from lti_tool.publishing import credentials, extension_address, own_documents
from lti_tool.store import outbox, queries
from lti_tool.store.compiled_forms import StoredForms
from lti_tool.store.database import Store
from lti_tool.store.events import Act
from lti_tool.store.expiring_values import StoredExpiringValues
from lti_tool.store.migrations import bring_up_to_date, wait_for_other_starts
from lti_tool.values import Registration
from signing import did
from signing.compiled.cache import CompiledForms
from signing.errors import DecryptionError, UnusableKeyError
from signing.keys import VerificationMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Everything that pages, jobs and commands work with."""

    tool_url: str
    unbound_launch: str
    secret_key: str = field(repr=False)
    poll_every: timedelta
    mail_folder: str | None
    clock: Callable[[], datetime]
    store: Store
    expiring_values: StoredExpiringValues
    outgoing: Outgoing
    key_sets: KeySets
    tokens: TokenCache
    issuer: Issuer
    policy: Policy = field(default_factory=Policy)

    def find_key(self, verification_method: str, issuer_id: str) -> VerificationMethod:
        """A verification method of an issuer; a `signing.keys.KeyFinder`. Raises what `did.find_key` and `fetch` do."""
        return did.find_key(verification_method, issuer_id, self.fetch)

    def find_status(self, url: str) -> bytes:
        """The status list at a URL; a `badges.verify.StatusFinder`. Raises what `fetch` does."""
        return self.fetch(url)

    def fetch(self, url: str) -> bytes:
        """The document at a URL; the tool's own ones are read from the database.

        Raises OutgoingError, or NotFoundError for a URL of the tool itself.
        """
        return own_documents.with_own_documents(self, self.outgoing.fetch)(url)

    def verify(self, file: bytes) -> Report:
        """The Report on a file, as of now."""
        # Our own credentials are checked by the compiled forms they were signed with, which is much faster.
        check = self.issuer.compiled_forms.check
        return verify(
            file,
            self.find_key,
            self.find_status,
            self.clock(),
            fetch=self.fetch,
            check_proof=check,
            find_schema_breach=bounded_process.find_schema_breach,
            is_revoked=lambda credential_id: credentials.is_revoked(self, credential_id),
            read_pdf=bounded_process.attached_text,
        )

    @property
    def addresses(self) -> Addresses:
        """The public URLs."""
        return self.issuer.addresses

    def connect(self, registration: Registration) -> Connection:
        """The services of the registration's platform. Raises DecryptionError where the tool's key cannot be opened."""
        with self.store.read() as session:
            key = self.issuer.keyring.tool_keys(session)[0]
        return Connection(registration, key, self.outgoing, self.tokens, self.clock)


def build_tool(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    follow: Callable[[Act], None] | None = None,
) -> Tool:
    """The tool, with its database migrated and its keys created; `follow` is called with each event after its commit.

    Raises SettingsError where a setting cannot be used: the issuer file, the keys or the device. Errors of the database
    are raised as they are.
    """
    now = clock or _now
    set_override_folder(settings.vocabularies_folder)
    store = Store(settings.database_url, follow)
    bring_up_to_date(store.engine)
    outgoing = Outgoing(
        networks=Networks.PUBLIC_AND_PRIVATE if settings.allow_private_addresses else Networks.PUBLIC,
        ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
        tool_url=settings.tool_url,
    )
    policy, issuer = _issuer(settings, store, now())
    _prepare(store, issuer.keyring, now())
    return Tool(
        tool_url=settings.tool_url,
        unbound_launch=settings.unbound_launch,
        secret_key=settings.secret_key,
        poll_every=timedelta(seconds=settings.poll_seconds),
        mail_folder=None if settings.smtp_url else str(settings.mail_folder),
        clock=now,
        store=store,
        expiring_values=StoredExpiringValues(store, now),
        outgoing=outgoing,
        key_sets=KeySets(outgoing, lambda: now().timestamp()),
        tokens=TokenCache(),
        issuer=issuer,
        policy=policy,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _issuer(settings: Settings, store: Store, now: datetime) -> tuple[Policy, Issuer]:
    try:
        data = tomllib.loads(settings.issuer_file.read_text(encoding="utf-8"))
        policy = _policy(data.pop("awarding", {}))
        profile = read_issuer(data, settings.tool_url, now)
    except OSError as error:
        raise SettingsError(f"ISSUER_FILE cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, TemplateError) as error:
        raise SettingsError(f"ISSUER_FILE cannot be used: {error}") from error
    try:
        with store.begin() as session:
            wait_for_other_starts(session.connection())
            base = extension_address.ensure_base_url(session, settings.extension_url, settings.tool_url, now)
    except NotAllowedError as error:
        raise SettingsError(f"EXTENSION_URL: {error}") from error
    addresses = Addresses(tool_url=settings.tool_url, issuer_slug=profile.slug, extension_url=base)
    keyring = Keyring(
        issuer_id=profile.id,
        key_url=addresses.keys,
        proofs=_proofs(settings),
        database_vault=DatabaseVault(key_encryption_key=settings.key_encryption_key),
        device_vault=_device_vault(settings),
    )
    issuer = Issuer(
        profile=profile,
        keyring=keyring,
        compiled_forms=CompiledForms(partial(form_name, profile.id), StoredForms(store)),
        addresses=addresses,
        channels=_channels(settings),
        status_purpose=settings.status_purpose,
    )
    return policy, issuer


def _policy(table: Any) -> Policy:
    """The policy in the table `awarding` of the issuer's file. Raises SettingsError where it cannot be used."""
    known = {field.name for field in fields(Policy)}
    if not isinstance(table, dict) or not table.keys() <= known:
        raise SettingsError(f"ISSUER_FILE: [awarding] takes {', '.join(sorted(known))}")
    if not all(isinstance(value, bool) for value in table.values()):
        raise SettingsError("ISSUER_FILE: the values of [awarding] are true or false")
    return Policy(**table)


def _device_vault(settings: Settings) -> Vault | None:
    if settings.pkcs11_module is None:
        return None
    try:
        from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault
    except ModuleNotFoundError as error:
        raise SettingsError("PKCS11_MODULE needs python-pkcs11: pip install python-pkcs11") from error
    return Pkcs11Vault(module=settings.pkcs11_module, token=settings.pkcs11_token, pin=settings.pkcs11_pin)


def _proofs(settings: Settings) -> tuple[str, ...]:
    """The proof types of credentials; eddsa-rdfc-2022 first, because some verifiers look at the first proof only."""
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
    """Creates missing keys, checks that all can be opened, and schedules recurring work."""
    try:
        with store.begin() as session:
            wait_for_other_starts(session.connection())
            queries.issuers.ensure_issuer(session, keyring.issuer_id, now)
            keyring.ensure_keys(session, now)
            keyring.check_keys(session)
            outbox.schedule_if_absent(session, "sweep", "sweep", {}, now)
            for course_id in queries.rules.courses_with_rules(session):
                looks.schedule_first_look(session, course_id, now)
    except DecryptionError as error:
        raise SettingsError("KEY_ENCRYPTION_KEY does not open the keys in the database") from error
    except (UnusableKeyError, NotFoundError) as error:
        raise SettingsError(f"PKCS11_MODULE, PKCS11_TOKEN, PKCS11_PIN: {error}") from error
