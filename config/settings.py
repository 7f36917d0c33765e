"""The settings, read once at the start from environment variables and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.reader import Network, Reader

#: Where README puts the settings.
ENVIRONMENT_FILE = Path(__file__).with_name("nozimite.env")
#: What may also stand in a file, named by the variable NAME_FILE.
SECRETS = (
    "SECRET_KEY",
    "KEY_ENCRYPTION_KEY",
    "PKCS11_PIN",
    "BOUNCE_SECRET",
    "METRICS_TOKEN",
    "OIDC_CLIENT_SECRET",
    "SEAL_PKCS12_PASSWORD",
    "SEAL_PKCS11_PIN",
    "SEAL_CSC_CLIENT_SECRET",
    "SEAL_CSC_PIN",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of the tool; `config/example.env` explains each."""

    tool_url: str
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    #: 32 random bytes, or a passphrase.
    key_encryption_key: bytes | str = field(repr=False)
    issuer_file: Path
    mail_folder: Path
    journal_file: Path = Path("var/journal.jsonl")
    journal_copy: Path | None = None
    vocabularies_folder: Path = Path("var/vocabularies")
    extension_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Nozimite <badges@localhost>"
    dkim_key_file: Path | None = None
    dkim_selector: str = ""
    #: The mailbox to which mails return that cannot be delivered.
    bounce_address: str | None = None
    bounce_secret: str = field(default="", repr=False)
    unbound_launch: str = "confirm"
    pkcs11_module: str | None = None
    pkcs11_token: str = ""
    pkcs11_pin: str = field(default="", repr=False)
    jwt_algorithm: str = "ES256"
    selective_disclosure: bool = False
    domain_records: bool = False
    status_purpose: str = "revocation"
    poll_seconds: int = 600
    private_hosts: tuple[str, ...] = ()
    limits_url: str = field(default="memory://", repr=False)
    trusted_proxies: tuple[Network, ...] = ()
    ca_bundle: Path | None = None
    #: Exactly as the provider names itself, with or without a slash at its end.
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_role_claim: str = "groups"
    #: A value of that claim, the role that it gives, and the slug of the issuer; None for that of ISSUER_FILE.
    oidc_roles: tuple[tuple[str, str, str | None], ...] = ()
    #: The key of the institution's seal: in a file, in a device, or at a remote signer; of these one alone is set.
    seal_pkcs12_file: Path | None = None
    seal_pkcs12_password: str = field(default="", repr=False)
    seal_pkcs11_module: str | None = None
    seal_pkcs11_token: str = ""
    seal_pkcs11_pin: str = field(default="", repr=False)
    seal_pkcs11_key: str = ""
    seal_certificate_file: Path | None = None
    seal_csc_url: str | None = None
    seal_csc_credential: str = ""
    seal_csc_client_id: str = ""
    seal_csc_client_secret: str = field(default="", repr=False)
    seal_csc_pin: str = field(default="", repr=False)
    seal_time: str = "sigT"
    log_format: str = "json"
    #: Lets a monitor read /metrics and the queues; empty: nobody may.
    metrics_token: str = field(default="", repr=False)
    #: The collector of traces (OTLP over HTTP), without a slash at its end; None: nothing is traced.
    traces_url: str | None = None
    #: For how many days each kind of data is kept.
    keep_members_days: int = 90
    keep_observations_days: int = 365
    keep_mails_days: int = 365
    keep_bulk_acts_days: int = 30
    keep_prior_learning_days: int = 365
    keep_events_days: int = 1095
    keep_jobs_days: int = 90
    #: The names of the variables that were set, among them NAME_FILE where a secret was in a file.
    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @property
    def embedded_worker(self) -> bool:
        """Whether the relay and the worker run inside the web process."""
        return self.broker_url.startswith("memory://")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`, where an empty variable counts as not set.

    Raises SettingsError, which names every variable that is missing or wrong.
    """
    read = Reader(environment)
    has_device = read.text("PKCS11_MODULE") is not None
    signs_mails = read.text("DKIM_KEY_FILE") is not None
    has_provider = read.text("OIDC_ISSUER") is not None
    settings = Settings(
        tool_url=read.web_address("TOOL_URL") or read.missing("TOOL_URL"),
        database_url=read.database("DATABASE_URL", "sqlite:///var/nozimite.sqlite"),
        broker_url=read.broker("BROKER_URL", "memory://"),
        secret_key=read.secret("SECRET_KEY"),
        key_encryption_key=read.encryption_key("KEY_ENCRYPTION_KEY"),
        issuer_file=read.existing_file("ISSUER_FILE") or Path(read.missing("ISSUER_FILE")),
        smtp_url=read.mail_server("SMTP_URL"),
        mail_from=read.sender("MAIL_FROM", "Nozimite <badges@localhost>"),
        mail_folder=Path(read.text("MAIL_FOLDER") or "var/mail"),
        journal_file=Path(read.text("JOURNAL_FILE") or "var/journal.jsonl"),
        journal_copy=Path(copy) if (copy := read.text("JOURNAL_COPY")) else None,
        keep_members_days=read.days("KEEP_MEMBERS_DAYS", 90),
        keep_observations_days=read.days("KEEP_OBSERVATIONS_DAYS", 365),
        keep_mails_days=read.days("KEEP_MAILS_DAYS", 365),
        keep_bulk_acts_days=read.days("KEEP_BULK_ACTS_DAYS", 30),
        keep_prior_learning_days=read.days("KEEP_PRIOR_LEARNING_DAYS", 365),
        keep_events_days=read.days("KEEP_EVENTS_DAYS", 1095),
        keep_jobs_days=read.days("KEEP_JOBS_DAYS", 90),
        dkim_key_file=read.existing_file("DKIM_KEY_FILE"),
        dkim_selector=read.dkim_selector("DKIM_SELECTOR") if signs_mails else "",
        bounce_address=read.mailbox("BOUNCE_ADDRESS"),
        bounce_secret=read.secret("BOUNCE_SECRET") if read.is_set("BOUNCE_SECRET") else "",
        vocabularies_folder=vocabularies_folder(environment),
        extension_url=read.web_address("EXTENSION_URL"),
        pkcs11_module=read.text("PKCS11_MODULE"),
        pkcs11_token=(read.text("PKCS11_TOKEN") or read.missing("PKCS11_TOKEN")) if has_device else "",
        pkcs11_pin=read.pin("PKCS11_PIN") if has_device else "",
        jwt_algorithm=read.choice("JWT_ALGORITHM", "ES256", "RS256"),
        selective_disclosure=read.switch("SELECTIVE_DISCLOSURE"),
        domain_records=read.choice("DOMAIN_RECORDS", "yes", "no") == "yes",
        status_purpose=read.choice("STATUS_PURPOSE", "revocation", "suspension"),
        unbound_launch=read.choice("LTI_UNBOUND_LAUNCH", "confirm", "new_tab", "deny"),
        poll_seconds=read.seconds("POLL_SECONDS", 600),
        private_hosts=read.hosts("PRIVATE_HOSTS"),
        limits_url=read.limit_store("LIMITS_URL", read.text("BROKER_URL") or "memory://"),
        trusted_proxies=read.networks("TRUSTED_PROXIES"),
        ca_bundle=read.certificates("CA_BUNDLE"),
        oidc_issuer=read.provider("OIDC_ISSUER"),
        oidc_client_id=(read.text("OIDC_CLIENT_ID") or read.missing("OIDC_CLIENT_ID"))
        if has_provider
        else "",
        oidc_client_secret=read.given_secret("OIDC_CLIENT_SECRET") if has_provider else "",
        oidc_role_claim=read.text("OIDC_ROLE_CLAIM") or "groups",
        oidc_roles=read.claimed_roles("OIDC_ROLES"),
        **_of_the_seal(read),
        log_format=read.choice("LOG_FORMAT", "json", "console"),
        metrics_token=read.secret("METRICS_TOKEN") if read.is_set("METRICS_TOKEN") else "",
        traces_url=read.collector("OTEL_EXPORTER_OTLP_ENDPOINT"),
        given=read.given,
    )
    read.refuse_equal_secrets()
    read.raise_problems()
    return settings


def _of_the_seal(read: Reader) -> dict[str, Any]:
    """The settings of the institution's seal."""
    in_file, in_device, remote = (
        read.is_set(name) for name in ("SEAL_PKCS12_FILE", "SEAL_PKCS11_MODULE", "SEAL_CSC_URL")
    )
    read.refuse_several("SEAL_PKCS12_FILE", "SEAL_PKCS11_MODULE", "SEAL_CSC_URL")

    def needed(name: str) -> str:
        return read.text(name) or read.missing(name)

    certificate = read.existing_file("SEAL_CERTIFICATE_FILE")
    if in_device and certificate is None:
        read.missing("SEAL_CERTIFICATE_FILE")
    return {
        "seal_pkcs12_file": read.existing_file("SEAL_PKCS12_FILE"),
        "seal_pkcs12_password": read.given_secret("SEAL_PKCS12_PASSWORD") if in_file else "",
        "seal_pkcs11_module": read.text("SEAL_PKCS11_MODULE"),
        "seal_pkcs11_token": needed("SEAL_PKCS11_TOKEN") if in_device else "",
        "seal_pkcs11_pin": read.pin("SEAL_PKCS11_PIN") if in_device else "",
        "seal_pkcs11_key": needed("SEAL_PKCS11_KEY") if in_device else "",
        "seal_certificate_file": certificate,
        "seal_csc_url": read.web_address("SEAL_CSC_URL"),
        "seal_csc_credential": needed("SEAL_CSC_CREDENTIAL") if remote else "",
        "seal_csc_client_id": needed("SEAL_CSC_CLIENT_ID") if remote else "",
        "seal_csc_client_secret": read.given_secret("SEAL_CSC_CLIENT_SECRET") if remote else "",
        "seal_csc_pin": read.pin("SEAL_CSC_PIN") if remote and read.is_set("SEAL_CSC_PIN") else "",
        "seal_time": read.choice("SEAL_TIME", "sigT", "iat"),
    }


def private_paths(settings: Settings, environment: Mapping[str, str]) -> Sequence[Path]:
    """The files and folders that hold secrets or people, and that nobody but the tool's own account should read.

    Secrets below /run/secrets are left out: the container engine makes those, with modes of its own.
    """
    secrets = [Path(file) for name in SECRETS if (file := Reader(environment).text(f"{name}_FILE"))]
    database = settings.database_url.partition("?")[0].removeprefix("sqlite:///")
    people = [Path(database)] if settings.database_url.startswith("sqlite:") else []
    keys = [each for each in (settings.dkim_key_file, settings.seal_pkcs12_file) if each]
    outside = [each for each in (*secrets, *keys) if not each.is_relative_to("/run/secrets")]
    return [ENVIRONMENT_FILE, *outside, *people, settings.mail_folder, settings.journal_file]


# --- single settings, for commands that need no other


def vocabularies_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the institution's own vocabularies."""
    return Path(Reader(environment).text("VOCABULARIES_FOLDER") or "var/vocabularies")


def secret_key(environment: Mapping[str, str]) -> str:
    """The secret key. Raises SettingsError where it is missing or weak."""
    read = Reader(environment)
    key = read.secret("SECRET_KEY")
    read.raise_problems()
    return key


def issuer_file(environment: Mapping[str, str]) -> Path | None:
    """The issuer's file, None where ISSUER_FILE is not set. Raises SettingsError where it cannot be read."""
    read = Reader(environment)
    file = read.existing_file("ISSUER_FILE")
    read.raise_problems()
    return file


def ca_bundle(environment: Mapping[str, str]) -> Path | None:
    """The file of certificate authorities that are trusted beyond the public ones. Raises SettingsError."""
    read = Reader(environment)
    file = read.certificates("CA_BUNDLE")
    read.raise_problems()
    return file
