"""The settings: those that stop a start, and those with which the tool starts and does not do what is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from config.settings import Settings
from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.outgoing.addresses import names_this_machine

NAME = "settings"
FINDINGS: Mapping[str, Severity] = {
    "setting_refused": BROKEN,
    "keys_not_opened": BROKEN,
    "address_changed": BROKEN,
    "issuer_file_refused": BROKEN,
    "terms_moved": BROKEN,
    "dkim_key_refused": BROKEN,
    "device_refused": BROKEN,
    "seal_refused": BROKEN,
    "proxy_not_named": WARNING,
    "only_this_machine": WARNING,
}

#: The settings for which a start is refused by what else there is, by their names.
_OF_THE_START = {
    "KEY_ENCRYPTION_KEY": "keys_not_opened",
    "TOOL_URL": "address_changed",
    "ISSUER_FILE": "issuer_file_refused",
    "EXTENSION_URL": "terms_moved",
    "DKIM_KEY_FILE": "dkim_key_refused",
    "PKCS11_MODULE": "device_refused",
    "SEAL_PKCS12_FILE": "seal_refused",
    "SEAL_PKCS11_MODULE": "seal_refused",
    "SEAL_CERTIFICATE_FILE": "seal_refused",
}
_SETTING = re.compile("[A-Z][A-Z0-9_]+")


def check(installation: Installation) -> Iterator[Finding]:
    """A finding for each setting that stops the start, or does not fit how the tool is reached."""
    for problem in installation.refused:
        # One of them says how settings are loaded, and names none.
        if name := _SETTING.match(problem):
            own_code = _OF_THE_START.get(name[0]) if installation.settings else None
            yield finding(own_code or "setting_refused", setting=name[0], problem=problem)
    if installation.settings is not None:
        yield from _of_the_address(installation.settings)


def _of_the_address(settings: Settings) -> Iterator[Finding]:
    host = urlsplit(settings.tool_url).hostname or ""
    if names_this_machine(host):
        yield finding("only_this_machine", host=host)
    # gunicorn itself speaks no TLS, so a proxy does.
    elif settings.tool_url.startswith("https:") and not settings.trusted_proxies:
        yield finding("proxy_not_named")
