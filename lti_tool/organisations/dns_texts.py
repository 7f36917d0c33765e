"""TXT records of the DNS, asked of the name servers of the machine.

What an alias (CNAME) leads to counts, as whoever runs the domain has set it; so does a wildcard of theirs. Search
domains of the machine never do: another name would be asked than the one on the page. Signatures of the DNS are left to
those name servers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dns.exception import DNSException
from dns.resolver import Resolver

#: For one question, asked of all name servers in turn.
SECONDS = 5.0


def find_texts(name: str) -> Sequence[str]:
    """The TXT records of a name, each with its parts joined; none where there is none, or no server answers."""
    return texts_from(_resolver_of_the_machine, name)


def texts_from(make_resolver: Callable[[], Resolver], name: str) -> Sequence[str]:
    """The same of other name servers, each in the time that its resolver takes."""
    try:
        found = make_resolver().resolve(name, "TXT", search=False)
    except (DNSException, OSError, UnicodeError):
        return ()
    return [b"".join(record.strings).decode("utf-8", "replace") for record in found]


def _resolver_of_the_machine() -> Resolver:
    """Reads /etc/resolv.conf. Raises DNSException or OSError where that is missing."""
    resolver = Resolver()
    resolver.lifetime = SECONDS
    return resolver
