"""SdJwt: the parts of an SD-JWT in its compact form.

Source: RFC 9901, "SD-JWT and SD-JWT+KB Data Formats".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from signing.errors import ProofError
from signing.json_text import MAX_CHARACTERS

#: A badge has two to five; each costs a hash and a text of JSON.
MAX_DISCLOSURES = 200
_JWT = r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
_SD_JWT = re.compile(rf"{_JWT}~(?:[A-Za-z0-9_-]+~)*+(?:{_JWT})?")
_BEGINNING = re.compile(rf"{_JWT}~")


@dataclass(frozen=True, slots=True, kw_only=True)
class SdJwt:
    """The JWT that the issuer signed, the disclosures in their order, and the key binding JWT where there is one."""

    jwt: str
    disclosures: tuple[str, ...]
    key_binding: str | None = None

    @property
    def presented(self) -> str:
        """All but the key binding JWT: what that is about. The last character is a tilde."""
        return "~".join((self.jwt, *self.disclosures, ""))

    @property
    def text(self) -> str:
        """The compact form."""
        return self.presented + (self.key_binding or "")


def looks_like_sd_jwt(text: str) -> bool:
    """Whether the text begins as an SD-JWT does: with a JWT and a tilde."""
    text = text[:MAX_CHARACTERS]
    # Every credential is asked; most have no tilde, and a search for one is 20 times as fast as the expression.
    return "~" in text and _BEGINNING.match(text.lstrip()) is not None


def split(text: str) -> SdJwt:
    """The parts of an SD-JWT, with or without key binding; raises ProofError `unreadable`."""
    text = text.strip()
    if len(text) > MAX_CHARACTERS or _SD_JWT.fullmatch(text) is None:
        raise ProofError("unreadable", "not a compact SD-JWT")
    jwt, *disclosures, key_binding = text.split("~")
    if len(disclosures) > MAX_DISCLOSURES:
        raise ProofError("unreadable", "the SD-JWT has too many disclosures")
    return SdJwt(jwt=jwt, disclosures=tuple(disclosures), key_binding=key_binding or None)
