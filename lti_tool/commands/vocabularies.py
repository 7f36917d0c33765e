"""`python -m lti_tool vocabularies ...`: the lists of codes, and an institution's own in their place."""

from __future__ import annotations

import os
from pathlib import Path

import click

from config.settings import vocabularies_folder
from lti_tool.commands.shared import FILE, language_option


@click.group("vocabularies", help="Show the lists of codes, or load your own.")
def vocabularies() -> None: ...


@vocabularies.command("list")
def list_() -> None:
    """List every vocabulary.

    A line a list: name, number of concepts, date, shipped or own, source.
    """
    from lti_tool.templates import vocabularies

    _use_own_lists()
    for line in vocabularies.as_list():
        click.echo(line)


@vocabularies.command()
@click.argument("name", metavar="NAME")
@click.option("--search", default="", metavar="TEXT", help="Only what this text finds, best first.")
@language_option
@click.option("--limit", type=int, default=1_000, show_default=True)
def show(name: str, search: str, language: str, limit: int) -> None:
    """Show one vocabulary: code, label, address."""
    from lti_tool.templates import vocabularies

    _use_own_lists()
    for line in vocabularies.as_lines(name, search, language, limit):
        click.echo(line)


@vocabularies.command()
@click.argument("name", metavar="NAME")
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
def load(name: str, files: tuple[Path, ...]) -> None:
    """Use your own list instead of a shipped one.

    FILE is TOML or JSON; for esco, its CSV files or their ZIP.
    """
    from lti_tool.templates import vocabularies

    folder = _use_own_lists()
    loaded = vocabularies.load(folder, name, files)
    click.echo(f"{name}\t{len(loaded)}\t{loaded.date}\t{folder / name}.json")


def _use_own_lists() -> Path:
    """The folder of the institution's own lists, which from now on stand in place of the shipped ones."""
    from badges.vocabularies import set_override_folder

    folder = vocabularies_folder(os.environ)
    set_override_folder(folder)
    return folder


COMMANDS = (vocabularies,)
