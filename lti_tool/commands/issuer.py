"""`python -m lti_tool issuer ...` and `extension ...`: who issues, and where the terms of its badges are served."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import note, open_tool, operator

if TYPE_CHECKING:
    from lti_tool.wiring import Tool


@click.group("issuer", help="Show and confirm who issues the badges.")
def issuer() -> None: ...


@issuer.command()
def show() -> int:
    """Show the issuer's legal identity, and whether it is confirmed."""
    return _show(open_tool())


@issuer.command()
def confirm() -> int:
    """Confirm the issuer's legal identity. No badge is issued before."""
    from lti_tool.issuing import legal_identity

    tool = open_tool()
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer.profile, tool.clock(), operator())
    return _show(tool)


def _show(tool: Tool) -> int:
    from lti_tool.issuing import legal_identity

    profile = tool.issuer.profile
    click.echo(json.dumps(legal_identity.legal_identity(profile), ensure_ascii=False, indent=2))
    with tool.store.read() as session:
        confirmed = legal_identity.confirmed_at(session, profile)
    for item in legal_identity.ending_soon(profile.accreditations, profile.day_of(tool.clock())):
        note(f"The accreditation {item.code} ends on {item.valid_until}.")
    if confirmed is None:
        note("Not confirmed. No badge is issued until you run: python -m lti_tool issuer confirm")
        return 1
    note(f"Confirmed on {profile.day_of(confirmed)}.")
    return 0


@click.group("extension", help="Show or change the address of the EU terms.")
def extension() -> None: ...


@extension.command("show")
def show_extension() -> None:
    """Show the address that badges name."""
    click.echo(open_tool().addresses.extension_context)


@extension.command()
@click.argument("url", metavar="URL")
def move(url: str) -> None:
    """Let new badges name another address. The same two files must be served under URL already."""
    from lti_tool.publishing import extension_address

    tool, base = open_tool(), url.rstrip("/")
    with tool.store.begin() as session:
        extension_address.change_base_url(session, base, tool.outgoing.fetch, tool.clock(), operator())
    click.echo(
        f"New badges name {base}. Set EXTENSION_URL={base} and restart the tool. Old badges stay valid."
    )


COMMANDS = (issuer, extension)
