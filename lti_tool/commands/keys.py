"""`python -m lti_tool keys ...`: the signing keys and the LTI key, and the recovery sheet."""

from __future__ import annotations

import sys
from datetime import datetime, tzinfo
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import (
    FILE,
    Moment,
    at_issuer,
    issuer_named,
    issuer_option,
    note,
    open_tool,
    operator,
    write_text,
)
from lti_tool.errors import RecoverySheetError

if TYPE_CHECKING:
    from lti_tool.store.models import SigningKeyRow

#: As in lti_tool.issuing.keyring, which is not loaded for other commands.
KINDS = ("Ed25519", "P-256", "RSA-3072")


@click.group("keys", help="Rotate or revoke keys; print the recovery sheet.")
def keys() -> None: ...


@keys.command("list")
@issuer_option
def list_(slug: str | None) -> None:
    """List every key, newest first.

    A line a key: purpose, kind, id, date, where it is kept, state.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        zone = issuer.profile.zone
        for key in queries.issuers.tool_key_rows(session):
            click.echo(f"lti\tRSA\t{key.kid}\t{key.created_at.astimezone(zone):%Y-%m-%d}")
        for row in queries.issuers.signing_keys(session, issuer.id):
            made = f"{row.created_at.astimezone(zone):%Y-%m-%d}"
            click.echo(f"badges\t{row.algorithm}\t{row.kid}\t{made}\t{row.vault}\t{_state(row, zone)}")


def _state(row: SigningKeyRow, zone: tzinfo) -> str:
    if row.compromised_at is not None:
        return f"compromised since {row.compromised_at.astimezone(zone):%Y-%m-%d}"
    return "retired" if row.retired_at else "current"


@keys.command()
@click.argument("kind", type=click.Choice(KINDS))
@issuer_option
def make(kind: str, slug: str | None) -> None:
    """Make one more key of a KIND; it signs from now on."""
    from lti_tool.issuing.keyring import KINDS as ALGORITHMS

    tool = open_tool()
    with tool.store.begin() as session:
        keyring = issuer_named(tool, session, slug).keyring
        click.echo(keyring.make_key(session, ALGORITHMS[kind], tool.clock(), operator()).kid)


@keys.command()
@click.argument("kind", type=click.Choice(("lti", *KINDS)))
@issuer_option
def rotate(kind: str, slug: str | None) -> None:
    """Sign with a new key from now on.

    The old one stays published, so that its badges keep verifying.
    """
    tool = open_tool()
    with tool.store.begin() as session:
        keyring = issuer_named(tool, session, slug).keyring
        click.echo(keyring.rotate(session, kind, tool.clock(), operator()))


@keys.command()
@click.argument("key", metavar="KEY")
def retire(key: str) -> None:
    """Stop signing with KEY. It stays published, so that its badges keep verifying."""
    tool = open_tool()
    with tool.store.begin() as session:
        tool.issuers.with_key(session, key).keyring.retire(session, key, tool.clock(), operator())
    click.echo(f"{key} no longer signs. Badges that it has signed keep verifying.")


@keys.command()
@click.argument("key", metavar="KEY")
@click.option(
    "--since",
    type=Moment(),
    metavar="DATE",
    help="The first day, from 00:00 in the issuer's timezone, or the first moment, at which somebody else may have "
    "had it; without it, from its first day on.",
)
def compromised(key: str, since: datetime | None) -> None:
    """Revoke a KEY that somebody else may hold."""
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.begin() as session:
        issuer = tool.issuers.with_key(session, key)
        profile = issuer.profile
        row = issuer.keyring.mark_compromised(
            session, key, at_issuer(since, profile), tool.clock(), operator()
        )
        first = (row.compromised_at or row.created_at).astimezone(profile.zone)
        count = queries.credentials.count_issued(session, issuer.id, first)
    click.echo(f"{key} is revoked since {first.isoformat()}. Badges signed from then on no longer verify.")
    click.echo("Badges signed before verify where the verifier may ask this tool, which still serves them.")
    click.echo(f"Badges that this tool has issued since then, with this key or another: {count}.")


@keys.command("recovery-sheet")
@click.option("--out", type=FILE, metavar="FILE", help="Where to write it; without it, it is printed here.")
@issuer_option
def recovery_sheet(out: Path | None, slug: str | None) -> None:
    """Print a sheet to restore the issuer from.

    With it and its code an empty installation becomes this issuer again.
    """
    from lti_tool.issuing import recovery_sheet

    tool = open_tool()
    with tool.store.begin() as session:
        issuer = issuer_named(tool, session, slug)
        sheet = recovery_sheet.make_sheet(
            session, issuer.keyring, issuer.profile.name, tool.tool_url, tool.clock(), operator()
        )
        write_text(out, sheet.page)
    note("\nThe code of this sheet is shown only now. Write it down and keep it apart from the page:")
    note(f"  {sheet.code}")


@keys.command()
@click.argument("file", type=FILE, metavar="FILE")
@issuer_option
def restore(file: Path, slug: str | None) -> None:
    """Restore the issuer from its recovery sheet.

    FILE is the sheet, or its numbered lines typed in again. Asks for the code.
    """
    from lti_tool.issuing import recovery_sheet

    tool = open_tool()
    try:
        page = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecoverySheetError(f"{file} cannot be read") from error
    code = getpass("The code of the sheet: ") if sys.stdin.isatty() else sys.stdin.readline()
    with tool.store.begin() as session:
        issuer = issuer_named(tool, session, slug)
        count = recovery_sheet.restore(session, issuer.keyring, page, code.strip(), tool.clock(), operator())
    click.echo(f"Restored: {count} keys of {issuer.profile.id}. Start the tool, and verify an old badge.")


COMMANDS = (keys,)
