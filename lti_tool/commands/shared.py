"""What several groups of commands need: the tool that the settings describe, files, and common options."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from badges.readable import readable
from config.settings import read_settings
from lti_tool import private_files
from lti_tool.errors import NotFoundError
from lti_tool.language import LANGUAGES

if TYPE_CHECKING:
    from badges.issuer import IssuerProfile
    from lti_tool.issuing.issuer import Issuer
    from lti_tool.store import Session
    from lti_tool.store.events import Actor
    from lti_tool.wiring import Tool

#: A path that is read or written by the command itself, which words its own errors.
FILE = click.Path(path_type=Path)

language_option: Callable[[Any], Any] = click.option(
    "--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True
)


class Words(click.ParamType[str]):
    """What somebody types: readable and composed (NFC), as the words of a form are."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:
            # A shell passes any bytes on; Python keeps those that are no UTF-8 as halves of surrogate pairs.
            self.fail("it is no text in UTF-8", param, ctx)
        return readable(value).strip()


#: The type of every text of a command: `main` puts it in place of click's own.
WORDS = Words()


class Moment(click.ParamType[datetime]):
    """A day or a moment in ISO 8601; without an offset it has no zone yet, which `at_issuer` gives it."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-11-28 or 2026-11-28T14:30", param, ctx)


def open_tool() -> Tool:
    """The tool that the environment describes. Raises SettingsError naming the variable that is wrong.

    Nobody follows its events: what a command does is recorded, but its output is no log.
    """
    # Loads the database and the web's libraries, which `verify` and `quality` do without.
    from lti_tool.wiring import start_tool

    return start_tool(read_settings(os.environ))


issuer_option: Callable[[Any], Any] = click.option(
    "--issuer", "slug", metavar="SLUG", help="Of which issuer; without it, of the one in ISSUER_FILE."
)


def issuer_named(tool: Tool, session: Session, slug: str | None) -> Issuer:
    """The issuer with that slug, the first one where none is named. Raises NotFoundError."""
    return tool.issuers.first(session) if slug is None else tool.issuers.named(session, slug)


def operator() -> Actor:
    """Who runs the command: the account of the operating system, or its number where it has no name."""
    import pwd

    from lti_tool.store import events

    number = os.getuid()
    try:
        return events.operator(pwd.getpwuid(number).pw_name)
    except KeyError:
        return events.operator(str(number))


def at_issuer(moment: datetime | None, profile: IssuerProfile) -> datetime | None:
    """A Moment with its zone: the issuer's, where the person who typed it gave none."""
    return moment.replace(tzinfo=profile.zone) if moment is not None and moment.tzinfo is None else moment


def read_bytes(file: Path) -> bytes:
    """The content of a file. Raises NotFoundError where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}") from error


def write_text(file: Path | None, text: str) -> None:
    """Writes the text to the file, else prints it. Raises NotFoundError where it cannot be written."""
    if file is None:
        click.echo(text, nl=False)
    else:
        write_bytes(file, text.encode())


def write_bytes(file: Path, content: bytes) -> None:
    """Writes the content to the file, for its owner alone: many hold a secret, or people.

    Raises NotFoundError where it cannot be written.
    """
    try:
        private_files.write(file, content)
    except OSError as error:
        raise NotFoundError(f"{file} cannot be written: {error.strerror}") from error


def write_pieces(file: Path, pieces: Iterable[bytes]) -> None:
    """As `write_bytes`, piece by piece. Raises NotFoundError where it cannot be written."""
    try:
        private_files.write(file, b"")
        with file.open("ab") as stream:
            for piece in pieces:
                stream.write(piece)
    except OSError as error:
        raise NotFoundError(f"{file} cannot be written: {error.strerror}") from error


#: What a restore undoes, and no journal has.
LOOK_AGAIN = (
    "Look again at what else was changed after the backup, for it is as it was then: settings of issuers and rules of "
    "courses, registrations of platforms and what they may award, roles that were given, what learners do not want to "
    "be mailed or asked, suspensions of badges that were made since. A badge that was signed by a key that was made "
    "since cannot be verified any more."
)


def note(sentence: str) -> None:
    """Prints for a person, on the standard error: the standard output is for what programs read."""
    click.echo(sentence, err=True)
