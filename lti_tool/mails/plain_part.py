"""The plain text of a mail. It says everything that the HTML says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, Part


def plain_part(mail: MailContent) -> str:
    """The text, its parts a line apart."""
    return "\n\n".join(_blocks(mail)) + "\n"


def _blocks(mail: MailContent) -> Iterator[str]:
    yield "\n".join((mail.issuer.name, *mail.headings))
    yield from map(_text, mail.parts)
    small_print = [*map(_text, mail.small_print), mail.issuer.postal_address]
    # "-- " is where mail programs see the signature begin.
    yield "-- \n" + "\n\n".join(text for text in small_print if text)


def _text(part: Part) -> str:
    match part:
        case Paragraph():
            return part.text
        case Link():
            return f"{part.label}:\n{part.url}"
        case Facts():
            return "\n".join(f"{name}: {value}" for name, value in part.rows)
    assert_never(part)
