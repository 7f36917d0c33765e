"""The settings, read once at the start from environment variables and checked as a whole."""

from __future__ import annotations

import ipaddress
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import combinations
from pathlib import Path
from unicodedata import normalize
from urllib.parse import SplitResult, urlsplit

#: The addresses of one machine, or of a network of them.
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: Where README puts the settings.
ENVIRONMENT_FILE = Path(__file__).with_name("nozimite.env")
#: What explains each setting.
EXAMPLE_FILE = Path(__file__).with_name("example.env")
#: What may also stand in a file, named by the variable NAME_FILE.
_SECRETS = (
    "SECRET_KEY",
    "KEY_ENCRYPTION_KEY",
    "PKCS11_PIN",
    "BOUNCE_SECRET",
    "METRICS_TOKEN",
    "OIDC_CLIENT_SECRET",
)


class SettingsError(Exception):
    """Settings are missing or not valid. `problems` has a sentence for each, which names its variable."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


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
    read = _Reader(environment)
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
        log_format=read.choice("LOG_FORMAT", "json", "console"),
        metrics_token=read.secret("METRICS_TOKEN") if read.is_set("METRICS_TOKEN") else "",
        traces_url=read.collector("OTEL_EXPORTER_OTLP_ENDPOINT"),
        given=read.given,
    )
    read.refuse_equal_secrets()
    read.raise_problems()
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSetting:
    """A setting for people: its variable, and its value without any secret; "" where it is secret or empty.

    `origin`: environment, file (a secret of its own file) or default.
    """

    name: str
    value: str
    is_secret: bool
    origin: str


#: Fields whose variable is called otherwise.
_VARIABLES = {"unbound_launch": "LTI_UNBOUND_LAUNCH", "traces_url": "OTEL_EXPORTER_OTLP_ENDPOINT"}


def shown_settings(settings: Settings) -> Sequence[ShownSetting]:
    """Each setting, as it holds, and where it comes from. No secret is among them, and no password of an address."""
    names = [each.name for each in fields(settings) if each.name != "given"]
    return [_shown(settings, name, _VARIABLES.get(name, name.upper())) for name in names]


def _shown(settings: Settings, field_name: str, name: str) -> ShownSetting:
    in_file = f"{name}_FILE" in settings.given and name in _SECRETS
    return ShownSetting(
        name=name,
        value="" if name in _SECRETS else _as_shown(getattr(settings, field_name)),
        is_secret=name in _SECRETS,
        origin="file" if in_file else "environment" if name in settings.given else "default",
    )


def _as_shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, tuple):
        return " ".join(
            ":".join(filter(None, each)) if isinstance(each, tuple) else str(each) for each in value
        )
    text = str(value)
    return _place_of(text) if "://" in text else text


def _place_of(address: str) -> str:
    """Of an address what names a place: no user name, no password, and nothing of a query.

    Only the scheme, where a password may have been written so that it does not stand where passwords stand.
    """
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    if "@" in address.replace(parts.netloc, "", 1) or ";" in address:
        return f"{parts.scheme}://"
    return f"{parts.scheme}://{host}{parts.path}"


def without_secrets(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The settings that are set, as they are written, but for secrets and for addresses that hold a password."""
    explained = EXAMPLE_FILE.read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z0-9_]+)=", explained, re.MULTILINE)
    given = {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
    return {
        name: value
        for name, value in given.items()
        if name not in _SECRETS and "@" not in urlsplit(value).netloc
    }


def private_paths(settings: Settings, environment: Mapping[str, str]) -> Sequence[Path]:
    """The files and folders that hold secrets or people, and that nobody but the tool's own account should read.

    Secrets below /run/secrets are left out: the container engine makes those, with modes of its own.
    """
    secrets = [Path(file) for name in _SECRETS if (file := _Reader(environment).text(f"{name}_FILE"))]
    database = settings.database_url.partition("?")[0].removeprefix("sqlite:///")
    people = [Path(database)] if settings.database_url.startswith("sqlite:") else []
    dkim = [settings.dkim_key_file] if settings.dkim_key_file else []
    outside = [each for each in (*secrets, *dkim) if not each.is_relative_to("/run/secrets")]
    return [ENVIRONMENT_FILE, *outside, *people, settings.mail_folder, settings.journal_file]


# --- single settings, for commands that need no other


def vocabularies_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the institution's own vocabularies."""
    return Path(_Reader(environment).text("VOCABULARIES_FOLDER") or "var/vocabularies")


def secret_key(environment: Mapping[str, str]) -> str:
    """The secret key. Raises SettingsError where it is missing or weak."""
    read = _Reader(environment)
    key = read.secret("SECRET_KEY")
    read.raise_problems()
    return key


def issuer_file(environment: Mapping[str, str]) -> Path | None:
    """The issuer's file, None where ISSUER_FILE is not set. Raises SettingsError where it cannot be read."""
    read = _Reader(environment)
    file = read.existing_file("ISSUER_FILE")
    read.raise_problems()
    return file


def ca_bundle(environment: Mapping[str, str]) -> Path | None:
    """The file of certificate authorities that are trusted beyond the public ones. Raises SettingsError."""
    read = _Reader(environment)
    file = read.certificates("CA_BUNDLE")
    read.raise_problems()
    return file


# --- reading and checking

_LOAD = (
    "Settings are read from the environment. Copy config/example.env to config/nozimite.env, fill it in, "
    "and load it: set -a; . config/nozimite.env; set +a"
)

#: With fewer different characters even a long secret is guessed. 16 random hexadecimal digits have more, but for one
#: case in 25,000.
_FEWEST_CHARACTERS = 6
#: 32 random bytes have about 30 different ones, and never so few.
_FEWEST_BYTES = 16
#: What stands before a passphrase, so that none is taken for random bytes, which are not stretched.
_PASSPHRASE = "passphrase:"  # noqa: S105 - the word before one
_SHORTEST_PASSPHRASE = 20
_KEY_BYTES = 32
#: How a character is written that has a meaning in an address: said wherever a password may be the cause.
_ESCAPES = "in a user name or password, write @ : / % as %40 %3A %2F %25"

# As SQLAlchemy reads one: everything up to the @ is the user name and the password. The host may be left out where
# the query has a socket.
_POSTGRESQL = re.compile(
    r"[a-z+]+://([^:/@]*(:[^@]*)?@)?([^/:?@\s]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/[^?\s]+(\?\S*)?"
)
_HOST = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?"
)
_MAILBOX = re.compile(r"[A-Za-z0-9._-]{1,16}@[A-Za-z0-9.-]+")
_ONE_DAY_SECONDS = 86_400
_MOST_DAYS = 36_525


class _Reader:
    """Reads variables, and collects every problem instead of stopping at the first.

    A variable that is empty counts as not set. Where a value cannot be used its method adds a problem and returns it as
    it is, or a default: nobody sees it, because `raise_problems` comes last. A problem never quotes a value, which may
    hold a password.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name: value.strip() for name, value in environment.items() if value.strip()}
        self._problems: list[str] = []
        self._missing: list[str] = []
        self._secrets: dict[str, str] = {}

    def raise_problems(self) -> None:
        """Raises SettingsError with all problems, if there are any."""
        missing = [f"{name} is not set." for name in self._missing]
        if missing or self._problems:
            raise SettingsError(*missing, *([_LOAD] if missing else []), *self._problems)

    @property
    def given(self) -> frozenset[str]:
        """The names of the variables that are set."""
        return frozenset(self._environment)

    def text(self, name: str) -> str | None:
        return self._environment.get(name)

    def missing(self, name: str) -> str:
        """An empty text; adds that the variable has to be set, unless a problem with its value is known."""
        if name not in self._environment:
            self._missing.append(name)
        return ""

    def web_address(self, name: str) -> str | None:
        """The address without a slash at its end; http only for this machine itself."""
        text = self.text(name)
        if text is None:
            return None
        parts = self._parts(name, text)
        if parts is None:
            return text
        if parts.scheme not in ("https", "http") or not text.startswith(f"{parts.scheme}://"):
            self._problem(name, "must begin with https://")
        elif not _is_host(parts.hostname):
            self._problem(name, "names no valid host: write https://badges.example.org")
        elif parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
            self._problem(name, "must begin with https://: http:// is for this machine only (localhost)")
        if re.search(r"[\\<>\"{}|^`]", text):
            self._problem(name, "must not contain quotes, brackets or \\")
        if "@" in parts.netloc:
            self._problem(name, "must not contain a user name or password")
        if "?" in text or "#" in text:
            self._problem(name, "must not contain ? or #")
        return text.rstrip("/")

    def collector(self, name: str) -> str | None:
        """The address of a collector without a slash at its end; it is near, so http will do."""
        text = self.text(name)
        if text is None:
            return None
        parts = self._parts(name, text)
        if parts is not None and (parts.scheme not in ("https", "http") or not _is_host(parts.hostname)):
            self._problem(name, "must be the address of a collector, such as http://localhost:4318")
        if parts is not None and (parts.query or parts.fragment or "@" in parts.netloc):
            self._problem(name, "must not contain ? or #, nor a password: use OTEL_EXPORTER_OTLP_HEADERS")
        return text.rstrip("/")

    def provider(self, name: str) -> str | None:
        """An address as `web_address`, but exactly as it was written: a provider is compared by all of its name."""
        return self.text(name) if self.web_address(name) is not None else None

    def claimed_roles(self, name: str) -> tuple[tuple[str, str, str | None], ...]:
        """Words `value=role` or `value=role:slug`, separated by spaces; a value may have = in it."""
        found = []
        for word in (self.text(name) or "").split():
            value, _, given = word.rpartition("=")
            role, _, slug = given.partition(":")
            if not value or not role:
                self._problem(
                    name, "must be words such as badge-admins=owner or badge-approvers=approver:slug"
                )
                return ()
            found.append((value, role, slug or None))
        return tuple(found)

    def given_secret(self, name: str) -> str:
        """A secret that somebody else has made: it is as long as it is."""
        return self._variable_or_file(name)

    def database(self, name: str, default: str) -> str:
        """An address of SQLAlchemy: a file of SQLite, or PostgreSQL."""
        text = self.text(name) or default
        if not text.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://", "postgres://")):
            self._problem(name, "must begin with sqlite:/// or postgresql+psycopg://")
        elif text.startswith("sqlite:"):
            if text.removeprefix("sqlite:///")[:1] in ("", "?"):
                self._problem(name, "names no file: write sqlite:///var/nozimite.sqlite")
        elif not _POSTGRESQL.fullmatch(text):
            self._problem(name, f"must be postgresql+psycopg://user:password@host/database; {_ESCAPES}")
        return text

    def broker(self, name: str, default: str) -> str:
        """An address of Celery: memory, Valkey and Redis, or RabbitMQ."""
        text = self.text(name) or default
        if text.startswith(("amqp://", "amqps://")):
            if (parts := self._parts(name, text, _ESCAPES)) and not _is_host(parts.hostname):
                self._problem(name, "names no valid host: write amqp://user:password@localhost:5672//")
            return text
        return self._valkey(name, text, "redis://, rediss://, amqp:// or amqps://")

    def _valkey(self, name: str, text: str, beginnings: str) -> str:
        if text.startswith(("redis://", "rediss://")):
            if (parts := self._parts(name, text, _ESCAPES)) and not _is_host(parts.hostname):
                self._problem(name, "names no valid host: write redis://localhost:6379/0")
        elif not text.startswith(("memory://", "redis+socket:///")):
            self._problem(name, f"must be memory://, or begin with {beginnings}")
        return text

    def limit_store(self, name: str, broker: str) -> str:
        """An address of Flask-Limiter: memory, or Valkey and Redis; that of the broker where none is set.

        RabbitMQ counts nothing, so beside it each process counts for itself.
        """
        own = self.text(name)
        if own is None and broker.startswith("amqp"):
            return "memory://"
        text = broker if own is None else self._valkey(name, own, "redis:// or rediss://")
        # Celery writes a socket, several hosts and the check of a certificate in ways that are its own.
        text = text.partition(";")[0].replace("redis+socket://", "redis+unix://")
        text = text.replace("virtual_host=", "db=")
        return re.sub("(ssl_cert_reqs=)CERT_([A-Z]+)", lambda found: found[1] + found[2].lower(), text)

    def networks(self, name: str) -> tuple[Network, ...]:
        """Addresses and networks, separated by commas or spaces."""
        words = (self.text(name) or "").replace(",", " ").split()
        try:
            return tuple(ipaddress.ip_network(word, strict=False) for word in words)
        except ValueError:
            self._problem(
                name, "must be addresses or networks, such as 127.0.0.1 or 172.18.0.0/16, not names of hosts"
            )
            return ()

    def mail_server(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        if not text.startswith(("smtp://", "smtp+starttls://", "smtps://")):
            # `smtp.example.org:587` has a scheme for a parser: everything before the colon.
            self._problem(name, "must begin with smtp+starttls://, smtps:// or smtp://")
        elif parts := self._parts(name, text, _ESCAPES):
            if not _is_host(parts.hostname):
                self._problem(name, f"names no valid host; {_ESCAPES}")
            if parts.path.strip("/") or "?" in text or "#" in text:
                self._problem(name, f"must end after the host and the port; {_ESCAPES}, ? # as %3F %23")
            if bool(parts.username) != bool(parts.password):
                self._problem(name, "needs both a user name and a password, or neither")
        return text

    def sender(self, name: str, default: str) -> str:
        """The sender of mails: one address, with or without a name before it."""
        # Slow to load, and not needed by commands that read a single setting.
        from email.headerregistry import AddressHeader
        from email.policy import SMTP

        text = normalize("NFC", self.text(name) or default)
        try:
            header = SMTP.header_factory("From", text)
            addresses = header.addresses if isinstance(header, AddressHeader) else ()
            is_valid = (
                len(addresses) == 1
                and not header.defects
                and bool(addresses[0].username)
                and addresses[0].addr_spec.isascii()
                and _is_host(addresses[0].domain)
            )
        except (
            ValueError,
            IndexError,
            AttributeError,
        ):  # the parser raises any of these, depending on the text
            is_valid = False
        if not is_valid:
            self._problem(
                name, "is no e-mail address: write badges@example.org, or Name <badges@example.org>"
            )
        return text

    def mailbox(self, name: str) -> str | None:
        """An address without a name, to which something may be added before the @ after a plus sign."""
        text = self.text(name)
        if text is not None and not (_MAILBOX.fullmatch(text) and _is_host(text.rpartition("@")[2])):
            self._problem(
                name, "must be one address of up to 16 characters before the @, such as bounces@example.org"
            )
        return text

    def dkim_selector(self, name: str) -> str:
        text = self.text(name) or self.missing(name)
        if text and not (text.isascii() and _HOST.fullmatch(text)):
            self._problem(name, "must be the name before ._domainkey in the DNS, such as badges2026")
        return text

    def existing_file(self, name: str) -> Path | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            with Path(text).open("rb"):
                pass
        except (OSError, ValueError) as error:
            self._problem(name, f"cannot be read: {_reason(error)}")
        return Path(text)

    def certificates(self, name: str) -> Path | None:
        """A PEM file with at least one certificate."""
        import ssl

        file = self.existing_file(name)
        if file is None or self._has_problem(name):
            return file
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            self._problem(name, "is no PEM file with certificates")
        return file

    def is_set(self, name: str) -> bool:
        """Whether a secret is given, here or in a file."""
        return self.text(name) is not None or self.text(f"{name}_FILE") is not None

    def secret(self, name: str, shortest: int = 32) -> str:
        """A secret that is long and varied enough to resist guessing."""
        value = self._variable_or_file(name)
        if value:
            self._refuse_guessable(
                name, value, shortest, "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return value

    def encryption_key(self, name: str) -> bytes | str:
        """32 random bytes, written in base64url; or the text that follows `passphrase:`."""
        value = self._variable_or_file(name)
        make_one = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        if value.startswith(_PASSPHRASE):
            passphrase = value.removeprefix(_PASSPHRASE).strip()
            self._refuse_guessable(name, passphrase, _SHORTEST_PASSPHRASE, make_one)
            return passphrase
        key = _from_base64url(value)
        if value and (key is None or len(key) != _KEY_BYTES):
            self._problem(
                name,
                f"must be 32 random bytes in base64url: make them with {make_one}; "
                f"or write {_PASSPHRASE} and a text of at least {_SHORTEST_PASSPHRASE} characters",
            )
        elif key and len(set(key)) < _FEWEST_BYTES:
            self._problem(name, f"is too easy to guess: make one with {make_one}")
        return key or b""

    def _refuse_guessable(self, name: str, value: str, shortest: int, make_one: str) -> None:
        if len(value) < shortest:
            self._problem(name, f"is too short: give at least {shortest} characters")
        elif len(set(value)) < _FEWEST_CHARACTERS or _repeats(value):
            self._problem(name, f"is too easy to guess: make one with {make_one}")

    def pin(self, name: str, shortest: int = 4) -> str:
        """The PIN of a device. Short, because the device itself counts wrong ones."""
        value = self._variable_or_file(name)
        if value and len(value) < shortest:
            self._problem(name, f"is too short: give at least {shortest} characters")
        elif value and len(set(value)) == 1:
            self._problem(name, "is too easy to guess: one character, repeated")
        return value

    def refuse_equal_secrets(self) -> None:
        """Adds a problem for each two that are the same: whoever learns one would have the other too."""
        for (one, value), (other, same) in combinations(self._secrets.items(), 2):
            if value and value == same:
                self._problem(other, f"must not be the same as {one}")

    def choice(self, name: str, default: str, *others: str) -> str:
        value = self.text(name) or default
        if value not in (default, *others):
            self._problem(name, f"must be {_either((default, *others))}")
        return value

    def seconds(self, name: str, default: int) -> int:
        text = self.text(name) or str(default)
        if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= _ONE_DAY_SECONDS:
            self._problem(name, f"must be a whole number of seconds, from 1 to {_ONE_DAY_SECONDS} (a day)")
            return default
        return int(text)

    def days(self, name: str, default: int) -> int:
        text = self.text(name) or str(default)
        if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= _MOST_DAYS:
            self._problem(name, f"must be a whole number of days, from 1 to {_MOST_DAYS} (100 years)")
            return default
        return int(text)

    def hosts(self, name: str) -> tuple[str, ...]:
        """Host names and IP addresses, separated by spaces or commas."""
        hosts = tuple(re.split(r"[\s,]+", self.text(name) or "")) if self.text(name) else ()
        if not all(map(_is_host, hosts)):
            self._problem(
                name, "must be names of hosts, separated by spaces: without https:// and without a port"
            )
        return hosts

    def switch(self, name: str) -> bool:
        text = (self.text(name) or "no").lower()
        if text not in ("yes", "no", "true", "false", "1", "0"):
            self._problem(name, "must be yes or no")
        return text in ("yes", "true", "1")

    def _variable_or_file(self, name: str) -> str:
        """The value of a secret NAME, or the content of the file that NAME_FILE names (a container secret)."""
        value = self._read_variable_or_file(name)
        self._secrets[name] = value.removeprefix(_PASSPHRASE).strip()
        return value

    def _read_variable_or_file(self, name: str) -> str:
        file = self.text(f"{name}_FILE")
        if file is None:
            return self.text(name) or self.missing(name)
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            self._problem(f"{name}_FILE", f"cannot be read: {_reason(error)}")
            return ""
        if not value:
            self._problem(f"{name}_FILE", "is empty")
        return value

    def _parts(self, name: str, text: str, hint: str = "") -> SplitResult | None:
        """The parts of an address; None, and a problem, where it is none."""
        # urlsplit drops line ends and tabs silently.
        if not text.isascii() or re.search(r"[\x00-\x20\x7f]", text):
            self._problem(name, "must not contain spaces, nor letters such as ā")
            return None
        try:
            parts = urlsplit(text)
            is_valid = parts.port != 0
        except ValueError:
            is_valid = False
        if not is_valid:
            self._problem(name, "has no valid port or host" + (f"; {hint}" if hint else ""))
            return None
        return parts

    def _problem(self, name: str, what: str) -> None:
        self._problems.append(f"{name} {what}")

    def _has_problem(self, name: str) -> bool:
        return any(problem.startswith(f"{name} ") for problem in self._problems)


def _is_host(host: str | None) -> bool:
    if not host:
        return False
    return _HOST.fullmatch(host) is not None or _ip(host) is not None


def _is_this_machine(host: str) -> bool:
    name = host.lower().rstrip(".")
    address = _ip(name)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def encryption_key_of(text: str) -> bytes | str:
    """What KEY_ENCRYPTION_KEY says by that text: 32 random bytes, or the passphrase that follows `passphrase:`.

    Raises ValueError where it is neither. How easily it is guessed is not judged: it is one that was in use.
    """
    text = text.strip()
    if text.startswith(_PASSPHRASE):
        return text.removeprefix(_PASSPHRASE).strip()
    key = _from_base64url(text)
    if key is None or len(key) != _KEY_BYTES:
        raise ValueError("this is no key of 32 bytes")
    return key


def _from_base64url(text: str) -> bytes | None:
    """The bytes, None where the text is not base64url."""
    if not re.fullmatch("[A-Za-z0-9_-]*=*", text):
        return None
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except ValueError:
        return None


def _repeats(value: str) -> bool:
    """Whether the text is a shorter one, written twice or more often, the last time perhaps not to its end."""
    return any(value.startswith(value[period:]) for period in range(1, len(value) // 2 + 1))


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or "it is no text"


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
