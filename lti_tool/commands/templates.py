"""`python -m lti_tool templates ...`: what may be awarded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import FILE, note, open_tool, write_text
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from lti_tool.store.models import TemplateVersion

template_argument = click.argument("template", metavar="TEMPLATE")
version_option = click.option("--version", type=int, help="Without it, the newest.")


@click.group("templates", help="List, import, edit, publish or retire templates.")
def templates() -> None: ...


@templates.command("list")
def list_() -> None:
    """List every version of every template.

    A line a version: id, version, state, name.
    """
    from lti_tool.store import queries

    with open_tool().store.read() as session:
        for row in queries.templates.template_versions(session):
            _print(row)


@templates.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--of", "template_id", metavar="TEMPLATE", help="As the next version of this template.")
@click.option("--publish", "publishes", is_flag=True, help="And publish it at once.")
def add(*, file: Path, template_id: str | None, publishes: bool) -> None:
    """Make a draft from a FILE.

    A template as TOML or JSON, or a badge of edubadges, Open Educational Badges or Moodle.
    """
    from lti_tool.templates import files, versions

    tool = open_tool()
    now = tool.clock()
    try:
        imported = files.read_file(file, tool.issuer.profile.day_of(now))
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}") from error
    with tool.store.begin() as session:
        row = versions.add(
            session, imported.body, now, template_id, what="imported", own_picture=imported.picture
        )
        if publishes:
            versions.publish(row, tool.issuer.profile, now)
        _print(row)
    for line in files.as_lines(imported, tool.issuer.profile):
        click.echo(line)


@templates.command()
@template_argument
@version_option
@click.option("--out", type=FILE, metavar="FILE", help="Where to write it; without it, it is printed.")
def export(template: str, version: int | None, out: Path | None) -> None:
    """Write a template as one JSON file.

    It can be imported elsewhere. TEMPLATE is its id, or how it begins.
    """
    from lti_tool.templates import files, versions

    with open_tool().store.read() as session:
        text = files.export_json(versions.find(session, template, version))
    write_text(out, text)


@templates.command()
def edit() -> None:
    """Print an address that opens the editor once."""
    from lti_tool.people import operator_sessions

    tool = open_tool()
    click.echo(f"{tool.tool_url}/lti/editor?code={operator_sessions.invite_operator(tool.expiring_values)}")
    note("Open this address in a browser. It works once, within 15 minutes.")


@templates.command()
@template_argument
@version_option
def publish(template: str, version: int | None) -> None:
    """Publish a template, so that courses can use it.

    TEMPLATE is its id, or how it begins.
    """
    from lti_tool.templates import versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find_locked(session, template, version)
        versions.publish(row, tool.issuer.profile, tool.clock())
        _print(row)


@templates.command()
@template_argument
@version_option
def retire(template: str, version: int | None) -> None:
    """Retire a template, so that no further course uses it.

    TEMPLATE is its id, or how it begins.
    """
    from lti_tool.templates import versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find_locked(session, template, version)
        versions.retire(row, tool.clock())
        _print(row)


def _print(row: TemplateVersion) -> None:
    click.echo(f"{row.template_id}\t{row.version}\t{row.status}\t{row.name}")


@templates.command()
@click.option("--out", type=FILE, metavar="FILE", help="Where to write it; without it, it is printed.")
def schema(out: Path | None) -> None:
    """Write the JSON Schema of templates.

    With it, an editor of TOML or JSON completes and checks the file of a template.
    """
    import json

    from badges.template.reference import template_schema

    write_text(out, json.dumps(template_schema(), indent=2, ensure_ascii=False))


templates.add_command(add, "import")

COMMANDS = (templates,)
