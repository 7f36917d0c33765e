"""`python -m lti_tool keys ...`: the signing keys and the LTI key, and the recovery sheet."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.encryption_keys import encryption_key_of
from config.errors import SettingsError
from config.settings import read_settings
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
    from badges.issuer import IssuerProfile
    from lti_tool.issuing.status_lists import StatusListEntry
    from lti_tool.store.models import SigningKeyRow, ToolKeyRow

#: As in lti_tool.issuing.keyring, which is not loaded for other commands.
KINDS = ("Ed25519", "P-256", "RSA-3072")


#: The id of a key may begin with "-", as one in 64 does, or with "-h"; it is no option.
IDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


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
        signs = queries.issuers.published_tool_key_rows(session)[0].kid
        for key in queries.issuers.tool_key_rows(session):
            made = f"{key.created_at.astimezone(zone):%Y-%m-%d}"
            state = "current" if key.kid == signs else _state(key, zone, "published")
            click.echo(f"lti\tRSA\t{key.kid}\t{made}\tdatabase\t{state}")
        for row in queries.issuers.signing_keys(session, issuer.id):
            made = f"{row.created_at.astimezone(zone):%Y-%m-%d}"
            click.echo(
                f"badges\t{row.algorithm}\t{row.kid}\t{made}\t{row.vault}\t{_state(row, zone, 'current')}"
            )


def _state(row: SigningKeyRow | ToolKeyRow, zone: tzinfo, otherwise: str) -> str:
    if row.compromised_at is not None:
        return f"compromised since {row.compromised_at.astimezone(zone):%Y-%m-%d}"
    return "retired" if row.retired_at else otherwise


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

    The old one stays published, so that its badges keep verifying. An old LTI key can be retired a day later, when
    every platform has fetched the new one.
    """
    tool = open_tool()
    with tool.store.begin() as session:
        keyring = issuer_named(tool, session, slug).keyring
        click.echo(keyring.rotate(session, kind, tool.clock(), operator()))


@keys.command(context_settings=IDS)
@click.argument("key", metavar="KEY")
def retire(key: str) -> None:
    """Stop signing with KEY. It stays published, so that its badges keep verifying.

    An LTI key leaves the key set instead: nothing that it signed is needed later. "lti" retires all but the current.
    """
    from lti_tool.issuing import lti_keys

    tool = open_tool()
    with tool.store.begin() as session:
        if lti_keys.is_meant(session, key):
            for retired in lti_keys.retire(session, key, tool.clock(), operator()):
                click.echo(f"{retired} has left the tool's key set. Nothing has to be done in the platforms.")
            return
        tool.issuers.with_key(session, key).keyring.retire(session, key, tool.clock(), operator())
    click.echo(f"{key} no longer signs. Badges that it has signed keep verifying.")


@keys.command(context_settings=IDS)
@click.argument("key", metavar="KEY")
@click.option(
    "--since",
    type=Moment(),
    metavar="DATE",
    help="The first day, from 00:00 in the issuer's timezone, or the first moment, at which somebody else may have "
    "had it; without it, from its first day on.",
)
def compromised(key: str, since: datetime | None) -> None:
    """Revoke a KEY that somebody else may hold. "lti" revokes every key for platforms."""
    from lti_tool.issuing import lti_keys
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.begin() as session:
        if lti_keys.is_meant(session, key):
            owner = tool.issuers.first(session)
            moment = at_issuer(since, owner.profile)
            withdrawn = lti_keys.mark_compromised(
                session, owner.keyring, key, moment, tool.clock(), operator()
            )
            _say_withdrawn(withdrawn, tool.tool_url)
            return
        issuer = tool.issuers.with_key(session, key)
        profile = issuer.profile
        row = issuer.keyring.mark_compromised(
            session, key, at_issuer(since, profile), tool.clock(), operator()
        )
        first = (row.compromised_at or row.created_at).astimezone(profile.zone)
        count = queries.credentials.count_issued(session, issuer.id, first)
        lacking = issuer.keyring.lacking_kinds(session)
    click.echo(f"{key} is revoked since {first.isoformat()}. Badges signed from then on no longer verify.")
    click.echo("Badges signed before verify where the verifier may ask this tool, which still serves them.")
    click.echo(f"Badges that this tool has issued since then, with this key or another: {count}.")
    for kind in lacking:
        note(f"No badge is made now: the device could not make a key of {kind}, and awards wait for one.")
        note(f"When the device works again: `keys make {kind} --issuer {profile.slug}`.")


def _say_withdrawn(withdrawn: Sequence[str], tool_url: str) -> None:
    for kid in withdrawn:
        click.echo(
            f"{kid} is withdrawn: {tool_url}/lti/jwks.json no longer has it, and nothing is signed with it."
        )
    click.echo(
        "Platforms fetch the new key by themselves, so usually nothing has to be done there. Only where an"
    )
    click.echo(
        "administrator has copied the key itself into the platform must it be replaced by that address."
    )
    click.echo(
        "Whoever had the key could act as this tool on every platform: read members and results, write grades."
    )


@keys.command("encrypt-anew")
def encrypt_anew() -> None:
    """Encrypt every stored secret with the KEY_ENCRYPTION_KEY that is set now.

    Asks for the one before, as it stood in the settings; in a pipe it is the first line. Stop web and workers first:
    they know only the old one. All is done at once, or nothing.
    """
    from lti_tool.wiring import encrypt_anew

    typed = getpass("KEY_ENCRYPTION_KEY as it was before: ") if sys.stdin.isatty() else sys.stdin.readline()
    try:
        old = encryption_key_of(typed)
    except ValueError as error:
        raise SettingsError(
            "the old key must be written as in the settings: 32 bytes in base64url, or passphrase: and a text"
        ) from error
    count = encrypt_anew(read_settings(os.environ), old, by=operator())
    click.echo(f"{count} secrets are encrypted with the KEY_ENCRYPTION_KEY that is set now.")
    note(
        "Start the tool with it. Backups made before can be restored with the old one only: keep it as long as they."
    )


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
@click.option(
    "--compromised",
    multiple=True,
    metavar="KEY=DATE",
    help="A key that somebody else may have had from that day on, since the sheet was printed; or none. May be "
    "repeated.",
)
@click.option(
    "--revoked",
    multiple=True,
    metavar="ENTRY",
    help="The credentialStatus id of a badge that was revoked since then, such as 1#94567; or none. May be repeated.",
)
@issuer_option
def restore(file: Path, compromised: tuple[str, ...], revoked: tuple[str, ...], slug: str | None) -> None:
    """Restore the issuer from its recovery sheet.

    FILE is the sheet, or its numbered lines typed in again. Asks for the code, and for what happened since the sheet
    was printed unless the options say it: the sheet does not know, and would let a stolen key be trusted again.
    """
    from lti_tool.issuing import recovery_sheet

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
    profile = issuer.profile
    try:
        page = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecoverySheetError(f"{file} cannot be read") from error
    code = getpass("The code of the sheet: ") if sys.stdin.isatty() else sys.stdin.readline()
    content = recovery_sheet.read_sheet(page, code.strip())
    printed = _printed(content.printed_at, profile.zone)
    since = recovery_sheet.SincePrinted(
        compromised=_compromised_since(
            compromised or _asked(f"Keys that somebody else may have had since {printed}", "KEY=DATE"),
            profile,
        ),
        revoked=_revoked_since(revoked or _asked(f"Badges revoked since {printed}", "credentialStatus ids")),
    )
    with tool.store.begin() as session:
        count = recovery_sheet.restore(session, issuer.keyring, content, since, tool.clock(), operator())
    click.echo(f"Restored: {count} keys of {profile.id}. Start the tool, and verify an old badge.")
    click.echo("Print a new sheet now, and destroy this one.")


def _printed(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at is not None else "the sheet was printed"


def _asked(question: str, form: str) -> Sequence[str]:
    """What the operator types, word by word. Raises RecoverySheetError where nobody can be asked, or answers."""
    answer = ""
    if sys.stdin.isatty():
        answer = click.prompt(f"{question} ({form}, or none)", default="", show_default=False)
    if not answer.strip():
        raise RecoverySheetError(
            f"Nothing was restored, because it is not known what happened: {question}? Say it with --compromised "
            "KEY=DATE and --revoked ENTRY, each as often as needed, or with none in place of KEY=DATE or ENTRY. "
            "Without that, a stolen key and revoked badges would be trusted again."
        )
    return answer.split()


def _compromised_since(words: Sequence[str], profile: IssuerProfile) -> Mapping[str, datetime]:
    """The moment by key, of words such as `key-1=2026-11-28`; a key that is named twice has the earlier one.

    Raises RecoverySheetError.
    """
    found: dict[str, datetime] = {}
    for word in _unless_none(words):
        kid, _, day = word.rpartition("=")
        try:
            moment = at_issuer(datetime.fromisoformat(day), profile)
        except ValueError:
            moment = None
        if not kid or moment is None:
            raise RecoverySheetError(f"{word!r} is no key with its date, such as key-1=2026-11-28")
        found[kid] = min(moment, found.get(kid, moment))
    return found


def _revoked_since(words: Sequence[str]) -> Sequence[StatusListEntry]:
    """The entries of words such as `1#94567`, or of addresses that end so. Raises RecoverySheetError."""
    from lti_tool.issuing.status_lists import StatusListEntry

    entries = []
    for word in _unless_none(words):
        found = re.search(r"(?:^|/)([0-9]{1,9})#([0-9]{1,9})$", word)
        if found is None:
            raise RecoverySheetError(f"{word!r} is no entry of a status list, such as 1#94567")
        entries.append(StatusListEntry(list_id=int(found[1]), index=int(found[2])))
    return entries


def _unless_none(words: Sequence[str]) -> Sequence[str]:
    return () if [word.lower() for word in words] == ["none"] else words


COMMANDS = (keys,)
