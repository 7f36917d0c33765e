"""Records of the DNS: the addresses of a host, its mail servers, and texts such as SPF.

Beside `lti_tool/organisations/dns_texts.py` the only file of dnspython.
"""

from __future__ import annotations

from collections.abc import Sequence

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from lti_tool.errors import ToolError

#: For one question, asked of all name servers of the machine in turn.
SECONDS = 6.0


class NoDnsError(ToolError):
    """No name server answers, or none knows an answer at the moment."""


class Records:
    """Asks the name servers of the machine, or those of the given resolver."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver

    def addresses(self, host: str) -> Sequence[str]:
        """The IP addresses of a host, as text; none where there is no such name. Raises NoDnsError."""
        return [*self._answers(host, "A"), *self._answers(host, "AAAA")]

    def mail_servers(self, domain: str) -> Sequence[str]:
        """The hosts that take mail for a domain. Raises NoDnsError."""
        return [answer.rpartition(" ")[2].rstrip(".") for answer in self._answers(domain, "MX")]

    def texts(self, name: str) -> Sequence[str]:
        """The TXT records of a name, each with its parts joined. Raises NoDnsError."""
        return self._answers(name, "TXT")

    def _answers(self, name: str, kind: str) -> Sequence[str]:
        try:
            # Reads /etc/resolv.conf, which may be missing.
            resolver = self._resolver or Resolver()
            found = resolver.resolve(name, kind, lifetime=SECONDS, search=False)
        except (NXDOMAIN, NoAnswer):
            return ()
        except (DNSException, OSError, UnicodeError) as error:
            raise NoDnsError(f"the DNS gives no answer about {name}") from error
        if kind == "TXT":
            return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
        return [record.to_text() for record in found]
