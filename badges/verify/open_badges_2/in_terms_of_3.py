"""in_terms_of_3: what an assertion says in the terms of Open Badges 3.0, which readers and pages know."""

from __future__ import annotations

import re
from typing import Any

from badges.foreign_json import as_list, single, text, types
from badges.verify.open_badges_2.moments import read_moments
from badges.verify.open_badges_2.references import References
from signing.json_text import Json
from signing.timestamps import as_timestamp

_HASH = re.compile(r"(sha256|md5)\$[0-9a-f]+", re.IGNORECASE)


def in_terms_of_3(assertion: Json, references: References) -> Json:
    """A credential with what the assertion says of its recipient, its achievement, its issuer and its dates."""
    badge = references.badge_class or single(assertion.get("badge"))
    badge = badge if isinstance(badge, dict) else {}
    achievement: Json = {"type": ["Achievement"]}
    achievement |= {name: badge[name] for name in ("id", "name", "description") if text(badge, name)}
    if criteria := _criteria(single(badge.get("criteria"))):
        achievement["criteria"] = criteria
    if language := text(badge, "@language"):
        achievement["inLanguage"] = language
    subject: Json = {"type": ["AchievementSubject"], "achievement": achievement}
    if identifier := _identity_object(assertion):
        subject["identifier"] = [identifier]
    if narrative := text(assertion, "narrative"):
        subject["narrative"] = narrative
    credential: Json = {"issuer": _profile(badge, references), "credentialSubject": subject}
    if evidence := _evidence(assertion):
        credential["evidence"] = evidence
    begin = _as_text(assertion.get("issuedOn", assertion.get("issued_on")))
    dates = {"awardedDate": begin, "validFrom": begin, "validUntil": _as_text(assertion.get("expires"))}
    return credential | {name: date for name, date in dates.items() if date}


def _criteria(value: Any) -> Json | None:
    """The criteria; they may be the address of a page alone."""
    if isinstance(value, str) and value:
        return {"id": value, "narrative": value}
    return value if isinstance(value, dict) else None


def _as_text(date: Any) -> str | None:
    """The date as it was written; seconds since 1970 as a timestamp."""
    try:
        return date if isinstance(date, str) else as_timestamp(read_moments(date)[0])
    except ValueError:
        return None


def _evidence(assertion: Json) -> list[Json]:
    """The evidence; each may be an address alone."""
    entries = [
        {"id": entry} if isinstance(entry, str) else entry for entry in as_list(assertion.get("evidence"))
    ]
    return [entry for entry in entries if isinstance(entry, dict)]


def _profile(badge: Json, references: References) -> Json:
    """The issuer: by its own address where that answered, else as the badge names it, which proves nothing."""
    named = single(badge.get("issuer"))
    named = {"id": named} if isinstance(named, str) else named if isinstance(named, dict) else {}
    source, own_id = named, text(named, "id")
    if references.issuer is not None:
        source, own_id = references.issuer.profile or named, references.issuer.id
    profile = {name: source[name] for name in ("name", "url", "description") if text(source, name)}
    return profile | ({"id": own_id} if own_id else {}) | {"type": ["Profile"]}


def _identity_object(assertion: Json) -> Json | None:
    """The recipient as an IdentityObject of 3.0. In 0.5 it was a text, an address or a hash of one."""
    recipient = single(assertion.get("recipient"))
    if isinstance(recipient, str):
        recipient = {"type": "email", "identity": recipient, "salt": assertion.get("salt")}
    identity = text(recipient, "identity")
    if identity is None:
        return None
    return {
        "identityHash": identity,
        "hashed": recipient.get("hashed", _HASH.fullmatch(identity) is not None),
        "salt": recipient.get("salt"),
        "identityType": "emailAddress" if "email" in types(recipient) else "identifier",
    }
