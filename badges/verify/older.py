"""check_older: badges of Open Badges 2.0 and 1.x, whose proof is mostly where they are served.

A hosted badge is genuine when its own address, which belongs to its issuer, still serves it; so nothing can be said of
one without asking there (`fetch`). A signed one names the address of a key. Source: Open Badges 2.0, "Verification".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from badges.verify.opening import Opened
from badges.verify.outside import Outside
from badges.verify.recipient import is_for
from badges.verify.report import Finding, Json, Report, failed, named, passed, unknown, warning
from badges.verify.strangers import as_list, objects, text, types
from badges.verify.verdict import verdict
from signing.errors import ProofError
from signing.jsontext import read_object
from signing.timestamps import from_timestamp

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class _TroubleError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hosted:
    """What is served now: the assertion, the badge and the issuer that it names."""

    assertion: Json
    badge: Json
    issuer: Json


def check_older(opened: Opened, outside: Outside, recipient: str | None) -> Report:
    """The Report on an assertion, or on the address of one."""
    assertion, proof, hosted = opened.credential, unknown("not_checked"), None
    try:
        hosted = _hosted(opened, outside)
        assertion = hosted.assertion
        proof = passed("hosted")
    except _TroubleError as trouble:
        proof = trouble.finding
    checks = (
        named("parsed", opened.parsed),
        named("terms", unknown("not_checked")),
        named("context", warning("open_badges_2")),
        named("type", passed("assertion")),
        named("schema", unknown("no_rules")),
        named("subject", _subject(assertion) if assertion else unknown("not_checked")),
        named("issuer", _issuer(hosted)),
        named("proof", proof),
        named("key_of_issuer", _is_of_issuer(hosted)),
        named("status", _status(hosted)),
        named("validity", _validity(assertion, outside.now)),
        named("recipient", is_for(_as_subject(assertion), recipient)),
    )
    return Report(checks=checks, credential=assertion or None, verdict=verdict(checks))


def address_of(assertion: Json) -> str | None:
    """Where an assertion says it is hosted; None for a signed one."""
    how = assertion.get("verification", assertion.get("verify"))
    kinds = {kind.lower() for kind in types(how)}
    if not kinds & {"hosted", "hostedbadge"}:
        return None
    return text(how, "url") or text(assertion, "id")


def _hosted(opened: Opened, outside: Outside) -> _Hosted:
    address = opened.address or address_of(opened.credential)
    if address is None:
        raise _TroubleError(unknown("signed_open_badges_2"))
    served = _fetched(address, outside)
    if opened.credential:
        differing = [
            name
            for name in ("id", "recipient", "badge", "expires", "issuedOn")
            if served.get(name) != opened.credential.get(name)
        ]
        if differing:
            raise _TroubleError(failed("differs_from_hosted", ", ".join(differing)))
    if text(served, "id") not in (address, None) or types(served) & {"BadgeClass", "Issuer"}:
        raise _TroubleError(failed("differs_from_hosted", "id"))
    badge = _fetched_or_there(served.get("badge"), outside)
    issuer = _fetched_or_there(badge.get("issuer"), outside)
    return _Hosted(assertion=served | {"id": address}, badge=badge, issuer=issuer)


def _fetched_or_there(value: Any, outside: Outside) -> Json:
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        return {}
    found = _fetched(value, outside)
    return found if "id" in found else found | {"id": value}


def _fetched(address: str, outside: Outside) -> Json:
    if outside.fetch is None:
        raise _TroubleError(unknown("hosted_not_asked", address))
    try:
        answer = outside.fetch(address)
    except Exception as error:  # whatever went wrong out there
        raise _TroubleError(
            unknown("hosted_not_reached", f"{address}: {error.__class__.__name__}")
        ) from error
    try:
        return read_object(answer.removeprefix(b"\xef\xbb\xbf").decode())
    except (ProofError, ValueError) as error:
        raise _TroubleError(unknown("hosted_unreadable", address)) from error


def _subject(assertion: Json) -> Finding:
    return passed("achievement") if _as_subject(assertion)["credentialSubject"] else failed("no_recipient")


def _as_subject(assertion: Json) -> Json:
    """Its recipient in the words of Open Badges 3.0."""
    recipient = assertion.get("recipient")
    if not isinstance(recipient, dict) or text(recipient, "identity") is None:
        return {"credentialSubject": {}}
    identifier = {
        "identityHash": recipient["identity"],
        "hashed": recipient.get("hashed"),
        "salt": recipient.get("salt"),
        "identityType": "emailAddress" if "email" in types(recipient) else "identifier",
    }
    return {"credentialSubject": {"identifier": [identifier]}}


def _issuer(hosted: _Hosted | None) -> Finding:
    if hosted is None:
        return unknown("not_checked")
    found = text(hosted.issuer, "id")
    return passed("profile", found) if found else failed("no_issuer")


def _is_of_issuer(hosted: _Hosted | None) -> Finding:
    """Whether the assertion is served where the issuer says that its assertions are: by default, on its own host."""
    if hosted is None:
        return unknown("not_checked")
    address, issuer = text(hosted.assertion, "id") or "", text(hosted.issuer, "id") or ""
    (policy, *_) = (*objects(hosted.issuer.get("verification")), {})
    starts = [start for start in as_list(policy.get("startsWith")) if isinstance(start, str)]
    hosts = as_list(policy.get("allowedOrigins")) or [_host(issuer)]
    if any(address.startswith(start) for start in starts) or (not starts and _host(address) in hosts):
        return passed("key_of_issuer", issuer)
    return failed("key_of_another", address)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _status(hosted: _Hosted | None) -> Finding:
    if hosted is None:
        return unknown("not_checked")
    return failed("revoked") if hosted.assertion.get("revoked") is True else passed("not_revoked")


def _validity(assertion: Json, now: datetime) -> Finding:
    """Its dates may be days, which begin and end in UTC."""
    try:
        ends = _moment(assertion["expires"]) if "expires" in assertion else None
        begins = _moment(assertion["issuedOn"]) if "issuedOn" in assertion else None
    except ValueError:
        return failed("no_dates")
    if begins is not None and now < begins:
        return failed("not_yet_valid", begins.isoformat())
    if ends is not None and now > ends:
        return failed("expired", ends.isoformat())
    return passed("valid" if ends else "no_end")


def _moment(value: Any) -> datetime:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**36:
        return datetime.fromtimestamp(value, tz=UTC)  # Open Badges 0.5 counted seconds
    if isinstance(value, str) and _DAY.fullmatch(value):
        value += "T00:00:00Z"
    return from_timestamp(value)
