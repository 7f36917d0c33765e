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
            signed = len(queries.organisations.signed_by(session, [row.id]))
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


COMMANDS = (organisations,)
