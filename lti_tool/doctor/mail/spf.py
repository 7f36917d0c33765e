"""SPF (RFC 7208), as a receiving server evaluates it: whether a domain lets an address send mails in its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

from lti_tool.doctor.dns_records import Records

#: `none`: there is no record. `unreadable`: it has an error, or needs too many look-ups, so that it counts for nobody.
#: `untold`: it depends on what only a mail itself shows, or on names that addresses have.
Verdict = Literal["pass", "fail", "softfail", "neutral", "none", "unreadable", "untold"]

#: RFC 7208, section 4.6.4: so many terms of all records together may ask the DNS, and so many names one `mx`.
MOST_LOOKUPS = 10
MOST_MAIL_SERVERS = 10

_BY_QUALIFIER: Mapping[str, Verdict] = {
    "": "pass",
    "+": "pass",
    "-": "fail",
    "~": "softfail",
    "?": "neutral",
}
_MECHANISM = re.compile(
    r"(?P<qualifier>[+?~-]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<value>.+?))?(?P<prefix>(?:/\d{1,3})?(?://\d{1,3})?)"
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)")
_PREFIXES = re.compile(r"(?:/(\d+))?(?://(\d+))?")


class _EndError(Exception):
    """What comes out, whatever terms are left."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


def records_of(domain: str, records: Records) -> list[str]:
    """The SPF records of a domain, of which there may be one. Raises NoDnsError."""
    return [text for text in records.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]


def evaluate(domain: str, address: str, records: Records) -> Verdict:
    """What the record of the domain says of a server with that IP address. Raises NoDnsError."""
    try:
        return _Evaluation(ip_address(address), records).of(domain)
    except _EndError as end:
        return end.verdict


class _Evaluation:
    """Counts the look-ups of a record, and of those that it includes."""

    def __init__(self, address: IPv4Address | IPv6Address, records: Records) -> None:
        self._address = address
        self._records = records
        self._lookups = 0

    def of(self, domain: str) -> Verdict:
        found = records_of(domain, self._records)
        if len(found) != 1:
            return "unreadable" if found else "none"
        # An error in the last term counts as much as one in the first: so all are read before any is asked about.
        mechanisms, redirect = _read(found[0].lower().split()[1:])
        for mechanism in mechanisms:
            if self._matches(mechanism, domain):
                return _BY_QUALIFIER[mechanism["qualifier"]]
        return "neutral" if redirect is None else self._of_other(redirect)

    def _of_other(self, domain: str) -> Verdict:
        """Of a record that another one needs: without it that one is unreadable."""
        self._count()
        verdict = self.of(_name(domain))
        if verdict in ("none", "unreadable"):
            raise _EndError("unreadable")
        return verdict

    def _matches(self, mechanism: re.Match[str], domain: str) -> bool:
        name, value, prefix = mechanism["name"], mechanism["value"], mechanism["prefix"]
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            return self._address in _network(value + prefix)
        if name == "include":
            return self._of_other(value) == "pass"
        self._count()
        if name == "ptr":
            # The RFC says not to use it, and receivers leave it out.
            raise _EndError("untold")
        target = _name(value or domain)
        if name == "exists":
            return any("." in each for each in self._records.addresses(target))
        hosts = [target] if name == "a" else self._mail_servers(target)
        return any(self._is_in(self._records.addresses(host), prefix) for host in hosts)

    def _mail_servers(self, domain: str) -> Iterator[str]:
        found = self._records.mail_servers(domain)
        if len(found) > MOST_MAIL_SERVERS:
            raise _EndError("unreadable")
        # A lone "." says that the domain takes no mail.
        return (each for each in found if each)

    def _is_in(self, networks: Iterable[str], prefix: str) -> bool:
        """Whether the address is in one of them, as far as the prefix of its own kind goes: `/24//64`."""
        of_four, of_six = _lengths(prefix)
        for each in networks:
            length = of_six if ":" in each else of_four
            if self._address in _network(each if length is None else f"{each}/{length}"):
                return True
        return False

    def _count(self) -> None:
        self._lookups += 1
        if self._lookups > MOST_LOOKUPS:
            raise _EndError("unreadable")


def _read(terms: Iterable[str]) -> tuple[list[re.Match[str]], str | None]:
    """The mechanisms, and where `redirect` leads."""
    mechanisms: list[re.Match[str]] = []
    redirects: list[str] = []
    for term in terms:
        if modifier := _MODIFIER.fullmatch(term):
            redirects += [modifier["value"]] if modifier["name"] == "redirect" else []
        elif mechanism := _MECHANISM.fullmatch(term):
            _check(mechanism)
            mechanisms.append(mechanism)
        else:
            raise _EndError("unreadable")
    if len(redirects) > 1:
        raise _EndError("unreadable")
    return mechanisms, redirects[0] if redirects else None


def _check(mechanism: re.Match[str]) -> None:
    """Raises _EndError where a mechanism is not what RFC 7208, section 5, permits, wherever it stands in its record."""
    name, value, prefix = mechanism["name"], mechanism["value"] or "", mechanism["prefix"]
    is_wrong = (
        (name in ("include", "exists", "ip4", "ip6") and not value)
        or (name == "all" and value)
        or (prefix and name not in ("a", "mx", "ip4", "ip6"))
        or (name in ("ip4", "ip6") and (":" in value) != (name == "ip6"))
    )
    if is_wrong:
        raise _EndError("unreadable")
    if name in ("ip4", "ip6"):
        _network(value + prefix)
    elif prefix:
        of_four, of_six = _lengths(prefix)
        _network(f"0.0.0.0/{of_four or 0}")
        _network(f"::/{of_six or 0}")


def _lengths(prefix: str) -> tuple[str | None, str | None]:
    """How far networks go of each kind of address, as a prefix such as `/24//64` says it."""
    found = _PREFIXES.fullmatch(prefix)
    return (found[1], found[2]) if found else (None, None)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise _EndError("unreadable") from None


def _name(domain: str) -> str:
    """The domain, where it is one; macros are filled in by what a mail shows."""
    if "%" in domain:
        raise _EndError("untold")
    if not domain:
        raise _EndError("unreadable")
    return domain
