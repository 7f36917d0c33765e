"""Reads settings from variables of the environment, each by its kind, and says all that is wrong with them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from unicodedata import normalize
from urllib.parse import SplitResult, urlsplit

from config.encryption_keys import KEY_BYTES, PASSPHRASE, SHORTEST_PASSPHRASE, from_base64url
from config.errors import SettingsError

#: The addresses of one machine, or of a network of them.
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: With fewer different characters even a long secret is guessed. 16 random hexadecimal digits have more, but for one
#: case in 25,000.
_FEWEST_CHARACTERS = 6
#: 32 random bytes have about 30 different ones, and never so few.
_FEWEST_BYTES = 16
_LOAD = (
    "Settings are read from the environment. Copy config/example.env to config/nozimite.env, fill it in, "
    "and load it: set -a; . config/nozimite.env; set +a"
)

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


class Reader:
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
        if value.startswith(PASSPHRASE):
            passphrase = value.removeprefix(PASSPHRASE).strip()
            self._refuse_guessable(name, passphrase, SHORTEST_PASSPHRASE, make_one)
            return passphrase
        key = from_base64url(value)
        if value and (key is None or len(key) != KEY_BYTES):
            self._problem(
                name,
                f"must be 32 random bytes in base64url: make them with {make_one}; "
                f"or write {PASSPHRASE} and a text of at least {SHORTEST_PASSPHRASE} characters",
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

    def refuse_several(self, *names: str) -> None:
        """Adds a problem where more than one of these is set."""
        given = [name for name in names if self.text(name) is not None]
        for name in given[1:]:
            self._problem(name, f"cannot be set together with {given[0]}: there is one seal")

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
        self._secrets[name] = value.removeprefix(PASSPHRASE).strip()
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


def _repeats(value: str) -> bool:
    """Whether the text is a shorter one, written twice or more often, the last time perhaps not to its end."""
    return any(value.startswith(value[period:]) for period in range(1, len(value) // 2 + 1))


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or "it is no text"


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
