"""A badge that somebody brings, as it is kept: only one that was read, and whose signature is not shown to be wrong.

What could not be checked is kept, because its issuer may be away for an hour; what is forged, changed or not signed is
not, because a list of badges would lend it a look of truth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import unquote

from badges.bake import JWS_TYPE
from badges.foreign_json import as_list, issuer_id, kind_of, object_at, single, text
from badges.readable import shortened
from badges.verify import Report
from badges.verify.recipient import check_recipient
from lti_tool.errors import BackpackError
from lti_tool.values import Json, is_storable
from signing.json_text import as_plain_text

#: In bytes of its text; a badge with its picture inside has some hundred thousand.
MAX_SIZE = 500_000
MAX_NAME = 300
#: Of what is kept apart to say whose it is.
MAX_SUBJECT = 10_000
#: Verdicts of what is never kept. One that is kept may come to these later: then its page says so.
FORGED = frozenset({"changed", "wrong_issuer", "unsigned", "unusable"})

#: Of an assertion of Open Badges 2.0 that its issuer's site serves.
_SERVED = ("hosted", "hosted_otherwise")

Form = Literal["json", "jwt", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What is kept of a badge: its `text`, what it says of itself, and what its verification found.

    The text is as it came, byte for byte; that of an assertion which is served, is as it is served.
    `identity` is of its issuer and its id: of two with the same one replaces the other.
    """

    identity: str
    form: Form
    text: str
    name: str
    issuer: str
    subject: Json
    valid_from: datetime | None
    valid_until: datetime | None
    verdict: str
    report: Json


def incoming(report: Report) -> Incoming:
    """What is kept of the badge that the report is about.

    Raises BackpackError with the code `no_badge`, `unsigned`, `forged` or `too_large`.
    """
    credential, shown = report.credential, report.shown
    if credential is None or shown is None:
        raise BackpackError("no_badge", report.checks[0].code)
    if report.verdict == "unsigned":
        raise BackpackError("unsigned", "the credential has no proof")
    if report.verdict in FORGED:
        raise BackpackError("forged", report.verdict)
    if kind_of(credential) not in ("achievement", "open_badges_2"):
        raise BackpackError("no_badge", "not a badge")
    written = _text_to_keep(report, credential)
    if len(written.encode()) > MAX_SIZE:
        raise BackpackError("too_large", f"a badge has {MAX_SIZE} bytes at most")
    if not is_storable(written):
        raise BackpackError("no_badge", "the text cannot be stored")
    return Incoming(
        identity=identity_of(issuer_id(credential), text(credential, "id"), written),
        form=_form(report, credential),
        text=written,
        name=_line(text(_single_object(shown, "credentialSubject", "achievement"), "name")),
        issuer=_line(text(object_at(shown, "issuer"), "name") or issuer_id(shown)),
        subject=_subject(shown),
        valid_from=_moment(shown.get("validFrom", shown.get("issuanceDate"))),
        valid_until=_moment(shown.get("validUntil", shown.get("expirationDate"))),
        verdict=report.verdict,
        report=report_to_keep(report),
    )


def report_to_keep(report: Report) -> Json:
    """The checks and the verdict, without the badge itself."""
    return {
        "verdict": report.verdict,
        "one_ed_tech": report.one_ed_tech,
        "checks": [asdict(check) for check in report.checks],
    }


def identity_of(issuer: str | None, credential_id: str | None, written: str) -> str:
    """A hash of issuer and id, unescaped and trimmed as the standard compares them; without an id of the whole text."""
    if credential_id is None:
        return sha256(written.encode()).hexdigest()
    parts = (unquote(each).strip() for each in (issuer or "", credential_id))
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def is_theirs(subject: Mapping[str, Any], addresses: Collection[str]) -> bool:
    """Whether the badge names one of these addresses as its recipient, in plain words or as a hash."""
    credential = {"credentialSubject": dict(subject)}
    return any(check_recipient(credential, each).outcome == "passed" for each in addresses)


def _text_to_keep(report: Report, credential: Json) -> str:
    """The text as it came; of an assertion that its issuer's site serves, what is served.

    A file of the latter, or a program that brings it, may say anything else: only its address is of importance there.
    """
    if report.secured is not None and not _is_served(report):
        return report.secured.text.strip()
    written = as_plain_text(credential)
    if len(written.encode()) <= MAX_SIZE:
        return written
    # Moodle puts the badge class inside, with its picture. It may be named by its address as well.
    badge_class = text(single(credential.get("badge")), "id")
    return as_plain_text(credential | {"badge": badge_class}) if badge_class else written


def _is_served(report: Report) -> bool:
    return any(check.name == "proof" and check.code in _SERVED for check in report.checks)


def _form(report: Report, credential: Json) -> Form:
    if report.secured is None or kind_of(credential) != "achievement":
        return "other"
    return "jwt" if report.secured.media_type == JWS_TYPE else "json"


def _subject(shown: Json) -> Json:
    """Whom it names: of several subjects nobody, for nobody could say which one."""
    subject = single(shown.get("credentialSubject"))
    if not isinstance(subject, dict):
        return {}
    named = {name: subject[name] for name in ("id", "type", "name", "identifier") if name in subject}
    return named if len(as_plain_text(named)) <= MAX_SUBJECT else {}


def _single_object(value: Json, *path: str) -> Json:
    found: Any = value
    for name in path:
        members = as_list(found.get(name)) if isinstance(found, dict) else []
        found = members[0] if members else {}
    return found if isinstance(found, dict) else {}


def _line(words: str | None) -> str:
    return " ".join(shortened(words or "", MAX_NAME).split())


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
