"""Builds the tool from its settings."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from typing import Any

from badges.errors import TemplateError
from badges.recognition_pack.signed import PackOutcome, ReadPack, check_pack
from badges.verify import Budget, FetchInTime, Report
from badges.vocabularies import set_override_folder
from config.errors import SettingsError
from config.reader import Network
from config.settings import Settings
from config.shown import ShownSetting, shown_settings
from lti_tool.addresses import Addresses
from lti_tool.awarding import looks
from lti_tool.catalogue.current import CurrentOffers
from lti_tool.deliveries import email, mail_folder, open_at
from lti_tool.errors import JournalError, NotAllowedError, NotFoundError, SchemaTooNewError
from lti_tool.issuing import issuer_changes, issuer_file
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuer_file import IssuerFile
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.new_credential import form_name
from lti_tool.issuing.vaults import Vault
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.logs import log
from lti_tool.mails.dkim_key import DkimKey, read_key
from lti_tool.mails.returned import ReturnAddress
from lti_tool.mails.tokens import MailTokens
from lti_tool.operators.claimed_roles import ClaimedRole
from lti_tool.operators.openid import OpenIdClient, OpenIdProvider
from lti_tool.operators.permissions import ROLES
from lti_tool.organisations.dns_texts import find_texts
from lti_tool.organisations.domains import FindTexts
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.access_tokens import TokenCache
from lti_tool.platforms.call_limits import PlatformsCallLimits
from lti_tool.platforms.key_sets import KeySets
from lti_tool.platforms.services import Connection
from lti_tool.privacy import account_key, stored_secrets
from lti_tool.privacy.journal import begin_journal
from lti_tool.privacy.journal_file import JournalFile
from lti_tool.privacy.periods import Periods
from lti_tool.publishing import credentials, extension_address, own_documents
from lti_tool.sealing import Seal
from lti_tool.sealing.remote import RemoteSigner, SignerAccount
from lti_tool.store import outbox, queries
from lti_tool.store.clock import DatabaseClock
from lti_tool.store.compiled_forms import StoredForms
from lti_tool.store.database import Store
from lti_tool.store.events import TOOL, Act, Actor
from lti_tool.store.expiring_values import StoredExpiringValues
from lti_tool.store.migrations import bring_up_to_date, wait_for_other_starts
from lti_tool.traces import set_up_traces
from lti_tool.values import Decrypt, Registration
from lti_tool.verification import verify_file
from signing import did
from signing.compiled.cache import CompiledForms
from signing.encryption import KeyEncryptionKey, Passphrase, RandomKey
from signing.errors import DecryptionError, SealError, UnusableKeyError
from signing.keys import VerificationMethod
from signing.seals.certificates import SealCertificate, from_pem, seal_certificate
from signing.seals.jades import SigningTime
from signing.seals.key_files import read_pkcs12
from signing.seals.seal_keys import SealKey

#: For one call of the verifier: a host that does not answer leaves time to say so within the budget.
VERIFIER_SECONDS = 10
#: What several files that are verified together may cost, in seconds and fetches; for one file see `badges.verify`.
BATCH_SECONDS = 60
BATCH_FETCHES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Everything that pages, jobs and commands work with.

    `outgoing` calls platforms, and with them the private hosts that the operator has named. `verifier_outgoing` calls
    what strangers write into badges: public addresses only, over connections of its own. `new_budget` makes the budget
    of one verification; `seconds` and `fetches` say how large it is otherwise. `return_address`: where mails return to
    that cannot be delivered; with `bounce_secret` a mail service tells which those are, nobody where it is empty. With
    `metrics_token` a monitor reads the numbers, nobody where it is empty. `journal`: the file of erasures and
    revocations; `periods`: how long things are kept.
    `offers`: what is in the catalogue.
    `openid` signs operators in, where there is one; `role_claim` and `claimed_roles` say what they may do then.
    `seal` is that of the institution, put on exports of the first issuer; None where it has none.
    `settings` are shown to operators, and have no secret. `find_texts` finds TXT records; None where the DNS is not to
    be asked.
    """

    tool_url: str
    unbound_launch: str
    secret_key: str = field(repr=False)
    poll_every: timedelta
    limits_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    trusted_proxies: Sequence[Network]
    mail_folder: str | None
    journal: JournalFile
    periods: Periods
    return_address: ReturnAddress | None
    bounce_secret: str = field(repr=False)
    metrics_token: str = field(repr=False)
    clock: Callable[[], datetime]
    store: Store
    expiring_values: StoredExpiringValues
    outgoing: Outgoing
    verifier_outgoing: Outgoing
    new_budget: Callable[..., Budget]
    key_sets: KeySets
    tokens: TokenCache
    call_limits: PlatformsCallLimits
    issuers: Issuers
    offers: CurrentOffers = field(default_factory=CurrentOffers)
    openid: OpenIdProvider | None = None
    role_claim: str = ""
    claimed_roles: Sequence[ClaimedRole] = ()
    seal: Seal | None = None
    settings: Sequence[ShownSetting] = ()
    find_texts: FindTexts | None = None

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
        return self._fetch_in_time(url, VERIFIER_SECONDS)

    def verify(self, file: bytes) -> Report:
        """The Report on a file from anybody, as of now; other sites are asked for what it names."""
        return self._verify(file, self._fetch_in_time, self.new_budget())

    def verify_all(self, files: Iterable[bytes]) -> Iterator[Report]:
        """The Report on each of these files, as `verify`, one after the other, within one budget for all of them.

        What a file before has used up is `limit_reached` for those after it, which says nothing about them.
        """
        budget = self.new_budget(seconds=BATCH_SECONDS, fetches=BATCH_FETCHES)
        for file in files:
            yield self._verify(file, self._fetch_in_time, budget)

    def check_pack(self, pack: ReadPack) -> PackOutcome:
        """Whether a recognition pack from anybody is as its issuer signed it; its badges are for `verify_all`."""
        fetch = self.new_budget().limited(self._fetch_in_time)
        return check_pack(pack, partial(did.find_key, fetch=fetch), self.clock())

    def verify_own(self, credential: str) -> Report:
        """The Report on a credential of ours, as of now. Nobody is called: what it names is all in the database."""
        return self._verify(credential.encode(), own_documents.only_own_documents(self), self.new_budget())

    def _fetch_in_time(self, url: str, seconds: float) -> bytes:
        return own_documents.with_own_documents(self, self.verifier_outgoing.fetch_in_time)(url, seconds)

    def _verify(self, file: bytes, fetch: FetchInTime, budget: Budget) -> Report:
        return verify_file(
            file,
            fetch,
            budget,
            self.clock(),
            # Our own credentials are checked by the compiled forms they were signed with, which is much faster.
            check_proof=self.issuers.compiled_forms.check,
            is_revoked=lambda credential_id: credentials.is_revoked(self, credential_id),
        )

    @property
    def issuer(self) -> Issuer:
        """The first issuer as it is now: that of the institution which runs the tool."""
        with self.store.read() as session:
            return self.issuers.first(session)

    @property
    def addresses(self) -> Addresses:
        """The public URLs."""
        return self.issuer.addresses

    def connect(self, registration: Registration) -> Connection:
        """The services of the registration's platform. Raises DecryptionError where the tool's key cannot be opened."""
        with self.store.read() as session:
            key = self.issuers.first(session).keyring.tool_keys(session)[0]
        return Connection(
            registration,
            key,
            self.outgoing,
            self.tokens,
            self.clock,
            self.decrypt,
            self.call_limits.of(registration.id),
        )

    @property
    def encrypt(self) -> Callable[[bytes], bytes]:
        """Encrypts a secret with the key-encryption key of the settings, as it is stored."""
        return self.issuers.database_vault.key_encryption_key.encrypt

    @property
    def stored_secrets_key(self) -> KeyEncryptionKey:
        """Both, for what reads a secret and stores it anew."""
        return self.issuers.database_vault.key_encryption_key

    @property
    def decrypt(self) -> Decrypt:
        """Opens what `encrypt` made."""
        return self.issuers.database_vault.key_encryption_key.decrypt


def build_tool(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    follow: Callable[[Act], None] | None = None,
) -> Tool:
    """The tool, with its database migrated and its keys created; `follow` is called with each event after its commit.

    Raises SettingsError where a setting cannot be used: the issuer file, the keys or the device. Errors of the database
    are raised as they are.
    """
    set_override_folder(settings.vocabularies_folder)
    store = Store(settings.database_url, follow)
    now = clock or DatabaseClock(store.engine)
    with _closed_on_failure(store):
        _bring_up_to_date(store)
        file = _issuer_file(settings, now())
        found = _issuers(settings, store, _extension_url(settings, store, now()))
        key = _prepare(store, found, settings.tool_url, file, now())
        return _tool(settings, store, found, key, now)


def existing_tool(settings: Settings, store: Store, clock: Callable[[], datetime] | None = None) -> Tool:
    """The tool on a database that was brought up to date before, as `build_tool` would make it; nothing is changed.

    Raises SettingsError as `build_tool` does, NotFoundError where no start has ended yet.
    """
    set_override_folder(settings.vocabularies_folder)
    now = clock or DatabaseClock(store.engine)
    file = _issuer_file(settings, now())
    with store.read() as session:
        try:
            extension_url = extension_address.base_url(session, settings.extension_url, settings.tool_url)
        except NotAllowedError as error:
            raise SettingsError(f"EXTENSION_URL: {error}") from error
        found = _issuers(settings, store, extension_url)
        found.first(session)
        issuers = found.all(session)
        _check_addresses(issuers, settings.tool_url, file.data["slug"])
        with _key_troubles():
            for issuer in issuers:
                issuer.keyring.check_keys(session)
            key = account_key.account_key(session, found.database_vault.key_encryption_key)
    return _tool(settings, store, found, key, now)


def _tool(
    settings: Settings, store: Store, found: Issuers, hash_key: bytes, now: Callable[[], datetime]
) -> Tool:
    store.use_account_key(hash_key)
    outgoing = Outgoing(
        private_hosts=settings.private_hosts, ca_bundle=settings.ca_bundle, tool_url=settings.tool_url
    )
    verifier_outgoing = Outgoing(
        ca_bundle=settings.ca_bundle, total_seconds=VERIFIER_SECONDS, tool_url=settings.tool_url
    )
    key_sets = KeySets(outgoing, lambda: now().timestamp())
    return Tool(
        tool_url=settings.tool_url,
        unbound_launch=settings.unbound_launch,
        secret_key=settings.secret_key,
        poll_every=timedelta(seconds=settings.poll_seconds),
        limits_url=settings.limits_url,
        broker_url=settings.broker_url,
        trusted_proxies=settings.trusted_proxies,
        return_address=_return_address(settings),
        bounce_secret=settings.bounce_secret,
        metrics_token=settings.metrics_token,
        journal=JournalFile(settings.journal_file, hash_key),
        periods=_periods(settings),
        mail_folder=None if settings.smtp_url else str(settings.mail_folder),
        clock=now,
        store=store,
        expiring_values=StoredExpiringValues(store, now),
        outgoing=outgoing,
        verifier_outgoing=verifier_outgoing,
        new_budget=partial(Budget, time.monotonic),
        key_sets=key_sets,
        tokens=TokenCache(),
        call_limits=PlatformsCallLimits(lambda: now().timestamp()),
        issuers=found,
        openid=_openid(settings, outgoing, key_sets, now),
        role_claim=settings.oidc_role_claim,
        claimed_roles=_claimed_roles(settings),
        seal=_seal(settings, found, outgoing, now),
        settings=shown_settings(settings),
        find_texts=find_texts if settings.domain_records else None,
    )


def trace(settings: Settings, process: str) -> None:
    """Has this process, `web` or `worker`, send traces where a collector is set.

    Raises SettingsError where what it needs is not installed.
    """
    if settings.traces_url is None:
        return
    try:
        set_up_traces(settings.traces_url, process)
    except ModuleNotFoundError as error:
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry: "
            "pip install --require-hashes -r requirements-otel.lock"
        ) from error


def start_tool(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    follow: Callable[[Act], None] | None = None,
) -> Tool:
    """As `build_tool`, once the journal of erasures is seen to fit the database: for all that goes on to use it.

    Raises SettingsError also where it does not, with what mends it.
    """
    tool = build_tool(settings, clock, follow)
    with _closed_on_failure(tool.store):
        try:
            begin_journal(tool)
        except JournalError as error:
            raise SettingsError(f"JOURNAL_FILE: {error}") from error
        except OSError as error:
            raise SettingsError(f"JOURNAL_FILE cannot be read: {error.strerror}") from error
    return tool


def _periods(settings: Settings) -> Periods:
    return Periods(
        members=timedelta(days=settings.keep_members_days),
        observations=timedelta(days=settings.keep_observations_days),
        mails=timedelta(days=settings.keep_mails_days),
        bulk_acts=timedelta(days=settings.keep_bulk_acts_days),
        prior_learning=timedelta(days=settings.keep_prior_learning_days),
        events=timedelta(days=settings.keep_events_days),
        jobs=timedelta(days=settings.keep_jobs_days),
    )


def _bring_up_to_date(store: Store) -> None:
    try:
        bring_up_to_date(store.engine)
    except SchemaTooNewError as error:
        raise SettingsError(f"DATABASE_URL: {error}") from error


@contextmanager
def _closed_on_failure(store: Store) -> Iterator[None]:
    """Closes the connections of a start that is refused: its process may go on."""
    try:
        yield
    except BaseException:
        store.close()
        raise


def move_issuers(
    settings: Settings, clock: Callable[[], datetime] | None = None, by: Actor = TOOL
) -> Sequence[Issuer]:
    """The issuers that have moved: to TOOL_URL as it is now, and the first one to the slug of ISSUER_FILE.

    Raises SettingsError as `build_tool` does, NotAllowedError where the slug is another issuer's.
    """
    store = Store(settings.database_url)
    try:
        now = (clock or DatabaseClock(store.engine))()
        slug_in_file = _issuer_file(settings, now).data["slug"]
        _bring_up_to_date(store)
        found = _issuers(settings, store, _extension_url(settings, store, now))
        with store.begin() as session:
            wait_for_other_starts(session.connection())
            if queries.issuers.first_issuer(session) is None:
                return ()
            first, *others = found.all(session)
            wanted = [(first, slug_in_file), *((other, other.profile.slug) for other in others)]
            moved = [
                issuer.id
                for issuer, slug in wanted
                if issuer_changes.move(session, issuer, settings.tool_url, slug, now, by)
            ]
            return [found.of(session, issuer_id) for issuer_id in moved]
    finally:
        store.close()


def encrypt_anew(
    settings: Settings,
    old: bytes | str,
    clock: Callable[[], datetime] | None = None,
    by: Actor = TOOL,
) -> int:
    """How many stored secrets are encrypted with KEY_ENCRYPTION_KEY now, and were with `old`: random bytes, or a text.

    Raises SettingsError where `old` does not open them, and where the database is not that of this version.
    """
    store = Store(settings.database_url)
    try:
        now = (clock or DatabaseClock(store.engine))()
        _bring_up_to_date(store)
        with store.begin() as session:
            wait_for_other_starts(session.connection())
            return stored_secrets.encrypt_anew(session, _key_of(old), key_encryption_key(settings), now, by)
    except DecryptionError as error:
        raise SettingsError(
            "the old key does not open the secrets in the database: nothing has changed"
        ) from error
    finally:
        store.close()


def _check_addresses(found: Sequence[Issuer], tool_url: str, first_slug: str) -> None:
    """Raises SettingsError where an issuer would move by a changed setting: all its badges name the old address."""
    what_to_do = "To move, and keep the old badges valid: python -m lti_tool issuer move"
    for issuer in found:
        if issuer.addresses.tool_url != tool_url:
            raise SettingsError(
                f"TOOL_URL is {tool_url}, but badges name {issuer.addresses.tool_url}. {what_to_do}"
            )
    if found[0].profile.slug != first_slug:
        raise SettingsError(
            f"ISSUER_FILE: the slug is {first_slug}, but badges name {found[0].profile.slug}. {what_to_do}"
        )


def _issuers(settings: Settings, store: Store, extension_url: str) -> Issuers:
    own_dids = _OwnDids(store)
    return Issuers(
        extension_url=extension_url,
        is_own=own_dids.has,
        proofs=_proofs(settings),
        database_vault=DatabaseVault(key_encryption_key=key_encryption_key(settings)),
        device_vault=_device_vault(settings),
        compiled_forms=CompiledForms(partial(form_name, own_dids.has), StoredForms(store)),
        channels=_channels(settings),
        open_at=open_at,
        status_purpose=settings.status_purpose,
        mail_tokens=MailTokens(secret_key=settings.secret_key),
    )


class _OwnDids:
    """The DIDs of the issuers of this tool. None ever ceases to be one, so those that were found are remembered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: set[str] = set()

    def has(self, did: str) -> bool:
        if did not in self._known:
            with self._store.read() as session:
                if not queries.issuers.is_own_did(session, did):
                    return False
            self._known.add(did)
        return True


def _extension_url(settings: Settings, store: Store, now: datetime) -> str:
    try:
        with store.begin() as session:
            wait_for_other_starts(session.connection())
            return extension_address.ensure_base_url(session, settings.extension_url, settings.tool_url, now)
    except NotAllowedError as error:
        raise SettingsError(f"EXTENSION_URL: {error}") from error


def _issuer_file(settings: Settings, now: datetime) -> IssuerFile:
    """What ISSUER_FILE says. Raises SettingsError where it cannot be used."""
    try:
        file = issuer_file.read_file(settings.issuer_file)
        issuer_file.read_profile(file.data, settings.tool_url, now)
    except OSError as error:
        raise SettingsError(f"ISSUER_FILE cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, TemplateError) as error:
        raise SettingsError(f"ISSUER_FILE cannot be used: {error}") from error
    except NotAllowedError as error:
        raise SettingsError(f"ISSUER_FILE: {error}") from error
    return file


def key_encryption_key(settings: Settings) -> KeyEncryptionKey:
    """What encrypts the secrets that are stored."""
    return _key_of(settings.key_encryption_key)


def _key_of(key: bytes | str) -> KeyEncryptionKey:
    return RandomKey(key=key) if isinstance(key, bytes) else Passphrase(passphrase=key)


def _device_vault(settings: Settings) -> Vault | None:
    if settings.pkcs11_module is None:
        return None
    try:
        from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault
    except ModuleNotFoundError as error:
        raise SettingsError(
            "PKCS11_MODULE needs python-pkcs11: pip install --require-hashes -r requirements-pkcs11.lock"
        ) from error
    return Pkcs11Vault(module=settings.pkcs11_module, token=settings.pkcs11_token, pin=settings.pkcs11_pin)


def _proofs(settings: Settings) -> tuple[str, ...]:
    """The proof types of credentials."""
    selective = ("ecdsa-sd-2023",) if settings.selective_disclosure else ()
    return (
        "eddsa-rdfc-2022",
        *selective,
        {"ES256": "vc-jwt", "RS256": "vc-jwt-rs256"}[settings.jwt_algorithm],
    )


def _openid(
    settings: Settings, outgoing: Outgoing, key_sets: KeySets, now: Callable[[], datetime]
) -> OpenIdProvider | None:
    if settings.oidc_issuer is None:
        return None
    client = OpenIdClient(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
    )
    return OpenIdProvider(client, outgoing, key_sets, lambda: now().timestamp())


def _seal(settings: Settings, found: Issuers, outgoing: Outgoing, now: Callable[[], datetime]) -> Seal | None:
    """The institution's seal. Raises SettingsError where its key cannot be used, whenever it is asked."""
    signing_time: SigningTime = "iat" if settings.seal_time == "iat" else "sigT"
    if settings.seal_csc_url is not None:
        account = SignerAccount(
            url=settings.seal_csc_url,
            credential=settings.seal_csc_credential,
            client_id=settings.seal_csc_client_id,
            client_secret=settings.seal_csc_client_secret,
            pin=settings.seal_csc_pin,
        )
        signer = RemoteSigner(account, outgoing, lambda: now().timestamp())
        return Seal(place="remote", signing_time=signing_time, find_key=signer.key)
    if settings.seal_pkcs12_file is not None:
        name, file = "SEAL_PKCS12_FILE", settings.seal_pkcs12_file
        with _seal_troubles(name):
            in_file = read_pkcs12(file.read_bytes(), settings.seal_pkcs12_password)
        return Seal(place="file", signing_time=signing_time, find_key=lambda: in_file)
    if settings.seal_pkcs11_module is not None and settings.seal_certificate_file is not None:
        with _seal_troubles("SEAL_CERTIFICATE_FILE"):
            certificate = seal_certificate(from_pem(settings.seal_certificate_file.read_bytes()))
        in_device = _seal_key_in_device(settings, found.device_vault, certificate)
        return Seal(place="device", signing_time=signing_time, find_key=lambda: in_device)
    return None


@contextmanager
def _seal_troubles(name: str) -> Iterator[None]:
    """Raises SettingsError about that setting in place of what is raised where its file cannot be used."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{name} cannot be read: {error.strerror}") from error
    except SealError as error:
        raise SettingsError(f"{name}: {error}") from error


def _seal_key_in_device(settings: Settings, vault: Vault | None, certificate: SealCertificate) -> SealKey:
    try:
        from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault
        from lti_tool.issuing.vaults.seal_key import SealKeyInDevice
    except ModuleNotFoundError as error:
        raise SettingsError(
            "SEAL_PKCS11_MODULE needs python-pkcs11: pip install --require-hashes -r requirements-pkcs11.lock"
        ) from error
    module, token = settings.seal_pkcs11_module or "", settings.seal_pkcs11_token
    # A login counts for the whole process: one token has one vault, whose sessions wait for each other.
    if not isinstance(vault, Pkcs11Vault) or (vault.module, vault.token) != (module, token):
        vault = Pkcs11Vault(module=module, token=token, pin=settings.seal_pkcs11_pin)
    return SealKeyInDevice(vault=vault, name=settings.seal_pkcs11_key, certificate=certificate)


def _claimed_roles(settings: Settings) -> Sequence[ClaimedRole]:
    """What OIDC_ROLES says. Raises SettingsError where it names a role that there is not."""
    for _value, role, _slug in settings.oidc_roles:
        if role not in ROLES:
            raise SettingsError(f"OIDC_ROLES: there is no role {role}; there are {', '.join(ROLES)}")
    return [ClaimedRole(value=value, role=role, slug=slug) for value, role, slug in settings.oidc_roles]


def _return_address(settings: Settings) -> ReturnAddress | None:
    if settings.bounce_address is None:
        return None
    return ReturnAddress(mailbox=settings.bounce_address, tokens=MailTokens(secret_key=settings.secret_key))


def _dkim_key(settings: Settings) -> DkimKey | None:
    if settings.dkim_key_file is None:
        return None
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    try:
        return read_key(settings.dkim_key_file.read_bytes(), domain, settings.dkim_selector)
    except OSError as error:
        raise SettingsError(f"DKIM_KEY_FILE cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"DKIM_KEY_FILE has {error}") from error


def _channels(settings: Settings) -> Mapping[str, Any]:
    if settings.smtp_url:
        options = email.Options(
            url=settings.smtp_url,
            sender=settings.mail_from,
            return_address=_return_address(settings),
            dkim=_dkim_key(settings),
            ca_bundle=settings.ca_bundle,
        )
        return {email.NAME: options}
    return {mail_folder.NAME: mail_folder.Options(folder=settings.mail_folder, sender=settings.mail_from)}


def _prepare(store: Store, found: Issuers, tool_url: str, file: IssuerFile, now: datetime) -> bytes:
    """Makes the first issuer, or takes over its changes; creates missing keys, and checks that all can be opened.

    Schedules recurring work too. Returns the key of the hashes of erased people.
    """
    undone: Sequence[str] = ()
    with _key_troubles(), store.begin() as session:
        wait_for_other_starts(session.connection())
        if queries.issuers.first_issuer(session) is None:
            issuer_changes.add(
                session,
                file.data,
                tool_url,
                now,
                logo=file.logo,
                logo_sha256=file.logo_sha256,
                is_first=True,
            )
        else:
            _check_addresses(found.all(session), tool_url, file.data["slug"])
            undone = issuer_changes.take_over_file(session, found.first(session), file, now)
        for issuer in found.all(session):
            issuer.keyring.ensure_keys(session, now)
            issuer.keyring.check_keys(session)
        key = account_key.ensure_account_key(session, found.database_vault.key_encryption_key, now)
        outbox.schedule_if_absent(session, "sweep", "sweep", {}, now)
        for course_id in queries.rules.courses_with_rules(session):
            looks.schedule_first_look(session, course_id, now)
    if undone:
        log.warning("issuer_file_undid_changes", fields=list(undone))
    return key


@contextmanager
def _key_troubles() -> Iterator[None]:
    """Raises SettingsError in place of what is raised where a key cannot be opened."""
    try:
        yield
    except DecryptionError as error:
        raise SettingsError("KEY_ENCRYPTION_KEY does not open the keys in the database") from error
    except (UnusableKeyError, NotFoundError) as error:
        raise SettingsError(f"PKCS11_MODULE, PKCS11_TOKEN, PKCS11_PIN: {error}") from error
