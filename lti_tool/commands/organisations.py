"""`python -m lti_tool organisations ...`: who endorses, and answers badges that they were shown."""

from __future__ import annotations

import click

from lti_tool.commands.shared import open_tool, operator


@click.group("organisations", help="List and close the organisations that endorse badges, or answer them.")
def organisations() -> None: ...


@organisations.command("list")
def list_() -> None:
    """List the organisations.

    A line each: id, name or domain, who invited it, state, how many endorsements and answers it signed.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        slugs = {issuer.id: issuer.profile.slug for issuer in tool.issuers.all(session)}
        for row in queries.organisations.organisations(session):
            state = "closed" if row.closed_at else "proved" if row.proved_at else "not proved"
            by = f"invited:{slugs.get(row.issuer_id or '', '?')}" if row.issuer_id else "domain"
            signed = queries.organisations.count_signed(session, row.id)
            click.echo("\t".join((row.id, row.shown_name, by, state, f"signed:{signed}")))


@organisations.command()
@click.argument("organisation_id", metavar="ID")
def close(organisation_id: str) -> None:
    """Let an organisation sign nothing more; what it signed stays as it is."""
    from lti_tool.errors import NotFoundError
    from lti_tool.organisations import organisations as rows
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.begin() as session:
        row = queries.organisations.organisation(session, organisation_id)
        if row is None:
            raise NotFoundError(f"there is no organisation {organisation_id}: see `organisations list`")
        rows.close(session, row, tool.clock(), operator())
    click.echo(f"Organisation {organisation_id} signs nothing more.")


@organisations.command()
@click.argument("organisation_id", metavar="ID")
def invite(organisation_id: str) -> None:
    """Make a link by which somebody more signs for an organisation, as where all passkeys were lost.

    Find out first who asks: whoever has the link can withdraw what was signed.
    """
    from lti_tool.organisations import joining
    from lti_tool.organisations import organisations as rows

    tool = open_tool()
    with tool.store.begin() as session:
        row = rows.locked_organisation(session, organisation_id)
        rows.note_invited(session, row, tool.clock(), operator())
    code = joining.invite(tool.expiring_values, organisation_id)
    click.echo(f"{tool.tool_url}/organisations/invitation?code={code}")
    click.echo("The link opens once, within seven days.", err=True)


@organisations.command()
@click.argument("organisation_id", metavar="ID")
def keys(organisation_id: str) -> None:
    """List the keys of an organisation.

    A line each: id, kind, when it was made, and whether it signs, was retired, or was withdrawn.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        for row in queries.organisations.keys(session, organisation_id):
            state = "compromised" if row.compromised_at else "retired" if row.retired_at else "signs"
            click.echo("\t".join((row.kid, row.algorithm, f"{row.created_at:%Y-%m-%d}", state)))


@organisations.command()
@click.argument("organisation_id", metavar="ID")
@click.argument("kid", metavar="KEY")
def compromised(organisation_id: str, kid: str) -> None:
    """Withdraw a key that somebody else may have: nothing that it has signed counts any more."""
    from lti_tool.organisations import key_changes
    from lti_tool.organisations.organisations import locked_organisation

    tool = open_tool()
    with tool.store.begin() as session:
        row = locked_organisation(session, organisation_id)
        number = key_changes.withdraw(session, tool.issuers, row, kid, tool.clock(), operator())
    click.echo(f"Key {kid} is withdrawn. Statements that count no more: {number}.")


COMMANDS = (organisations,)
