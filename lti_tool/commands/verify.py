"""`python -m lti_tool verify`: a badge file is checked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from config.settings import ca_bundle
from lti_tool.commands.shared import FILE, language_option, note, read_bytes


@click.command()
# The name of a file is left as it is.
@click.argument("file_or_address", type=click.Path(), metavar="FILE|ADDRESS")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.option(
    "--documents",
    type=FILE,
    metavar="DIR",
    help="Read what the network would serve here instead: pages.json, texts by address, of any issuer; or the "
    "did.json, jwks.json and status-list.json that `demo --once` writes.",
)
@click.option(
    "--recipient", metavar="WHO", help="Whose badge it should be: a name, an e-mail address, or an id."
)
@language_option
def verify(
    *, file_or_address: str, as_json: bool, documents: Path | None, recipient: str | None, language: str
) -> int:
    """Verify a badge: PNG, SVG, PDF, JSON, JWT or SD-JWT; one in a ZIP or an e-mail (EML); or at an https address.

    Exit code 0: verified; 1: not verified; 2: no badge in the file. No setting is needed; CA_BUNDLE is used where it
    is set.
    """
    from badges.verify.report_text import report_as_json, report_as_lines
    from lti_tool.commands.verification import ISSUER_DOCUMENTS, PAGES, check_file
    from lti_tool.outgoing import Outgoing

    outgoing = Outgoing(ca_bundle=ca_bundle(os.environ))
    is_address = file_or_address.lower().startswith(("https://", "http://"))
    file = file_or_address.encode() if is_address else read_bytes(Path(file_or_address))
    report = check_file(file, documents, recipient=recipient, outgoing=outgoing)
    if as_json:
        click.echo(json.dumps(report_as_json(report), ensure_ascii=False, indent=2))
    else:
        for line in report_as_lines(report, language):
            click.echo(line)
    folder = Path(file_or_address).parent
    has_documents = any((folder / name).exists() for name in (PAGES, *ISSUER_DOCUMENTS))
    if report.verdict == "unverifiable" and not documents and has_documents:
        # Not used without being asked: whoever sends a forged badge can send documents with it.
        note(f"If you trust the documents in the same folder, use them: --documents {folder}")
    return {"verified": 0, "unusable": 2}.get(report.verdict, 1)


COMMANDS = (verify,)
