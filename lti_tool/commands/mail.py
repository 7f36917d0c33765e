"""`python -m lti_tool mail ...`: what comes back from mail servers."""

from __future__ import annotations

import sys

import click

from lti_tool.commands.shared import note, open_tool
from lti_tool.errors import NotAllowedError
from lti_tool.mails.returned import read_report

#: Longer than any report: those quote the headers of a mail, or all of it without its picture.
MOST_BYTES = 5_000_000


@click.group("mail")
def mail() -> None:
    """Mails that could not be delivered."""


@mail.command("bounce")
@click.option(
    "--recipient", metavar="ADDRESS", help="To which address it came; without it, as its headers say."
)
def bounce(recipient: str | None) -> None:
    """Take a message on the standard input that came to BOUNCE_ADDRESS.

    If it says that a mail could not be delivered, the teacher's page shows that. Any other message is
    left alone, and is no error: a mail server would send it back.
    """
    # Not at the top: it loads the database, which most commands do without.
    from lti_tool.deliveries import returns

    tool = open_tool()
    try:
        address = tool.return_address
        if address is None:
            raise NotAllowedError("BOUNCE_ADDRESS is not set")
        report = read_report(sys.stdin.buffer.read(MOST_BYTES))
        if report is None:
            note("This is no report about a mail that came back.")
            return
        addresses = [recipient] if recipient else report.addresses
        references = [found for each in addresses if (found := address.reference(each))]
        with tool.store.begin() as session:
            recorded = [
                each
                for each in references[:1]
                if returns.record_return(session, each, report.kind, tool.clock())
            ]
        note("Recorded." if recorded else "Nothing to record.")
    finally:
        tool.store.close()


COMMANDS = (mail,)
