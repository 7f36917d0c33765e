"""`python -m lti_tool issuer ...` and `extension ...`: who issues, and where the terms of its badges are served."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import read_settings
from lti_tool.commands.shared import FILE, issuer_named, note, open_tool, operator
from lti_tool.errors import NotAllowedError, NotFoundError

if TYPE_CHECKING:
    from lti_tool.issuing.issuer_file import IssuerFile
    from lti_tool.store import Session
    from lti_tool.wiring import Tool


@click.group("issuer", help="Add, show, confirm and move those who issue badges.")
def issuer() -> None: ...


slug_argument = click.argument("slug", metavar="[SLUG]", required=False)


@issuer.command("list")
def list_() -> None:
    """List the issuers, that of ISSUER_FILE first.

    A line an issuer: slug, id, the day of its confirmation or "not confirmed", name.
    """
    tool = open_tool()
    with tool.store.read() as session:
        for each in tool.issuers.all(session):
            confirmed = each.profile.day_of(each.confirmed_at) if each.confirmed_at else "not confirmed"
            click.echo(f"{each.profile.slug}\t{each.profile.id}\t{confirmed}\t{each.profile.name}")


@issuer.command()
@slug_argument
@click.option(
    "--toml",
    "as_file",
    is_flag=True,
    help="The whole profile as it is now, to be put in place of ISSUER_FILE.",
)
@click.option(
    "--out",
    type=FILE,
    metavar="FILE",
    help="Where --toml writes it, with the logo beside it; without it, the profile alone is printed here.",
)
def show(slug: str | None, out: Path | None, *, as_file: bool) -> int:
    """Show an issuer's legal identity, and whether it is confirmed; without SLUG, of the one in ISSUER_FILE."""
    if out is not None and not as_file:
        raise click.UsageError("--out goes with --toml")
    tool = open_tool()
    return _show_file(tool, slug, out) if as_file else _show(tool, slug)


@issuer.command()
@slug_argument
def confirm(slug: str | None) -> int:
    """Confirm an issuer's legal identity. No badge is issued before."""
    from lti_tool.issuing import legal_identity

    tool = open_tool()
    with tool.store.begin() as session:
        legal_identity.confirm(session, issuer_named(tool, session, slug), tool.clock(), operator())
    return _show(tool, slug)


@issuer.command()
@click.argument("file", type=FILE, metavar="FILE")
def add(file: Path) -> int:
    """Add a further issuer from a FILE like ISSUER_FILE.

    It has keys, status lists, templates and platforms of its own.
    """
    from lti_tool.issuing import issuer_changes

    tool, read = open_tool(), _read(file)
    with tool.store.begin() as session:
        key = issuer_changes.add(
            session,
            read.data,
            tool.tool_url,
            tool.clock(),
            operator(),
            logo=read.logo,
            logo_sha256=read.logo_sha256,
        )
        added = tool.issuers.of(session, key)
        added.keyring.ensure_keys(session, tool.clock())
    return _show(tool, added.profile.slug)


@issuer.command()
@click.argument("file", type=FILE, metavar="FILE")
def change(file: Path) -> int:
    """Take over a changed FILE of a further issuer; that of ISSUER_FILE is taken over at every start.

    The slug in FILE says which. A changed legal identity has to be confirmed again.
    """
    from lti_tool.issuing import issuer_changes

    tool, read = open_tool(), _read(file)
    with tool.store.begin() as session:
        changed = tool.issuers.named(session, str(read.data.get("slug", "")))
        if changed.id == tool.issuers.first(session).id:
            raise NotAllowedError("this issuer is described by ISSUER_FILE: change that file, or its pages")
        issuer_changes.change(
            session,
            changed,
            read.data,
            tool.clock(),
            operator(),
            logo=read.logo,
            logo_sha256=read.logo_sha256,
            source="file",
            why="file",
        )
    return _show(tool, changed.profile.slug)


@issuer.command("move")
@click.argument("slug", metavar="[SLUG]", required=False)
@click.argument("new", metavar="[NEW_SLUG]", required=False)
def move_issuer(slug: str | None, new: str | None) -> int:
    """Move to the TOOL_URL and the slug in ISSUER_FILE as they are now; or a further issuer SLUG to a NEW_SLUG.

    Badges that were issued before go on verifying as long as the old host leads to this tool too.
    """
    from lti_tool.issuing import issuer_changes
    from lti_tool.wiring import move_issuers

    if slug is None:
        moved = move_issuers(read_settings(os.environ), by=operator())
    elif new is None:
        raise click.UsageError("name the new slug too")
    else:
        tool = open_tool()
        with tool.store.begin() as session:
            issuer_moved = tool.issuers.named(session, slug)
            if issuer_moved.id == tool.issuers.first(session).id:
                raise NotAllowedError("the slug of this issuer is in ISSUER_FILE: change it there")
            issuer_changes.move(session, issuer_moved, tool.tool_url, new, tool.clock(), operator())
            moved = [tool.issuers.of(session, issuer_moved.id)]
    for each in moved:
        click.echo(f"{each.profile.slug}\t{each.profile.id}")
    if not moved:
        note("Nothing has moved: TOOL_URL and the slugs are those that badges name already.")
        return 0
    note("Restart the tool. Let the old host lead to it for as long as old badges are to verify.")
    note("Then give each platform the new addresses; `platforms list` shows which still use the old ones.")
    return 0


platform_option = click.option(
    "--platform", type=int, required=True, metavar="NUMBER", help="As `platforms list` shows it."
)
course_option = click.option(
    "--course",
    metavar="ID",
    help="The platform's own id or the title of a course; without it, all its courses.",
)


@issuer.command()
@click.argument("slug", metavar="SLUG")
@platform_option
@course_option
def permit(slug: str, platform: int, course: str | None) -> None:
    """Let courses of a platform award the badges of the issuer SLUG too, beside those of their own issuer.

    Links that stood still because a permission had been withdrawn go on.
    """
    from lti_tool.awarding import permissions

    _change_permission(permissions.permit, slug, platform, course)
    click.echo(f"Courses of platform {platform}: {course or 'all'}, may award badges of {slug}.")


@issuer.command()
@click.argument("slug", metavar="SLUG")
@platform_option
@course_option
def withdraw(slug: str, platform: int, course: str | None) -> None:
    """End such a permission. Links that award such a badge stand still at once; badges already awarded stay valid."""
    from lti_tool.awarding import permissions

    _change_permission(permissions.withdraw, slug, platform, course)
    click.echo(f"Courses of platform {platform}: {course or 'all'}, award no more badges of {slug}.")


def _change_permission(change: Callable[..., None], slug: str, platform: int, course: str | None) -> None:
    tool = open_tool()
    with tool.store.begin() as session:
        permitted = tool.issuers.named(session, slug)
        course_id = _course(session, platform, course)
        change(session, permitted, platform, course_id, tool.clock(), operator())


def _course(session: Session, registration_id: int, name: str | None) -> int | None:
    """The id of the course with that id or title on the platform; None for all. Raises NotFoundError."""
    from lti_tool.store import queries

    if queries.platforms.registration_row(session, registration_id) is None:
        raise NotFoundError(f"there is no platform {registration_id}: see `platforms list`")
    if name is None:
        return None
    found = queries.people.courses_named(session, registration_id, name)
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} courses of platform {registration_id} have the id or title {name}")
    return found[0].id


def _read(file: Path) -> IssuerFile:
    """What the file says. Raises NotFoundError, or NotAllowedError where it is no TOML, or its look cannot be used."""
    from lti_tool.issuing.issuer_file import read_file

    try:
        return read_file(file)
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotAllowedError(f"{file} is no TOML: {error}") from error


def _show_file(tool: Tool, slug: str | None, out: Path | None) -> int:
    from lti_tool.issuing.issuer_file_writing import write_file
    from lti_tool.issuing.issuer_toml import LOGO_NAME, as_toml
    from lti_tool.store import queries

    with tool.store.read() as session:
        shown = issuer_named(tool, session, slug)
        newest = queries.issuers.newest_version(session, shown.id)
        body, logo = newest.body, newest.logo
    if out is None:
        click.echo(as_toml(body, shown.profile.slug), nl=False)
        if logo is not None:
            note(
                f"Put the picture at {shown.addresses.logo} beside the file, as {LOGO_NAME}: --out FILE does both."
            )
        return 0
    try:
        write_file(out, body, shown.profile.slug, logo)
    except OSError as error:
        raise NotFoundError(f"{error.filename or out} cannot be written: {error.strerror}") from error
    if logo is not None:
        note(f"The logo is beside it: {out.parent / LOGO_NAME}")
    return 0


def _show(tool: Tool, slug: str | None) -> int:
    from badges.artwork import undrawn_of_issuer
    from lti_tool.issuing import legal_identity

    with tool.store.read() as session:
        shown = issuer_named(tool, session, slug)
    profile, command = shown.profile, f"issuer confirm {slug}" if slug else "issuer confirm"
    identity = {"id": profile.id, **legal_identity.legal_identity(profile)}
    click.echo(json.dumps(identity, ensure_ascii=False, indent=2))
    for item in legal_identity.ending_soon(profile.accreditations, profile.day_of(tool.clock())):
        note(f"The accreditation {item.code} ends on {item.valid_until}.")
    for pointer, characters in undrawn_of_issuer(profile):
        note(
            f"Left out of the picture or the certificate: {characters} in {pointer.removeprefix('issuer:')}."
        )
    if shown.confirmed_at is None:
        note(f"Not confirmed. No badge is issued until you run: python -m lti_tool {command}")
        return 1
    note(f"Confirmed on {profile.day_of(shown.confirmed_at)} by {shown.confirmed_by}.")
    return 0


@click.group("extension", help="Show or change the address of the EU terms.")
def extension() -> None: ...


@extension.command("show")
def show_extension() -> None:
    """Show the address that badges name."""
    click.echo(open_tool().addresses.extension_context)


@extension.command()
@click.argument("url", metavar="URL")
def move(url: str) -> None:
    """Let new badges name another address. The same two files must be served under URL already."""
    from lti_tool.publishing import extension_address

    tool, base = open_tool(), url.rstrip("/")
    with tool.store.begin() as session:
        extension_address.change_base_url(session, base, tool.outgoing.fetch, tool.clock(), operator())
    click.echo(
        f"New badges name {base}. Set EXTENSION_URL={base} and restart the tool. Old badges stay valid."
    )


COMMANDS = (issuer, extension)
