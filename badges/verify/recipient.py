"""is_for: was it given to the one whom the verifier has in mind?

Source: Open Badges 3.0, "Verify Recipient", and IdentityHash. No case folding is defined, so an address is tried as it
was given, and in lower case.
"""

from __future__ import annotations

from hashlib import md5, sha256

from badges.verify.foreign_json import objects, text
from badges.verify.report import Finding, failed, passed, unknown
from signing.json_text import Json

MAX_IDENTIFIERS = 50


def is_for(credential: Json, recipient: str | None) -> Finding:
    """Whether one of the identifiers of the subject is `recipient`, an e-mail address or an id known otherwise."""
    if recipient is None:
        return unknown("nobody_named")
    about = credential.get("credentialSubject")
    if text(about, "id") == recipient:
        return passed("recipient_matches")
    identifiers = objects(about.get("identifier") if isinstance(about, dict) else None)[:MAX_IDENTIFIERS]
    if any(_is(recipient, identifier) for identifier in identifiers):
        return passed("recipient_matches")
    # A name says nothing about an address; what is of no kind that could be compared says nothing either.
    comparable = [
        found for found in identifiers if found.get("identityType") != "name" or "@" not in recipient
    ]
    if not comparable and text(about, "id") is None:
        return unknown("recipient_not_comparable")
    return failed("another_recipient")


def _is(recipient: str, identifier: Json) -> bool:
    said, salt = text(identifier, "identityHash") or "", text(identifier, "salt") or ""
    candidates = (recipient, recipient.strip().lower())
    if identifier.get("hashed") is not True:
        return said in candidates
    algorithm, _, digest = said.partition("$")
    return any(_hash(algorithm, (known + salt).encode()) == digest.lower() for known in candidates)


def _hash(algorithm: str, data: bytes) -> str | None:
    match algorithm:
        case "sha256":
            return sha256(data).hexdigest()
        case "md5":  # by the standard; nothing rests on it but who calls themselves the recipient
            return md5(data, usedforsecurity=False).hexdigest()
        case _:
            return None
