"""`python -m lti_tool verify` and `show-part`: a badge file is checked, or shown in part."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from config.settings import ca_bundle
from lti_tool.commands.shared import FILE, language_option, note, read_bytes, write_bytes
from lti_tool.errors import NotFoundError


@click.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.option(
    "--documents",
    type=FILE,
    metavar="DIR",
    help="Read the issuer's did.json, jwks.json and status-list.json here instead of from the network.",
)
@click.option(
    "--recipient", metavar="WHO", help="Whose badge it should be: a name, an e-mail address, or an id."
)
@language_option
def verify(*, file: Path, as_json: bool, documents: Path | None, recipient: str | None, language: str) -> int:
    """Verify a badge: PNG, SVG, PDF, JSON or JWT.

    Exit code 0: verified; 1: not verified; 2: no badge in the file. No setting is needed; CA_BUNDLE is used where it
    is set.
    """
    from badges.verify.report_text import report_as_json, report_as_lines
    from lti_tool.commands.verification import check_file
    from lti_tool.outgoing import Outgoing

    outgoing = Outgoing(ca_bundle=ca_bundle(os.environ))
    report = check_file(read_bytes(file), documents, recipient=recipient, outgoing=outgoing)
    if as_json:
        click.echo(json.dumps(report_as_json(report), ensure_ascii=False, indent=2))
    else:
        for line in report_as_lines(report, language):
            click.echo(line)
    if report.verdict == "unverifiable" and not documents and (file.parent / "did.json").exists():
        # Not used without being asked: whoever sends a forged badge can send documents with it.
        note(f"If you trust the documents in the same folder, use them: --documents {file.parent}")
    return {"verified": 0, "unusable": 2}.get(report.verdict, 1)


@click.command("show-part")
@click.argument("file", type=FILE, metavar="FILE")
@click.option(
    "--without", "parts", multiple=True, metavar="PART", help="name, email or result; may be repeated."
)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="Where to write the smaller badge.")
def show_part(file: Path, parts: tuple[str, ...], out: Path) -> None:
    """Leave parts out of a badge, which stays signed.

    FILE is a PNG or JSON with an ecdsa-sd-2023 proof.
    """
    from badges.bake import SIGNATURE, secured_from
    from badges.disclosure import remove_parts, remove_parts_from_picture

    badge = read_bytes(file)
    try:
        if badge.startswith(SIGNATURE):
            smaller = remove_parts_from_picture(badge, parts)
        else:
            smaller = remove_parts(secured_from(badge.decode()), parts).text.encode()
    except UnicodeDecodeError as error:
        raise NotFoundError(f"{file} is neither a PNG nor JSON") from error
    write_bytes(out, smaller)


COMMANDS = (verify, show_part)
