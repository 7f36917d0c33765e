"""The settings for people to look at, and for a backup to keep: what holds and where it comes from, without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import SECRETS, Settings

#: What explains each setting.
EXAMPLE_FILE = Path(__file__).with_name("example.env")


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
    in_file = f"{name}_FILE" in settings.given and name in SECRETS
    return ShownSetting(
        name=name,
        value="" if name in SECRETS else _as_shown(getattr(settings, field_name)),
        is_secret=name in SECRETS,
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
    """The settings that are set, as they are written, but for secrets and for addresses that may hold a password."""
    explained = EXAMPLE_FILE.read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z0-9_]+)=", explained, re.MULTILINE)
    given = {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
    return {
        name: value for name, value in given.items() if name not in SECRETS and not _may_hold_password(value)
    }


def _may_hold_password(value: str) -> bool:
    """Whether it is an address with a user or a query: database drivers take a password in either."""
    if "://" not in value:
        return False
    parts = urlsplit(value)
    return "@" in parts.netloc or bool(parts.query) or _place_of(value) == f"{parts.scheme}://"
