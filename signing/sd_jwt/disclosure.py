"""Disclosure: a part of an SD-JWT that may be left out, with its salt, as the text of which the JWT has the digest.

Source: RFC 9901, "Disclosures" and "Hashing Disclosures".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from signing.errors import ProofError
from signing.json_text import as_plain_text, read_list
from signing.multibase import base64url, from_base64url

#: The members that only digests may have, and what the digest of an element of a list is called.
DIGESTS, DIGEST = "_sd", "..."
#: The member that names the hash function. It stands at the top, and nowhere else.
HASH_FUNCTION = "_sd_alg"
RESERVED = frozenset({DIGESTS, DIGEST, HASH_FUNCTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """The value of a member called `name`, or of an element of a list where `name` is None."""

    name: str | None
    value: Any
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        return digest_of(self.text)


def digest_of(text: str) -> str:
    """The digest of a disclosure, or of an SD-JWT, as base64url: SHA-256 over the ASCII bytes of the text."""
    return base64url(sha256(text.encode("ascii")).digest())


def member_disclosure(name: str, value: Any, salt: str) -> Disclosure:
    """The disclosure of a member of an object."""
    return Disclosure(name=name, value=value, text=_written([salt, name, value]))


def element_disclosure(value: Any, salt: str) -> Disclosure:
    """The disclosure of an element of a list."""
    return Disclosure(name=None, value=value, text=_written([salt, value]))


def read_disclosure(text: str) -> Disclosure:
    """What the text discloses; raises ProofError `malformed`."""
    try:
        parts = read_list(from_base64url(text).decode())
    except (ProofError, ValueError) as error:
        raise ProofError("malformed", f"a disclosure cannot be read: {error}") from error
    match parts:
        case [str(), value]:
            return Disclosure(name=None, value=value, text=text)
        case [str(), str(name), value] if name not in RESERVED:
            return Disclosure(name=name, value=value, text=text)
    raise ProofError("malformed", "a disclosure is not a salt, perhaps a name, and a value")


def _written(parts: list[Any]) -> str:
    return base64url(as_plain_text(parts).encode())
