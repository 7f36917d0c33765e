"""A European Digital Credential that a stranger hands in: recognised, and what it says of its issuer.

Nothing of it is proven, and nothing else of it is read: Europass shows and validates such files.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from badges.foreign_json import as_list, object_at
from signing.errors import ProofError
from signing.json_text import Json, read_object
from signing.multibase import from_base64url

#: What every one of them names.
CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"


@dataclass(frozen=True, slots=True, kw_only=True)
class EuropeanFile:
    """A credential with the `identifiers` for electronic seals that it has of its issuer.

    `sealed` is the text with the electronic seal around the `document`; "" where there is none.
    """

    document: str = field(repr=False)
    identifiers: Collection[str]
    sealed: str = field(repr=False)


def read_european(file: bytes) -> EuropeanFile | None:
    """The European Digital Credential that the file is, in a seal or before one is made; None for any other file."""
    if file.lstrip()[:1] != b"{" or not any(word in file for word in (CONTEXT.encode(), b'"payload"')):
        return None
    try:
        text = file.decode()
        outer = read_object(text)
        payload = outer.get("payload")
        inside = _unpacked(payload) if isinstance(payload, str) else ""
        document = read_object(inside) if inside else object_at(outer, "credential") or outer
    except (UnicodeDecodeError, ProofError):
        return None
    if CONTEXT not in as_list(document.get("@context")):
        return None
    return EuropeanFile(
        document=inside or text,
        identifiers=_identifiers(document),
        sealed=text if inside else "",
    )


def _unpacked(payload: str) -> str:
    """The document in a JWS, where it stands as it is, or in base64url."""
    if payload.lstrip().startswith("{"):
        return payload
    try:
        return from_base64url(payload).decode()
    except ValueError:  # also of text that is no UTF-8
        return ""


def _identifiers(document: Json) -> Collection[str]:
    notation = object_at(document, "issuer", "eIDASIdentifier").get("notation")
    return {notation} if isinstance(notation, str) else set()
