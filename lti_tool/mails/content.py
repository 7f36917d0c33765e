"""What a mail says, as plain values. Its plain part and its HTML part are both made of these, so they cannot differ.

Every text here is as a person reads it: nothing is escaped, and what strangers typed may be in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lti_tool.values import Letterhead, Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph; a line break in it stays one."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address, and what a person can do there. The first one of a mail is its main action."""

    label: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts one below the other, each with its name."""

    rows: Sequence[tuple[str, str]]


Part = Paragraph | Link | Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture to keep, attached as a file. `file_name` is in ASCII."""

    file_name: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContent:
    """A mail in the language of its recipient, from an issuer.

    `headings`: one line or more; the first is the largest. `small_print` comes last. `picture_url`: a picture beside
    the headings, which says nothing that they do not; it must be the same for all readers. `unsubscribe_url`: where
    this kind of mail is refused, as RFC 8058 has it; empty where it cannot be.
    """

    recipient: Recipient
    issuer: Letterhead
    subject: str
    headings: Sequence[str]
    parts: Sequence[Part]
    small_print: Sequence[Paragraph | Link] = ()
    picture_url: str = ""
    attachments: Sequence[Attachment] = ()
    unsubscribe_url: str = field(default="", repr=False)


def one_line(text: str) -> str:
    """The text on one line, and short: a long word is not folded, and mail servers refuse lines of 1000 characters."""
    return " ".join(text.split())[:200]
