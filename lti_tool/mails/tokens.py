"""Tokens in mails: what each is about, in the open, and a MAC, so that nobody makes one for somebody else.

They are not stored, and reading one uses nothing up: a scanner may follow every link of a mail.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

#: 64 bits: nobody tries them out online. Short, because a token may stand before the @ of an address, where 64
#: characters fit.
_MAC_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTokens:
    """Makes tokens and reads them. A token for one purpose is none for another."""

    secret_key: str = field(repr=False)

    def token(self, purpose: str, about: str) -> str:
        """The token, in lower case, because some mail servers change the case of an address; the same each time."""
        about = about.lower()
        return f"{about}.{self._mac(purpose, about)}"

    def about(self, purpose: str, token: str) -> str | None:
        """What the token is about; None where it is no token for that purpose."""
        about, _, mac = token.lower().rpartition(".")
        is_ours = hmac.compare_digest(mac.encode(), self._mac(purpose, about).encode())
        return about if is_ours else None

    def _mac(self, purpose: str, about: str) -> str:
        message = f"mail {purpose}\0{about}".encode()
        return hmac.digest(self.secret_key.encode(), message, sha256).hex()[:_MAC_DIGITS]
