"""Mail: the server lets the tool in, and the sender's domain says that the mails are its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import Settings
from lti_tool.deliveries import email
from lti_tool.doctor.bounded import within
from lti_tool.doctor.dns_records import NoDnsError
from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.doctor.mail import sender
from lti_tool.mails.dkim_key import DkimKey, read_key

NAME = "mail"
FINDINGS: Mapping[str, Severity] = {
    "mails_not_sent": WARNING,
    "mail_server_unreachable": BROKEN,
    "mail_server_not_trusted": BROKEN,
    "mail_login_refused": BROKEN,
    "mail_login_not_offered": BROKEN,
    "sender_unknown": WARNING,
    "mail_dns_silent": WARNING,
    "spf_missing": WARNING,
    "spf_several": WARNING,
    "spf_sends_nothing": WARNING,
    "spf_lets_everybody": WARNING,
    "spf_unreadable": WARNING,
    "spf_lacks_server": WARNING,
    "dkim_missing": WARNING,
    "dkim_of_another_key": WARNING,
    "dmarc_missing": WARNING,
    "dmarc_unreadable": WARNING,
    "returned_mails_lost": WARNING,
}
_TROUBLES: Mapping[email.ServerTrouble, str] = {
    "unreachable": "mail_server_unreachable",
    "certificate": "mail_server_not_trusted",
    "refused": "mail_login_refused",
    "unoffered": "mail_login_not_offered",
}
#: For connecting, encrypting and signing in. A mail itself is given longer.
SERVER_SECONDS = 20.0


def check(installation: Installation) -> Iterator[Finding]:
    """What keeps mails from arriving."""
    settings = installation.settings
    if settings is None:
        return
    if settings.smtp_url is None:
        yield finding("mails_not_sent", folder=str(settings.mail_folder))
        return
    if trouble := _server_trouble(settings.smtp_url, settings.ca_bundle):
        yield finding(_TROUBLES[trouble])
    address = parseaddr(settings.mail_from)[1]
    domain = address.rpartition("@")[2]
    if "." not in domain:
        yield finding("sender_unknown", sender=address)
        return
    returns_to = (settings.bounce_address or address).rpartition("@")[2]
    records = installation.world.records
    try:
        server = (urlsplit(settings.smtp_url).hostname or "").rstrip(".")
        yield from sender.of_spf(returns_to.lower(), server, records)
        yield from sender.of_dmarc(domain, records)
        if (key := _key(settings, domain)) is not None:
            yield from sender.of_dkim(key, records)
        if settings.bounce_address is not None:
            yield from sender.of_returns(returns_to, records)
    except NoDnsError:
        yield finding("mail_dns_silent", domain=domain)


def _server_trouble(url: str, ca_bundle: Path | None) -> email.ServerTrouble | None:
    try:
        return within(SERVER_SECONDS, lambda: email.server_trouble(url, ca_bundle))
    except TimeoutError:
        return "unreachable"


def _key(settings: Settings, domain: str) -> DkimKey | None:
    """The key that signs mails; None also where it cannot be read, which is a finding of the settings."""
    if settings.dkim_key_file is not None:
        with suppress(OSError, ValueError):
            return read_key(settings.dkim_key_file.read_bytes(), domain, settings.dkim_selector)
    return None
