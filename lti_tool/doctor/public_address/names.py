"""Where the name of the tool leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from lti_tool.doctor.bounded import within
from lti_tool.doctor.dns_records import NoDnsError, Records
from lti_tool.doctor.findings import Finding, finding
from lti_tool.outgoing import Resolve
from lti_tool.outgoing.addresses import is_public, names_this_machine

#: The resolver of the system has no limit of its own.
RESOLVING_SECONDS = 8.0


def of_host(host: str, records: Records) -> Iterator[Finding]:
    """What the DNS says of a host that this machine finds. One that is an address itself is not asked for."""
    if names_this_machine(host) or _is_address(host):
        return
    try:
        addresses = records.addresses(host)
    except NoDnsError:
        yield finding("dns_silent", host=host)
        return
    if not addresses:
        yield finding("host_known_here_alone", host=host)
    elif not any(map(is_public, addresses)):
        yield finding("host_private", host=host, address=addresses[0])


def reached(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    """The IP addresses to which this machine is led, as text; none where there is no such name."""
    if names_this_machine(host) and not _is_address(host):
        return ["127.0.0.1"]
    with suppress(OSError, UnicodeError):  # TimeoutError is an OSError
        found = within(RESOLVING_SECONDS, lambda: resolve(host, port))
        return list(dict.fromkeys(str(address[0]) for *_, address in found))
    return []


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        is_public(host.strip("[]"))
        return True
    return False
