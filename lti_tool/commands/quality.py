"""`python -m lti_tool quality`: a template file checked against quality frameworks."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from config.settings import issuer_file, vocabularies_folder
from lti_tool.commands.shared import FILE, language_option


@click.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option(
    "--framework", "frameworks", multiple=True, metavar="NAME", help="Only this one; may be repeated."
)
@click.option(
    "--issuer", type=FILE, metavar="FILE", help="Who issues; without it, the file that ISSUER_FILE names."
)
@click.option("--json", "as_json", is_flag=True, help="Print every rule, as JSON.")
@language_option
def quality(
    *, file: Path, frameworks: tuple[str, ...], issuer: Path | None, as_json: bool, language: str
) -> int:
    """Check a template against quality frameworks.

    FILE is a template as TOML or JSON. Without --framework it is held to the EU elements and to what the issuer
    demands; of the other frameworks there is one line.
    """
    from badges.vocabularies import set_override_folder
    from lti_tool.templates import quality_reports

    set_override_folder(vocabularies_folder(os.environ))
    profile_file = issuer or issuer_file(os.environ)
    found = quality_reports.evaluate_file(file, profile_file, frameworks, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(quality_reports.as_json(found, language), ensure_ascii=False, indent=2))
    else:
        for line in quality_reports.as_lines(found, language):
            click.echo(line)
    return 0 if found.passes else 1


COMMANDS = (quality,)
