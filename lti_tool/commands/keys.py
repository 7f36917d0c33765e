"""`python -m lti_tool keys ...`: the keys of the tool and of its issuer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lti_tool.errors import RecoverySheetError

if TYPE_CHECKING:
    from lti_tool.store.models import SigningKeyRow
    from lti_tool.wiring import Tool

#: As in lti_tool.issuing.keyring, which is not loaded for other commands.
KINDS = ("Ed25519", "P-256", "RSA-3072")


def add_to(commands: Any, open_tool: Callable[[], Tool]) -> None:
    """The commands; `open_tool` gives the tool that the settings describe."""
    keys = commands.add_parser("keys", help="the tool's keys")
    actions = keys.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, run: Callable[[Tool, argparse.Namespace], None], about: str) -> Any:
        def open_and_run(words: argparse.Namespace) -> int:
            run(open_tool(), words)
            return 0

        command = actions.add_parser(name, help=about)
        command.set_defaults(run=open_and_run)
        return command

    action("list", _list, "every key, newest first")
    make = action("make", _make, "one more key of a kind; it signs from now on")
    make.add_argument("kind", choices=KINDS)
    rotate = action("rotate", _rotate, "sign with a new key; the old one stays published")
    rotate.add_argument("kind", choices=("lti", *KINDS))
    retire = action("retire", _retire, "let a key sign no more; it stays published")
    retire.add_argument("key", metavar="KEY")
    compromised = action("compromised", _compromised, "take back a key that somebody else may hold")
    compromised.add_argument("key", metavar="KEY")
    compromised.add_argument(
        "--since",
        type=_moment,
        metavar="DATE",
        help="the first day, or moment, at which it was no longer yours alone; else it never was",
    )
    kit = action("kit", _kit, "a page to print, from which a bare machine becomes this issuer again")
    kit.add_argument("--out", type=Path, metavar="FILE", help="else it is printed here")
    restore = action("restore", _restore, "the issuer from its kit; asks for the code")
    restore.add_argument(
        "file", type=Path, metavar="FILE", help="the page, or its numbered lines, typed in again"
    )


def _list(tool: Tool, words: argparse.Namespace) -> None:
    from lti_tool.store import queries

    with tool.store.read() as session:
        for key in queries.issuers.tool_key_rows(session):
            print(f"lti\tRSA\t{key.kid}\t{key.created_at:%Y-%m-%d}")
        for row in queries.issuers.signing_keys(session, tool.issuer.profile.id):
            print(
                f"badges\t{row.algorithm}\t{row.kid}\t{row.created_at:%Y-%m-%d}\t{row.vault}\t{_state(row)}"
            )


def _state(row: SigningKeyRow) -> str:
    if row.compromised_at is not None:
        return f"compromised since {row.compromised_at:%Y-%m-%d}"
    return "retired" if row.retired_at else "current"


def _make(tool: Tool, words: argparse.Namespace) -> None:
    from lti_tool.issuing.keyring import KINDS as ALGORITHMS

    with tool.store.begin() as session:
        print(tool.issuer.keyring.make_key(session, ALGORITHMS[words.kind], tool.clock()).kid)


def _rotate(tool: Tool, words: argparse.Namespace) -> None:
    with tool.store.begin() as session:
        print(tool.issuer.keyring.rotate(session, words.kind, tool.clock()))


def _retire(tool: Tool, words: argparse.Namespace) -> None:
    with tool.store.begin() as session:
        tool.issuer.keyring.retire(session, words.key, tool.clock())
    print(f"{words.key} signs no more. What it signed keeps verifying.")


def _compromised(tool: Tool, words: argparse.Namespace) -> None:
    from lti_tool.store import queries

    with tool.store.begin() as session:
        key = tool.issuer.keyring.mark_compromised(session, words.key, words.since, tool.clock())
        since = key.compromised_at or key.created_at
        lost = queries.credentials.count_issued(session, tool.issuer.profile.id, since)
    print(
        f"{words.key} is taken back since {since.isoformat()}. Badges signed from then on no longer verify."
    )
    print("Those signed before verify where the verifier may ask this tool, which still answers for them.")
    print(f"Badges that this tool issued since then, with this key or another: {lost}.")


def _kit(tool: Tool, words: argparse.Namespace) -> None:
    from lti_tool.issuing import recovery_sheet

    with tool.store.read() as session:
        made = recovery_sheet.make_sheet(
            session, tool.issuer.keyring, tool.issuer.profile.name, tool.tool_url, tool.clock()
        )
    if words.out is None:
        print(made.page)
    else:
        words.out.write_text(made.page, encoding="utf-8")
    print("Its code, shown only now; write it down and keep it apart from the page:", file=sys.stderr)
    print(f"  {made.code}", file=sys.stderr)


def _restore(tool: Tool, words: argparse.Namespace) -> None:
    from lti_tool.issuing import recovery_sheet

    try:
        page = words.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecoverySheetError(f"{words.file} cannot be read") from error
    code = getpass("The code of the kit: ") if sys.stdin.isatty() else sys.stdin.readline()
    with tool.store.begin() as session:
        count = recovery_sheet.restore(session, tool.issuer.keyring, page, code.strip(), tool.clock())
    print(f"Restored: {count} keys of {tool.issuer.profile.id}. Start the tool, and check an old badge.")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
