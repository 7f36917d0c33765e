"""`python -m lti_tool catalogue ...`: what of an issuer's templates anybody finds in the public catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import issuer_named, issuer_option, open_tool, operator

if TYPE_CHECKING:
    from lti_tool.catalogue.listing import Candidate


@click.group("catalogue", help="List what is in the public catalogue, put templates in and take them out.")
def catalogue() -> None: ...


@catalogue.command("list")
@issuer_option
def list_(slug: str | None) -> None:
    """List the published templates of an issuer, by name.

    A line a template: id, version, whether it is shown, name, and what it lacks: codes of the framework `catalogue`.
    """
    from lti_tool.catalogue import listing

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        for candidate in listing.candidates(session, issuer, tool.clock()):
            click.echo(_line(candidate))


@catalogue.command()
@click.argument("template")
def add(template: str) -> None:
    """Put a template into the catalogue: it is shown while it says all that is asked for.

    TEMPLATE is its id, or how it begins.
    """
    from lti_tool.catalogue import listing
    from lti_tool.templates import versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find(session, template)
        issuer = tool.issuers.of(session, row.issuer_id)
        listing.put_in(session, issuer, row.template_id, tool.clock(), operator())
        found = listing.candidates(session, issuer, tool.clock())
        click.echo(next(_line(each) for each in found if each.row.template_id == row.template_id))


@catalogue.command()
@click.argument("template")
def remove(template: str) -> None:
    """Take a template out of the catalogue. TEMPLATE is its id, or how it begins."""
    from lti_tool.catalogue import listing
    from lti_tool.templates import versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find(session, template)
        issuer = tool.issuers.of(session, row.issuer_id)
        listing.take_out(session, issuer, row.template_id, tool.clock(), operator())


def _line(candidate: Candidate) -> str:
    state = "shown" if candidate.is_shown else "not shown" if candidate.is_wanted else "not in it"
    lacks = [rule.code for rule in candidate.missing] + (["last-day-passed"] if candidate.has_passed else [])
    row = candidate.row
    return "\t".join((row.template_id, str(row.version), state, row.name, ", ".join(lacks))).rstrip()


COMMANDS = (catalogue,)
