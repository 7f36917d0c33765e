"""TXT records of the DNS, asked of the name servers of the machine."""

from __future__ import annotations

from collections.abc import Sequence

from dns.exception import DNSException
from dns.resolver import Resolver

#: For one question, asked of all name servers in turn.
SECONDS = 5.0


def find_texts(name: str) -> Sequence[str]:
    """The TXT records of a name, each with its parts joined; none where there is none, or no server answers."""
    try:
        # Reads /etc/resolv.conf, which may be missing.
        found = Resolver().resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (DNSException, OSError, UnicodeError):
        return ()
    return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
