"""What a source has to be given before it can be used on a platform: an address, a token, a password."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lti_tool.values import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value that an operator sets up a source with. The words of the source have a table `set_up`, a line for each.

    `read` gives the value as it is kept, and raises ValueError with a sentence where it is none. `is_secret`: it is
    kept encrypted, and never shown. `is_made`: a secret that the tool makes, and shows once.
    """

    name: str
    read: Callable[[str], str] = str
    is_secret: bool = False
    is_made: bool = False
    is_optional: bool = False


def read_settings(settings: Sequence[Setting], typed: Mapping[str, str]) -> Given:
    """What the source is given, by what was typed. Raises ValueError, with a sentence, where that cannot be."""
    unknown = typed.keys() - {each.name for each in settings if not each.is_made}
    if unknown:
        raise ValueError(f"it has no setting {', '.join(sorted(unknown))}")
    found: dict[bool, dict[str, str]] = {False: {}, True: {}}
    for setting in settings:
        value = secrets.token_urlsafe(32) if setting.is_made else typed.get(setting.name, "").strip()
        if value:
            found[setting.is_secret or setting.is_made][setting.name] = setting.read(value)
        elif not setting.is_optional:
            raise ValueError(f"{setting.name} is missing")
    return Given(settings=found[False], secrets=found[True])


def https_url(text: str) -> str:
    """The address without a slash at its end. Raises ValueError for one that is none, or goes on without TLS.

    A token would be sent there. On this machine alone it may go without, as everywhere in the tool.
    """
    parts = urlsplit(text)
    is_local = parts.hostname == "localhost" or (parts.hostname or "").endswith(".localhost")
    if parts.scheme not in (("https", "http") if is_local else ("https",)) or not parts.hostname:
        raise ValueError(f"{text} is no address that begins with https://")
    if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        raise ValueError(f"{text} has more than a host and a path")
    return text.rstrip("/")
