"""Mails that come back: the address that each returns to (VERP), and what a report about one says.

Sources: RFC 3464 (delivery status), RFC 5965 (complaints).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Any, Literal, cast

from lti_tool.mails.tokens import MailTokens

#: `failed`: it cannot be delivered. `delayed`: it is still tried. `complaint`: its reader has called it unwanted.
ReturnKind = Literal["failed", "delayed", "complaint"]
KINDS: tuple[ReturnKind, ...] = ("failed", "delayed", "complaint")

_PURPOSE = "return"
#: Where a mail server writes to whom it delivers a message; the last is what its sender has written.
_RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReport:
    """A report about a mail that came back. `addresses` are those it was sent to, one of which is the mail's own."""

    kind: ReturnKind
    addresses: tuple[str, ...]


def read_report(message: bytes) -> ReturnReport | None:
    """The report that a message is; None where it is none, such as the answer of somebody who is away."""
    # The older policy: it parses a header only when it is asked for, and never raises for one that is badly formed.
    report = message_from_bytes(message, policy=compat32)
    kind = _kind_of(report)
    if kind is None:
        return None
    headers = [str(value) for name in _RECIPIENT_HEADERS for value in report.get_all(name, [])]
    return ReturnReport(
        kind=kind, addresses=tuple(address for _, address in getaddresses(headers) if address)
    )


def _kind_of(report: Message[Any, Any]) -> ReturnKind | None:
    if report.get_content_type() != "multipart/report":
        return None
    said = str(report.get_param("report-type", "")).lower()
    if said == "feedback-report":
        return "complaint"
    if said != "delivery-status":
        return None
    actions = set(_actions(report))
    return next((kind for kind in KINDS if kind in actions), None)


def _actions(report: Message[Any, Any]) -> Iterator[str]:
    """What happened to each recipient; every mail of ours has one."""
    for part in report.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            # Its payload are blocks of headers: one about the message, then one a recipient.
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else ():
                yield str(cast(EmailMessage, block).get("Action", "")).strip().lower()
