"""The settings, read once at the start from environment variables and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingsError(Exception):
    """A setting is missing or not valid. The message names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of the tool; `config/example.env` explains each."""

    tool_url: str
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    key_encryption_key: str = field(repr=False)
    issuer_file: Path
    mail_folder: Path
    vocabularies_folder: Path = Path("var/vocabularies")
    extension_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Nozimite <badges@localhost>"
    unbound_launch: str = "confirm"
    pkcs11_module: str | None = None
    pkcs11_token: str = ""
    pkcs11_pin: str = field(default="", repr=False)
    jwt_algorithm: str = "ES256"
    selective_disclosure: bool = False
    status_purpose: str = "revocation"
    poll_seconds: int = 600
    allow_private_addresses: bool = False
    ca_bundle: Path | None = None
    log_format: str = "json"

    @property
    def embedded_worker(self) -> bool:
        """Whether the relay and the worker run inside the web process."""
        return self.broker_url.startswith("memory://")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`, where an empty variable counts as not set.

    Raises SettingsError, which names the variable.
    """
    environment = {name: value.strip() for name, value in environment.items() if value.strip()}
    return Settings(
        tool_url=_web_address(environment, "TOOL_URL"),
        database_url=environment.get("DATABASE_URL", "sqlite:///var/nozimite.sqlite"),
        broker_url=environment.get("BROKER_URL", "memory://"),
        secret_key=_secret(environment, "SECRET_KEY"),
        key_encryption_key=_secret(environment, "KEY_ENCRYPTION_KEY"),
        issuer_file=Path(_required(environment, "ISSUER_FILE")),
        smtp_url=environment.get("SMTP_URL"),
        mail_from=environment.get("MAIL_FROM", "Nozimite <badges@localhost>"),
        mail_folder=Path(environment.get("MAIL_FOLDER", "var/mail")),
        vocabularies_folder=vocabularies_folder(environment),
        extension_url=_web_address(environment, "EXTENSION_URL") if "EXTENSION_URL" in environment else None,
        **_device(environment),
        jwt_algorithm=_choice(environment, "JWT_ALGORITHM", "ES256", "RS256"),
        selective_disclosure=_switch(environment, "SELECTIVE_DISCLOSURE"),
        status_purpose=_choice(environment, "STATUS_PURPOSE", "revocation", "suspension"),
        unbound_launch=_choice(environment, "LTI_UNBOUND_LAUNCH", "confirm", "new_tab", "deny"),
        poll_seconds=_seconds(environment, "POLL_SECONDS", 600),
        allow_private_addresses=_switch(environment, "ALLOW_PRIVATE_ADDRESSES"),
        ca_bundle=Path(environment["CA_BUNDLE"]) if "CA_BUNDLE" in environment else None,
        log_format=_choice(environment, "LOG_FORMAT", "json", "console"),
    )


def vocabularies_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the institution's own vocabularies; commands that need no other setting call this alone."""
    return Path(environment.get("VOCABULARIES_FOLDER", "").strip() or "var/vocabularies")


def _device(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of the device for signing keys, empty where there is none."""
    if "PKCS11_MODULE" not in environment:
        return {}
    return {
        "pkcs11_module": environment["PKCS11_MODULE"],
        "pkcs11_token": _required(environment, "PKCS11_TOKEN"),
        "pkcs11_pin": _secret(environment, "PKCS11_PIN", 4),
    }


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise SettingsError(f"{name} is not set: see config/example.env")
    return value


def _web_address(environment: Mapping[str, str], name: str) -> str:
    value = _required(environment, name).rstrip("/")
    if not value.startswith(("https://", "http://")):
        raise SettingsError(f"{name} must begin with https://")
    return value


def _secret(environment: Mapping[str, str], name: str, shortest: int = 16) -> str:
    """The value of a variable NAME, or the content of the file that NAME_FILE names (a container secret)."""
    file = environment.get(f"{name}_FILE")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE cannot be read: {error.strerror}") from error
    else:
        value = _required(environment, name)
    if len(value) < shortest:
        raise SettingsError(f"{name} is too short: give at least {shortest} characters")
    return value


def _choice(environment: Mapping[str, str], name: str, default: str, *others: str) -> str:
    value = environment.get(name, default)
    if value not in (default, *others):
        raise SettingsError(f"{name} must be {', '.join((default, *others[:-1]))} or {others[-1]}")
    return value


def _seconds(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number of seconds, 1 or more")
    return int(text)


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "no").lower()
    if text not in ("yes", "no", "true", "false", "1", "0"):
        raise SettingsError(f"{name} must be yes or no")
    return text in ("yes", "true", "1")
