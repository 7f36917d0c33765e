"""check_recipient: whether the badge was awarded to the person whom the verifier expects.

Three answers: it matches, it does not match, or it cannot be said. "Does not match" is said only where the badge names
somebody by a value of the kind that was asked for, which can be compared and differs: that a badge names a hashed
e-mail address says nothing about a name. Nor is it said where the learner may have left out the one that matches.

Source: Open Badges 3.0, "Verify Recipient", and IdentityHash. The standard defines no case folding, so a hashed e-mail
address is compared as it was given, and in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5, sha256
from typing import Literal

from badges.foreign_json import as_list, text
from badges.spelling import nearly_same_spelling, same_spelling
from badges.verify.report import Finding, failed, passed, unknown
from signing.json_text import Json
from signing.verified_proof import VerifiedProof

#: A badge with thousands of salted identifiers would make its verifier hash for seconds.
MAX_IDENTIFIERS = 50

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HASH = re.compile(r"(sha256)\$([0-9a-f]{64})|(md5)\$([0-9a-f]{32})", re.IGNORECASE | re.ASCII)

#: What a person can be named by. A number is of some register, and nobody says of which, so it never fails to match.
_Kind = Literal["email", "id", "name", "number"]
#: How one identifier compares with the person asked about; `differs` is said only for two values of one kind.
_Comparison = Literal["matches", "nearly_matches", "differs", "not_comparable"]
#: Some write the word of Open Badges 2.0 for a type of Open Badges 3.0.
_KINDS: Mapping[str, _Kind] = {"emailAddress": "email", "email": "email", "name": "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identifier:
    """What a badge names its recipient by. `kind` is None where it does not say; `salt` belongs to a hash."""

    value: str
    kind: _Kind | None
    is_hash: bool = False
    salt: str = ""


def check_shown_recipient(credential: Json, recipient: str | None, proof: VerifiedProof | None) -> Finding:
    """The same as `check_recipient` for a credential of which parts may have been left out, as its proof says."""
    finding = check_recipient(credential, recipient)
    if finding.code == "another_recipient" and proof is not None and _may_name_others(proof.hidden):
        return unknown("recipient_not_comparable")
    return finding


def check_recipient(credential: Json, recipient: str | None) -> Finding:
    """Whether `recipient`, a name, an e-mail address or another id, is what the credential names its subject by.

    Case, spaces and the order of combining marks are ignored in names and e-mail addresses.
    """
    if recipient is None:
        return unknown("nobody_named")
    # Of a list of several subjects nobody can say which one is the recipient.
    subjects = as_list(credential.get("credentialSubject"))
    subject = subjects[0] if len(subjects) == 1 and isinstance(subjects[0], dict) else {}
    entries = [entry for entry in as_list(subject.get("identifier")) if entry is not None]
    identifiers = [one for entry in entries[:MAX_IDENTIFIERS] if (one := _read_identifier(entry))]
    asked = _without_mailto(recipient.strip())
    found = {_compare(asked, identifier) for identifier in (*_names(subject), *identifiers)}
    if "matches" in found:
        return passed("recipient_matches")
    if "nearly_matches" in found:
        return unknown("recipient_spelled_otherwise")
    # An identifier that was not read may be the one that matches.
    if "differs" in found and len(identifiers) == len(entries):
        return failed("another_recipient")
    return unknown("recipient_not_comparable")


def _may_name_others(hidden: Collection[tuple[str | int, ...]]) -> bool:
    """Whether an id, a name or an identifier of the subject, or a part of one, may be among what was left out."""
    # A subject may be the only one of a list.
    names = [tuple(part for part in path if isinstance(part, str)) for path in hidden]
    return any(path[:1] == ("credentialSubject",) and path[1:2] in ((), ("identifier",)) for path in names)


def _names(subject: Json) -> Iterator[_Identifier]:
    """The id of the subject, and its names, which it has where it is a Profile too."""
    address = _without_mailto((text(subject, "id") or "").strip())
    if address:
        # An e-mail address is no id of a subject, but some write it there.
        yield _Identifier(value=address, kind="email" if _kind_of(address) == "email" else "id")
    given, more, family = (text(subject, name) for name in ("givenName", "additionalName", "familyName"))
    full_names = [f"{given} {family}", f"{given} {more} {family}"] if given and family else []
    for name in (text(subject, "name"), *full_names):
        if name:
            yield _Identifier(value=name, kind="name")


def _read_identifier(entry: object) -> _Identifier | None:
    """An IdentityObject; None where it cannot be read. A hashed one is `algorithm$hex` of identity and salt."""
    if not isinstance(entry, dict):
        return None
    value, hashed, salt, kind = (
        entry.get(name) for name in ("identityHash", "hashed", "salt", "identityType")
    )
    is_readable = (
        isinstance(hashed, bool | None) and isinstance(salt, str | None) and isinstance(kind, str | None)
    )
    if not is_readable or not isinstance(value, str) or not value.strip():
        return None
    return _Identifier(
        value=value,
        kind=_KINDS.get(kind, "number") if kind else None,
        is_hash=hashed is True,
        salt=salt or "",
    )


def _compare(recipient: str, identifier: _Identifier) -> _Comparison:
    if identifier.is_hash:
        return _compare_hash(recipient, identifier)
    kind = identifier.kind or _kind_of(identifier.value)
    if kind == "id":
        # The letters of a did:key are of either case, and each counts.
        if recipient == identifier.value.strip():
            return "matches"
        is_comparable = _kind_of(recipient) == "id" and _scheme(recipient) == _scheme(identifier.value)
        return "differs" if is_comparable else "not_comparable"
    if same_spelling(recipient, identifier.value):
        return "matches"
    if nearly_same_spelling(recipient, identifier.value):
        return "nearly_matches"
    return "differs" if kind == _kind_of(recipient) != "number" else "not_comparable"


def _compare_hash(recipient: str, identifier: _Identifier) -> _Comparison:
    """Whether the hash is one of the recipient; of another kind than an e-mail address, it cannot fail to be."""
    found = _HASH.fullmatch(identifier.value.strip())
    if found is None:
        return "not_comparable"
    algorithm, digest = (found[1] or found[3]).lower(), (found[2] or found[4]).lower()
    candidates = dict.fromkeys((recipient, recipient.lower()))
    if any(
        _hex_digest(algorithm, (candidate + identifier.salt).encode()) == digest for candidate in candidates
    ):
        return "matches"
    # A name that is hashed may be spelled with other capitals, or in another order.
    is_comparable = _kind_of(recipient) == "email" and identifier.kind in ("email", None)
    return "differs" if is_comparable else "not_comparable"


def _without_mailto(value: str) -> str:
    return value[len("mailto:") :] if value.lower().startswith("mailto:") else value


def _kind_of(value: str) -> _Kind:
    """What a text names a person by, as far as its form tells."""
    if _ADDRESS.match(value.strip()):
        return "id"
    if "@" in value:
        return "email"
    return "name" if any(character.isalpha() for character in value) else "number"


def _scheme(value: str) -> str:
    """The scheme of an id, for a DID with its method: two ids of different schemes may belong to one person."""
    return ":".join(value.strip().split(":")[: 2 if value.strip().lower().startswith("did:") else 1]).lower()


def _hex_digest(algorithm: str, data: bytes) -> str:
    if algorithm == "sha256":
        return sha256(data).hexdigest()
    # The standard allows MD5. A collision would only let two people both claim to be the recipient.
    return md5(data, usedforsecurity=False).hexdigest()
