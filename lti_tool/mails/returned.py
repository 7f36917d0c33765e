"""Mails that come back: the address that each returns to (VERP), and what a report of that says (RFC 3464)."""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.mails.tokens import MailTokens

_PURPOSE = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """The mailbox that mails return to. Each mail has an address of its own in it, after a plus sign."""

    mailbox: str
    tokens: MailTokens

    def of(self, reference: str) -> str:
        """The address of a mail, by the part of its reference before the first dot."""
        local, _, domain = self.mailbox.rpartition("@")
        return f"{local}+{self.tokens.token(_PURPOSE, reference)}@{domain}"

    def reference(self, address: str) -> str | None:
        """The reference of the mail that has this address; None where it is none of ours."""
        local, _, domain = address.strip().lower().rpartition("@")
        name, _, token = local.partition("+")
        if f"{name}@{domain}" != self.mailbox.lower():
            return None
        return self.tokens.about(_PURPOSE, token)
