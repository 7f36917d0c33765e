"""What the DNS says of the sender's domain: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from lti_tool.doctor.dns_records import Records
from lti_tool.doctor.findings import Finding, finding
from lti_tool.doctor.mail import spf
from lti_tool.mails.dkim_key import DkimKey

#: An address of documents (RFC 5737): as no record names it, all of a record is read.
_NOBODY = "192.0.2.1"


def of_spf(domain: str, server: str, records: Records) -> Iterator[Finding]:
    """Whether a record says who sends for the domain to which mails return, the mail `server` too. Raises NoDnsError.

    It is asked about the server where that is the domain's own: which addresses a provider sends from, its name does
    not tell, nor from where this machine is seen.
    """
    found = spf.records_of(domain, records)
    if len(found) != 1:
        yield finding("spf_several" if found else "spf_missing", domain=domain)
        return
    terms = found[0].lower().split()[1:]
    if terms in (["-all"], ["~all"], []):
        yield finding("spf_sends_nothing", domain=domain)
    elif {"all", "+all"} & {*terms}:
        yield finding("spf_lets_everybody", domain=domain)
    elif spf.evaluate(domain, _NOBODY, records) == "unreadable":
        yield finding("spf_unreadable", domain=domain)
    elif server == domain or server.endswith(f".{domain}"):
        public = [each for each in records.addresses(server) if ip_address(each).is_global]
        for address in public:
            if spf.evaluate(domain, address, records) in ("fail", "softfail", "neutral"):
                yield finding("spf_lacks_server", domain=domain, host=server, address=address)
                return


def of_dkim(key: DkimKey, records: Records) -> Iterator[Finding]:
    """Whether the public half of the key is where a receiving server looks for it. Raises NoDnsError."""
    name = f"{key.selector}._domainkey.{key.domain}"
    published = [_tags(text) for text in records.texts(name)]
    keys = [re.sub(r"\s", "", tags["p"]) for tags in published if "p" in tags]
    if not keys:
        yield finding("dkim_missing", name=name)
    elif keys != [key.published]:
        yield finding("dkim_of_another_key", name=name)


def of_dmarc(domain: str, records: Records) -> Iterator[Finding]:
    """Whether the domain, or one above it, says what becomes of mails in its name. Raises NoDnsError."""
    labels = domain.split(".")
    for first in range(len(labels) - 1):
        place = ".".join(labels[first:])
        found = [text for text in records.texts(f"_dmarc.{place}") if text.lower().startswith("v=dmarc1")]
        if found:
            policy = _tags(found[0]).get("p", "").lower()
            if len(found) > 1 or policy not in ("none", "quarantine", "reject"):
                yield finding("dmarc_unreadable", domain=place)
            return
    yield finding("dmarc_missing", domain=domain)


def of_returns(domain: str, records: Records) -> Iterator[Finding]:
    """Whether any server takes the mails that come back. Raises NoDnsError."""
    if not records.mail_servers(domain) and not records.addresses(domain):
        yield finding("returned_mails_lost", domain=domain)


def _tags(text: str) -> Mapping[str, str]:
    """The values of a record such as `v=DKIM1; k=rsa; p=...`, by their names in lower case."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
