"""What the world sees at TOOL_URL: the name, the certificate, and the documents that platforms and verifiers fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.doctor.public_address import certificate, documents, names

NAME = "public_address"
FINDINGS: Mapping[str, Severity] = {
    "host_unknown": BROKEN,
    "host_known_here_alone": WARNING,
    "host_private": WARNING,
    "dns_silent": WARNING,
    "port_closed": BROKEN,
    "certificate_ended": BROKEN,
    "certificate_of_another_host": BROKEN,
    "certificate_not_trusted": BROKEN,
    "certificate_of_own_authority": WARNING,
    "certificate_ends_soon": WARNING,
    "tls_fails": BROKEN,
    "tool_not_there": BROKEN,
    "key_set_differs": BROKEN,
    "did_differs": BROKEN,
    "status_list_unreadable": BROKEN,
    "context_differs": BROKEN,
    "frames_refused": BROKEN,
    "hsts_missing": WARNING,
}


def check(installation: Installation) -> Iterator[Finding]:
    """What somebody who asks from outside does not get, step by step: where one fails, the next cannot succeed."""
    settings = installation.settings
    if settings is None:
        return
    parts = urlsplit(settings.tool_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = names.reached(host, port, installation.world.resolve)
    if not addresses:
        yield finding("host_unknown", host=host)
        return
    yield from names.of_host(host, installation.world.records)
    if parts.scheme == "https":
        seen = certificate.seen_at(addresses, host, port, settings.ca_bundle, installation.world)
        yield from seen.findings
        if not seen.is_trusted:
            return
    if installation.tool is not None:
        yield from documents.of_tool(installation.tool, installation.outgoing(host))
