"""`python -m lti_tool journal ...`: the file of erasures and revocations, after a restored backup or a loss."""

from __future__ import annotations

import os

import click

from config.settings import read_settings
from lti_tool.commands.shared import LOOK_AGAIN, note


@click.group("journal", help="The file of erasures and revocations (JOURNAL_FILE).")
def journal() -> None: ...


@journal.command()
def apply() -> int:
    """Do once more what was erased, revoked or taken from somebody after the backup that the database is restored from.

    The tool must not run meanwhile. Where it is interrupted, run it again.
    """
    from lti_tool.privacy.journal_replay import apply_journal
    from lti_tool.wiring import build_tool

    # Not by start_tool, which refuses the very state that is mended here.
    tool = build_tool(read_settings(os.environ))
    click.echo(f"Done once more: {apply_journal(tool)}")
    note(LOOK_AGAIN)
    return 0


@journal.command()
def rebuild() -> int:
    """Write the file anew from what the database has: only where the file is lost, with all its copies.

    What was erased or revoked between the newest backup and now is then in this database alone: make a backup at once.
    """
    from lti_tool.privacy import journal as written
    from lti_tool.wiring import build_tool

    tool = build_tool(read_settings(os.environ))
    click.echo(f"Written: {written.rebuild(tool)}")
    note("Make a backup of the database now, and a copy of the file on another disk.")
    return 0


@journal.command()
def check() -> int:
    """Say whether the file and the database fit together."""
    from lti_tool.privacy.journal import check_journal
    from lti_tool.wiring import build_tool

    tool = build_tool(read_settings(os.environ))
    check_journal(tool)
    click.echo(f"Entries: {len(tool.journal.lines())}")
    return 0


COMMANDS = (journal,)
