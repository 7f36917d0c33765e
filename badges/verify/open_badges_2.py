"""check_open_badges_2: the Report on badges of Open Badges 2.0 and 1.x.

Their proof is that the issuer's host serves the assertion, or the key that signed it: without `fetch` they cannot be
verified. Source: Open Badges 2.0, "Verification".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from badges.verify.assertions import AssertionNotVerifiedError, VerifiedAssertion
from badges.verify.files import ParsedFile
from badges.verify.foreign_json import text, types
from badges.verify.hosted_assertion import check_hosted_assertion
from badges.verify.lookups import Lookups
from badges.verify.recipient import check_recipient
from badges.verify.report import NOT_CHECKED, Finding, Report, as_check, failed, passed, unknown, warning
from badges.verify.signed_assertion import check_signed_assertion
from badges.verify.verdict import decide_verdict
from signing.json_text import Json
from signing.timestamps import from_timestamp

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?", re.ASCII)


def check_open_badges_2(file: ParsedFile, lookups: Lookups, recipient: str | None) -> Report:
    """The Report on an assertion, or on the address of one."""
    assertion, verified, proof = file.credential, None, NOT_CHECKED
    try:
        address = file.address or hosted_address(assertion)
        verified = (
            check_hosted_assertion(address, assertion, lookups)
            if address
            else check_signed_assertion(file, lookups)
        )
        assertion, proof = verified.assertion, verified.proof
    except AssertionNotVerifiedError as error:
        proof = error.finding
    checks = (
        as_check("parsed", file.finding),
        as_check("terms", NOT_CHECKED),
        as_check("context", warning("open_badges_2")),
        as_check("type", passed("assertion")),
        as_check("schema", unknown("no_rules")),
        as_check("subject", _check_subject(assertion) if assertion else NOT_CHECKED),
        as_check("issuer", _check_issuer(verified)),
        as_check("proof", proof),
        as_check("key_of_issuer", verified.key_of_issuer if verified else NOT_CHECKED),
        as_check("status", verified.status if verified else NOT_CHECKED),
        as_check("validity", _check_validity(assertion, lookups.now)),
        as_check("recipient", check_recipient(_as_open_badges_3(assertion), recipient)),
    )
    return Report(checks=checks, credential=assertion or None, verdict=decide_verdict(checks))


def hosted_address(assertion: Json) -> str | None:
    """The address at which an assertion says it is hosted; None for a signed one."""
    verification = assertion.get("verification", assertion.get("verify"))
    kinds = {kind.lower() for kind in types(verification)}
    if not kinds & {"hosted", "hostedbadge"}:
        return None
    return text(verification, "url") or text(assertion, "id")


def _check_subject(assertion: Json) -> Finding:
    has_recipient = bool(_as_open_badges_3(assertion)["credentialSubject"])
    return passed("achievement") if has_recipient else failed("no_recipient")


def _as_open_badges_3(assertion: Json) -> Json:
    """A credential with the assertion's recipient in the terms of Open Badges 3.0, and nothing else."""
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


def _check_issuer(verified: VerifiedAssertion | None) -> Finding:
    if verified is None:
        return NOT_CHECKED
    return passed("profile", verified.issuer_id) if verified.issuer_id else failed("no_issuer")


def _check_validity(assertion: Json, now: datetime) -> Finding:
    """Whether `now` is between `issuedOn` and `expires`, where they are given."""
    try:
        ends = _as_datetime(assertion["expires"]) if "expires" in assertion else None
        begins = _as_datetime(assertion["issuedOn"]) if "issuedOn" in assertion else None
    except ValueError:
        return failed("no_dates")
    if begins is not None and now < begins:
        return failed("not_yet_valid", begins.isoformat())
    if ends is not None and now > ends:
        return failed("expired", ends.isoformat())
    return passed("valid" if ends else "no_end")


def _as_datetime(value: Any) -> datetime:
    """The moment of a timestamp, a day or seconds since 1970, in UTC where no zone is given. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**36:
        return datetime.fromtimestamp(value, tz=UTC)  # Open Badges 0.5 counted seconds
    if isinstance(value, str) and _DAY.fullmatch(value):
        value += "T00:00:00Z"
    elif isinstance(value, str) and _NO_ZONE.fullmatch(value):
        value += "Z"
    return from_timestamp(value)
