"""`python -m lti_tool issuer ...` and `extension ...`: who issues, and where the words of its badges are served."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lti_tool.wiring import Tool


def add_to(commands: Any, open_tool: Callable[[], Tool]) -> None:
    """The commands; `open_tool` gives the tool that the settings describe."""
    issuer = commands.add_parser("issuer", help="who issues the badges")
    actions = issuer.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="the legal identity, and whether you have confirmed it")
    show.set_defaults(run=lambda words: _show(open_tool()))
    confirm = actions.add_parser("confirm", help="confirm the legal identity: nothing is issued before")
    confirm.set_defaults(run=lambda words: _confirm(open_tool()))

    extension = commands.add_parser("extension", help="where the words of the EU elements are served")
    actions = extension.add_subparsers(required=True, metavar="ACTION")
    where = actions.add_parser("show", help="the address that badges name")
    where.set_defaults(run=lambda words: _where(open_tool()))
    move = actions.add_parser("move", help="let new badges name another address; old badges stay valid")
    move.add_argument("url", metavar="URL", help="where the same two files are served by now")
    move.set_defaults(run=lambda words: _move(open_tool(), words))


def _show(tool: Tool) -> int:
    from lti_tool.issuing import legal_identity

    profile = tool.issuer.profile
    print(json.dumps(legal_identity.legal_identity(profile), ensure_ascii=False, indent=2))
    with tool.store.read() as session:
        confirmed = legal_identity.confirmed_at(session, profile)
    for item in legal_identity.ending_soon(profile.accreditations, tool.clock().date()):
        print(f"The accreditation {item.code} ends on {item.valid_until}.", file=sys.stderr)
    print(
        f"Confirmed on {confirmed:%Y-%m-%d}."
        if confirmed
        else "Not confirmed: nothing is issued until `issuer confirm`.",
        file=sys.stderr,
    )
    return 0 if confirmed else 1


def _confirm(tool: Tool) -> int:
    from lti_tool.issuing import legal_identity

    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer.profile, tool.clock())
    return _show(tool)


def _where(tool: Tool) -> int:
    print(tool.addresses.extension_context)
    return 0


def _move(tool: Tool, words: argparse.Namespace) -> int:
    from lti_tool.publishing import extension_address

    base = words.url.rstrip("/")
    with tool.store.begin() as session:
        extension_address.change_base_url(session, base, tool.outgoing.fetch, tool.clock())
    print(f"Badges name {base} from now on. Set EXTENSION_URL={base} and start the tool again.")
    return 0
