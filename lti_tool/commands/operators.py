"""`python -m lti_tool operators ...`: who may work for an issuer on the pages of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import issuer_named, issuer_option, note, open_tool, operator
from lti_tool.operators.permissions import ROLES

if TYPE_CHECKING:
    from lti_tool.store import Session
    from lti_tool.store.models import OperatorRow
    from lti_tool.wiring import Tool

number_argument = click.argument("number", type=int, metavar="NUMBER")
role_argument = click.argument("role", type=click.Choice(ROLES), metavar="ROLE")


@click.group("operators", help="Invite, list and disable those who run the tool in a browser.")
def operators() -> None: ...


@operators.command()
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True)
@issuer_option
@click.option("--for", "number", type=int, metavar="NUMBER", help="A new way in, for an account that exists.")
def invite(*, role: str, slug: str | None, number: int | None) -> None:
    """Print an address that opens once, within 15 minutes, and makes the account of an operator.

    Whoever opens it makes a passkey, or signs in at OIDC_ISSUER. Give it to nobody else.
    """
    from lti_tool.operators import accounts, invitations

    tool, by = open_tool(), operator()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        row = accounts.find(session, number) if number is not None else None
    code = (
        invitations.invite(tool.expiring_values, issuer.id, role, by)
        if row is None
        else invitations.invite_back(tool.expiring_values, row, by)
    )
    invitation = invitations.of_code(tool.expiring_values, code)
    with tool.store.begin() as session:
        if invitation is not None:
            invitations.record_invitation(session, invitation, tool.clock())
    click.echo(f"{tool.tool_url}/operator/invitation?code={code}")
    note("Open this address in a browser. It works once, within 15 minutes.")


@operators.command("list")
def list_() -> None:
    """List the operators.

    A line each: number, name, state, how they sign in, roles.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        slugs = {issuer.id: issuer.profile.slug for issuer in tool.issuers.all(session)}
        for row in queries.operators.operators(session):
            state = "disabled" if row.disabled_at else "active"
            ways = f"passkeys:{len(row.passkeys)}", f"identities:{len(row.identities)}"
            roles = [
                f"{each.role}:{slugs.get(each.issuer_id, '?')}{' (claim)' if each.source == 'claim' else ''}"
                for each in row.roles
            ]
            click.echo("\t".join((str(row.id), row.name or "-", state, *ways, ", ".join(roles) or "-")))


@operators.command()
@number_argument
def disable(number: int) -> None:
    """End an operator's sessions, and let them sign in no more."""
    from lti_tool.operators import accounts

    tool = open_tool()
    with tool.store.begin() as session:
        accounts.disable(session, accounts.find(session, number), tool.clock(), operator())
    click.echo(f"Operator {number} is disabled.")


@operators.command()
@number_argument
def erase(number: int) -> None:
    """Erase the name, the passkeys and the roles of a disabled operator; events go on to name their number."""
    from lti_tool.operators import accounts

    tool = open_tool()
    with tool.store.begin() as session:
        accounts.erase(session, accounts.find(session, number), tool.clock(), operator())
    click.echo(f"Operator {number} is erased.")


@operators.command()
@number_argument
def enable(number: int) -> None:
    """Let a disabled operator sign in again."""
    from lti_tool.operators import accounts

    tool = open_tool()
    with tool.store.begin() as session:
        accounts.enable(session, accounts.find(session, number), tool.clock(), operator())
    click.echo(f"Operator {number} can sign in again.")


@operators.command()
@number_argument
@role_argument
@issuer_option
@click.option("--take", "takes", is_flag=True, help="Take the role instead of giving it.")
def role(*, number: int, role: str, slug: str | None, takes: bool) -> None:
    """Give an operator a role at an issuer, or take it."""
    tool = open_tool()
    with tool.store.begin() as session:
        changed = (
            _take(tool, session, number, role, slug) if takes else _give(tool, session, number, role, slug)
        )
    done = "taken from" if takes else "given to"
    click.echo(f"The role was {done} operator {number}." if changed else "Nothing was changed.")


def _give(tool: Tool, session: Session, number: int, role: str, slug: str | None) -> bool:
    from lti_tool.operators import accounts

    issuer, row = issuer_named(tool, session, slug), _found(session, number)
    return accounts.give_role(session, row, issuer.id, role, tool.clock(), operator())


def _take(tool: Tool, session: Session, number: int, role: str, slug: str | None) -> bool:
    from lti_tool.operators import accounts

    issuer, row = issuer_named(tool, session, slug), _found(session, number)
    return accounts.take_role(session, row, issuer.id, role, tool.clock(), operator())


def _found(session: Session, number: int) -> OperatorRow:
    from lti_tool.operators import accounts

    return accounts.find(session, number)


COMMANDS = (operators,)
