"""check_recipient: whether the badge was awarded to the person whom the verifier expects.

Source: Open Badges 3.0, "Verify Recipient", and IdentityHash. The standard defines no case folding, so an e-mail
address is compared as it was given, and in lower case.
"""

from __future__ import annotations

from hashlib import md5, sha256

from badges.verify.foreign_json import objects, text
from badges.verify.report import Finding, failed, passed, unknown
from signing.json_text import Json

#: A badge with thousands of salted identifiers would make its verifier hash for seconds.
MAX_IDENTIFIERS = 50


def check_recipient(credential: Json, recipient: str | None) -> Finding:
    """Whether `recipient`, an e-mail address or another id, is an identifier of the credential's subject."""
    if recipient is None:
        return unknown("nobody_named")
    subject = credential.get("credentialSubject")
    if text(subject, "id") == recipient:
        return passed("recipient_matches")
    identifiers = objects(subject.get("identifier") if isinstance(subject, dict) else None)[:MAX_IDENTIFIERS]
    if any(_matches(recipient, identifier) for identifier in identifiers):
        return passed("recipient_matches")
    # That a name differs from an e-mail address proves nothing: only identifiers of a comparable kind can fail.
    comparable = [
        identifier
        for identifier in identifiers
        if identifier.get("identityType") != "name" or "@" not in recipient
    ]
    if not comparable and text(subject, "id") is None:
        return unknown("recipient_not_comparable")
    return failed("another_recipient")


def _matches(recipient: str, identifier: Json) -> bool:
    """Whether an IdentityObject is about the recipient. Hashed ones are `algorithm$hex` of identity and salt."""
    identity_hash, salt = text(identifier, "identityHash") or "", text(identifier, "salt") or ""
    candidates = (recipient, recipient.strip().lower())
    if identifier.get("hashed") is not True:
        return identity_hash in candidates
    algorithm, _, digest = identity_hash.partition("$")
    return any(
        _hex_digest(algorithm, (candidate + salt).encode()) == digest.lower() for candidate in candidates
    )


def _hex_digest(algorithm: str, data: bytes) -> str | None:
    match algorithm:
        case "sha256":
            return sha256(data).hexdigest()
        case "md5":
            # The standard allows MD5. A collision would only let two people both claim to be the recipient.
            return md5(data, usedforsecurity=False).hexdigest()
        case _:
            return None
