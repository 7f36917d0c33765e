"""check_older: the Report on badges of Open Badges 2.0 and 1.x, whose proof is where they, or their keys, are served.

So nothing can be said of them without asking there (`fetch`). Source: Open Badges 2.0, "Verification".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from badges.verify.assertions import AssertionTroubleError, Checked
from badges.verify.files import Opened
from badges.verify.foreign_json import text, types
from badges.verify.hosted_assertion import check_hosted
from badges.verify.lookups import Lookups
from badges.verify.recipient import is_for
from badges.verify.report import NOT_CHECKED, Finding, Report, failed, named, passed, unknown, warning
from badges.verify.signed_assertion import check_signed
from badges.verify.verdict import verdict
from signing.json_text import Json
from signing.timestamps import from_timestamp

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?", re.ASCII)


def check_open_badges_2(opened: Opened, outside: Lookups, recipient: str | None) -> Report:
    """The Report on an assertion, or on the address of one."""
    assertion, found, proof = opened.credential, None, NOT_CHECKED
    try:
        address = opened.address or address_of(assertion)
        found = check_hosted(address, assertion, outside) if address else check_signed(opened, outside)
        assertion, proof = found.assertion, found.proof
    except AssertionTroubleError as trouble:
        proof = trouble.finding
    checks = (
        named("parsed", opened.parsed),
        named("terms", NOT_CHECKED),
        named("context", warning("open_badges_2")),
        named("type", passed("assertion")),
        named("schema", unknown("no_rules")),
        named("subject", _subject(assertion) if assertion else NOT_CHECKED),
        named("issuer", _issuer(found)),
        named("proof", proof),
        named("key_of_issuer", found.key_of_issuer if found else NOT_CHECKED),
        named("status", found.status if found else NOT_CHECKED),
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


def _issuer(found: Checked | None) -> Finding:
    if found is None:
        return NOT_CHECKED
    return passed("profile", found.issuer_id) if found.issuer_id else failed("no_issuer")


def _validity(assertion: Json, now: datetime) -> Finding:
    """Its dates may be days, which begin and end in UTC; so do moments that name no zone."""
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
    elif isinstance(value, str) and _NO_ZONE.fullmatch(value):
        value += "Z"
    return from_timestamp(value)
