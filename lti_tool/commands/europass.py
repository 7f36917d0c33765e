"""`python -m lti_tool europass`: badges as European Digital Credentials, sealed or for the Europass Issuer."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.commands.shared import FILE, issuer_named, issuer_option, note, open_tool, operator, write_bytes


@click.command()
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The ZIP file to write.")
@click.option(
    "--template", metavar="TEMPLATE", help="Only badges of this template: its id, or how it begins."
)
@click.option(
    "--for-issuer",
    "wants_upload",
    is_flag=True,
    help="Without the seal, for upload to the Europass Issuer, which makes its own.",
)
@issuer_option
def europass(out: Path, template: str | None, slug: str | None, *, wants_upload: bool) -> int:
    """Export badges as European Digital Credentials.

    Where the institution's seal is set (SEAL_...), each is sealed, and can be given to its learner. Otherwise they are
    for upload to the Europass Issuer, which seals them.
    """
    from lti_tool.errors import SealingError
    from lti_tool.publishing import europass
    from lti_tool.publishing.exports import record_export
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        found = queries.credentials.credentials_to_export(session, template, issuer.id)
        # The seal is that of the first issuer alone.
        seal = tool.seal if issuer.id == tool.issuers.first(session).id and not wants_upload else None
        unsealed = [europass.unsealed(tool.issuers, row) for row in found] if seal else []
        batch = europass.batch_of(tool.issuers, () if seal else found)
    if seal is not None:
        # After the transaction: a device or a signer may have to be waited for.
        try:
            batch = europass.sealed_batch(unsealed, seal, tool.clock())
        except SealingError as error:
            note(f"Nothing was sealed, and nothing is written: {error}. Without the seal: --for-issuer")
            return 2
    for credential_id, lack in batch.lacking:
        note(f"{credential_id}\t{lack}")
    with tool.store.begin() as session:
        data = {"badges": batch.packed} | ({"sealed": batch.packed} if seal else {})
        record_export(session, "europass", "issuer", issuer.profile.slug, tool.clock(), operator(), data)
        write_bytes(out, batch.zip)
    click.echo(f"Badges {'sealed and ' if seal else ''}written to {out}: {batch.packed}")
    if seal is None and len(batch.zip) > europass.MOST_BYTES:
        note("Europass accepts no file over 15 MB: export each template by itself, with --template.")
        return 2
    return 1 if batch.lacking else 0


COMMANDS = (europass,)
