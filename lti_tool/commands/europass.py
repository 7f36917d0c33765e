"""`python -m lti_tool europass`: badges as European Digital Credentials, for the Europass Issuer."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.commands.shared import FILE, issuer_named, issuer_option, note, open_tool, operator, write_bytes


@click.command()
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The ZIP file to write.")
@click.option(
    "--template", metavar="TEMPLATE", help="Only badges of this template: its id, or how it begins."
)
@issuer_option
def europass(out: Path, template: str | None, slug: str | None) -> int:
    """Export badges for upload to the Europass Issuer.

    They are written as European Digital Credentials, not yet sealed.
    """
    from lti_tool.publishing import europass
    from lti_tool.publishing.exports import record_export
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        found = queries.credentials.credentials_to_export(session, template, issuer.id)
        batch = europass.batch_of(tool.issuers, found)
    for credential_id, lack in batch.lacking:
        note(f"{credential_id}\t{lack}")
    with tool.store.begin() as session:
        data = {"badges": batch.packed}
        record_export(session, "europass", "issuer", issuer.profile.slug, tool.clock(), operator(), data)
        write_bytes(out, batch.zip)
    click.echo(f"Badges written to {out}: {batch.packed}")
    if len(batch.zip) > europass.MOST_BYTES:
        note("Europass accepts no file over 15 MB: export each template by itself, with --template.")
        return 2
    return 1 if batch.lacking else 0


COMMANDS = (europass,)
