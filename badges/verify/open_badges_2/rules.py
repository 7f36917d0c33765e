"""find_breaches: where the documents of an Open Badges 2.0 badge do not have the form of their classes.

The rules are those of the standard's classes as the 1EdTech validator applies them (OB20Inspector, `Assertion.java`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from badges.foreign_json import as_list, types
from signing.json_text import Json

#: What the validator makes of a breach; after a fatal one it stops.
Severity = Literal["warning", "error", "fatal"]
#: The document at an address as far as it is known, else None.
FindDocument = Callable[[str], Json | None]

MAX_DEPTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A member that breaks a rule, as `badge.issuer.email`."""

    path: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a member of a class is: of a kind of value, or an object of a class, or the address of one.

    `one_of`: the types of which it has at least one. `address`: the document itself need not be known.
    """

    kind: str
    required: bool = False
    many: bool = False
    one_of: tuple[str, ...] = ()
    address: bool = False
    data_uri: bool = False


def _type(*one_of: str, required: bool = True, many: bool = True) -> Rule:
    return Rule(kind="type", required=required, many=many, one_of=one_of)


def _required(kind: str) -> Rule:
    return Rule(kind=kind, required=True)


def _linked(kind: str) -> Rule:
    """One or more objects, or addresses at which nothing is looked up."""
    return Rule(kind=kind, many=True, address=True)


_TEXT, _IRI = Rule(kind="text"), Rule(kind="iri")
_COMMON = {"@language": Rule(kind="language"), "version": Rule(kind="text_or_number")}
_PROFILE = {
    "id": _required("iri"),
    "type": _type("Issuer", "Profile"),
    "name": _required("text"),
    "description": _TEXT,
    "image": Rule(kind="Image", address=True, data_uri=True),
    "url": _required("url"),
    "email": _required("email"),
    "telephone": Rule(kind="telephone"),
    "publicKey": Rule(kind="CryptographicKey", address=True),
    "verification": Rule(kind="VerificationOfIssuer"),
    "revocationList": Rule(kind="RevocationList", address=True),
    **_COMMON,
}
CLASSES: dict[str, dict[str, Rule]] = {
    "Assertion": {
        "id": _required("iri"),
        "type": _type("Assertion"),
        "recipient": _required("IdentityObject"),
        "badge": _required("BadgeClass"),
        "verification": _required("VerificationOfAssertion"),
        "issuedOn": _required("datetime"),
        "expires": Rule(kind="datetime"),
        "image": Rule(kind="Image", address=True),
        "narrative": _TEXT,
        "evidence": _linked("Evidence"),
        **_COMMON,
    },
    "BadgeClass": {
        "id": _required("iri"),
        "type": _type("BadgeClass"),
        "issuer": _required("Profile"),
        "name": _required("text"),
        "description": _required("text"),
        "image": Rule(kind="Image", address=True, data_uri=True),
        "criteria": Rule(kind="Criteria", required=True, address=True),
        "alignment": Rule(kind="AlignmentObject", many=True),
        "tags": Rule(kind="text", many=True),
        **_COMMON,
    },
    "Profile": _PROFILE,
    "AlignmentObject": {
        "targetName": _required("text"),
        "targetUrl": _required("url"),
        "description": _TEXT,
        "targetFramework": _TEXT,
        "targetCode": _TEXT,
    },
    "Criteria": {"id": _IRI, "narrative": _TEXT},
    "CryptographicKey": {"id": _IRI, "owner": _IRI, "publicKeyPem": _TEXT},
    "Evidence": {
        "id": _IRI,
        **{name: _TEXT for name in ("narrative", "name", "description", "genre", "audience")},
    },
    "IdentityObject": {
        "type": _type("id", "email", "url", "telephone", many=False),
        "identity": _required("text"),
        "hashed": _required("boolean"),
        "salt": _TEXT,
    },
    "Image": {"id": _required("picture"), "caption": _TEXT, "author": _IRI},
    "RevocationList": {"id": _IRI, "type": _type("RevocationList")},
    "VerificationOfAssertion": {
        "type": _type("HostedBadge", "SignedBadge", many=False),
        "creator": Rule(kind="CryptographicKey", address=True),
    },
    "VerificationOfIssuer": {
        "startsWith": Rule(kind="url", many=True),
        "allowedOrigins": Rule(kind="authority", many=True),
    },
}

_URL = re.compile(r"(?:https?|ftp|file|mailto|jar):\S+", re.IGNORECASE)
_IRI_FORM = re.compile(r"_:.+|urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATA_URI = re.compile(r"data:([^,;]*)[^,]*,", re.IGNORECASE)
_TYPES_OF_PICTURES = ("image/png", "image/svg+xml")
_FORMS = {
    "datetime": re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d?(:?\d\d){0,2})", re.IGNORECASE
    ),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "language": re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*"),
    "telephone": re.compile(r"\+?[1-9]\d{1,14}(;ext=\d+)?"),
    "authority": re.compile(r"(?=.{4,253}\Z)([A-Za-z0-9-]{0,62}[A-Za-z0-9]\.)+[A-Za-z]{2,63}"),
    "url": _URL,
}
#: The types that Open Badges 2.0 defines; any other is a whole IRI, or one with a known prefix.
_KNOWN_TYPES = frozenset(
    "AlignmentObject CryptographicKey Endorsement Assertion BadgeClass Criteria Evidence Extension FrameValidation "
    "IdentityObject Image HostedBadge hosted Issuer Profile RevocationList SignedBadge signed TypeValidation "
    "VerificationObject email id url telephone".split()
)
_PREFIXES = (
    "extensions:",
    "obi:",
    "cred:",
    "dc:",
    "schema:",
    "sec:",
    "xsd:",
    "http://",
    "https://",
    "urn:uuid:",
)


def normalised(document: Json) -> Json:
    """The document with the names of 2.0 for what 1.1 calls otherwise: `verify`, `hosted`, `signed`."""
    renamed = {"verification" if name == "verify" else name: value for name, value in document.items()}
    verification = renamed.get("verification")
    if isinstance(verification, dict) and isinstance(verification.get("type"), str):
        kind = {"hosted": "HostedBadge", "signed": "SignedBadge"}.get(
            verification["type"], verification["type"]
        )
        renamed["verification"] = verification | {"type": kind}
    return renamed


def find_breaches(
    document: Json, class_name: str, find: FindDocument, path: str = "", depth: int = 0
) -> Iterator[Breach]:
    """Every breach in the document and in those that it refers to, as far as `find` knows them."""
    for name, rule in CLASSES[class_name].items():
        here = f"{path}.{name}".removeprefix(".")
        if name not in document:
            if rule.required:
                yield Breach(path=here, severity="error")
            continue
        values = as_list(document[name])
        if (rule.required and not values) or (len(values) > 1 and not rule.many):
            yield Breach(path=here, severity="error")
            continue
        if rule.one_of and not set(rule.one_of) & types({"type": values}):
            yield Breach(path=here, severity="fatal")
        for value in values:
            yield from _find_in_value(value, rule, find, here, depth)


def _find_in_value(value: Any, rule: Rule, find: FindDocument, path: str, depth: int) -> Iterator[Breach]:
    if rule.kind not in CLASSES:
        if not _has_form(value, rule.kind):
            yield Breach(path=path, severity="error")
        return
    if isinstance(value, dict):
        if rule.required and not value:
            yield Breach(path=path, severity="error")
        elif depth < MAX_DEPTH:
            yield from find_breaches(value, rule.kind, find, path, depth + 1)
        return
    if rule.data_uri and isinstance(value, str) and _DATA_URI.match(value):
        if not _is_picture(value):
            yield Breach(path=path, severity="error")
        return
    if not _is_iri(value):
        yield Breach(path=path, severity="error")
        return
    found = find(value) if not rule.address else None
    if found is not None and depth < MAX_DEPTH:
        yield from find_breaches(found, rule.kind, find, path, depth + 1)


def _has_form(value: Any, kind: str) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "text_or_number":
            return isinstance(value, str | int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "iri":
            return _is_iri(value)
        case "type":
            return isinstance(value, str) and (value in _KNOWN_TYPES or value.startswith(_PREFIXES))
        case "picture":
            return isinstance(value, str) and (_is_picture(value) or _URL.fullmatch(value) is not None)
        case _:
            return isinstance(value, str) and _FORMS[kind].fullmatch(value) is not None


def _is_iri(value: Any) -> bool:
    return isinstance(value, str) and bool(_URL.fullmatch(value) or _IRI_FORM.fullmatch(value))


def _is_picture(value: str) -> bool:
    data_uri = _DATA_URI.match(value)
    return data_uri is not None and data_uri[1].lower() in _TYPES_OF_PICTURES
