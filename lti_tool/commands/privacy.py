"""`python -m lti_tool privacy report`: the record of processing, for a data-protection officer to file."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.commands.shared import FILE, issuer_named, issuer_option, language_option, open_tool, write_text


@click.group("privacy", help="What a data-protection officer asks.")
def privacy() -> None: ...


@privacy.command()
@issuer_option
@language_option
@click.option("--out", type=FILE, metavar="FILE", help="Where it is written; without it, it is printed.")
def report(*, slug: str | None, language: str, out: Path | None) -> int:
    """Print the record of processing as Markdown: what is kept, why, how long, who receives it, and how much."""
    from lti_tool.privacy.report import report_of

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        text = report_of(session, issuer, tool.periods, language, tool.clock())
    write_text(out, text)
    return 0


COMMANDS = (privacy,)
