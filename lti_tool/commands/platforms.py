"""`python -m lti_tool platforms ...`: Moodle and Canvas sites that may use the tool."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import FILE, issuer_named, note, open_tool, operator, write_bytes
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from lti_tool.sources.set_up import Setting


@click.group("platforms", help="Register Moodle and Canvas sites, change, disable and remove them.")
def platforms() -> None: ...


@platforms.command()
@click.option(
    "--issuer", "slug", metavar="SLUG", help="For whom its courses award; without it, the one in ISSUER_FILE."
)
def invite(slug: str | None) -> None:
    """Print a registration address for one platform. It is good for 7 days."""
    from lti_tool.platforms import invitations

    tool = open_tool()
    with tool.store.begin() as session:
        issuer = issuer_named(tool, session, slug)
        code = invitations.invite(session, tool.clock(), operator(), issuer.id)
    click.echo(f"{tool.tool_url}/lti/register?code={code}")
    note("Give this address to the platform's administrator. It registers one platform, within 7 days.")


@platforms.command("list")
def list_() -> None:
    """List the registered platforms: number, product, issuer, client id, name, state.

    Where there are several issuers, the slug of the one whose badges its courses award comes last. Where the tool has
    moved, the line of a platform ends with the old address that it still uses.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        slugs = {issuer.id: issuer.profile.slug for issuer in tool.issuers.all(session)}
        for row in queries.platforms.registrations(session):
            words = [
                str(row.id),
                row.product or "-",
                row.platform_id,
                row.client_id,
                row.name,
                "disabled" if row.disabled_at else "enabled",
                *([slugs[row.issuer_id]] if len(slugs) > 1 else []),
            ]
            if row.tool_url != tool.tool_url:
                words.append(f"still uses {row.tool_url}/lti/...: give it {tool.tool_url}/lti/...")
            click.echo("\t".join(words))


@platforms.command()
@click.option("--issuer", required=True, metavar="URL", help="The platform's issuer (iss).")
@click.option("--client-id", required=True, metavar="ID")
@click.option("--auth-url", required=True, metavar="URL", help="Where a login is answered.")
@click.option("--token-url", required=True, metavar="URL", help="Where access tokens are given.")
@click.option("--jwks-url", required=True, metavar="URL", help="Where the platform's keys are.")
@click.option("--token-audience", metavar="URL", help="Where it differs from the token address.")
@click.option("--deployment-id", metavar="ID")
@click.option("--product", default="", metavar="NAME", help="moodle, canvas, ...")
@click.option("--name", default="", metavar="NAME", help="What you call this platform.")
@click.option(
    "--for", "slug", metavar="SLUG", help="For whom its courses award; without it, the one in ISSUER_FILE."
)
def add(
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    token_audience: str | None,
    deployment_id: str | None,
    product: str,
    name: str,
    slug: str | None,
) -> None:
    """Register a platform by hand. A registration is never replaced: `update` changes one."""
    from lti_tool.platforms import registrations, self_tests
    from lti_tool.values import NewRegistration

    new = NewRegistration(
        platform_id=issuer,
        client_id=client_id,
        auth_login_url=auth_url,
        auth_token_url=token_url,
        jwks_url=jwks_url,
        token_audience=token_audience,
        product=product,
        name=name,
        deployment_id=deployment_id,
    )
    tool = open_tool()
    with tool.store.begin() as session:
        owner = issuer_named(tool, session, slug)
        registration = registrations.add(session, new, tool.clock(), operator(), issuer_id=owner.id)
        self_tests.schedule(session, registration.id, tool.clock())
    click.echo(f"Registered with number {registration.id}. Enter these addresses in the platform:")
    click.echo(f"Login:    {tool.tool_url}/lti/login")
    click.echo(f"Redirect: {tool.tool_url}/lti/launch")
    click.echo(f"Keys:     {tool.tool_url}/lti/jwks.json")


@platforms.command()
@click.argument("number", type=int)
@click.option(
    "--issuer", "platform_id", metavar="URL", help="The platform's issuer (iss), if its address changed."
)
@click.option("--client-id", "client_id", metavar="ID")
@click.option("--auth-url", "auth_login_url", metavar="URL", help="Where a login is answered.")
@click.option("--token-url", "auth_token_url", metavar="URL", help="Where access tokens are given.")
@click.option("--jwks-url", "jwks_url", metavar="URL", help="Where the platform's keys are.")
@click.option(
    "--token-audience", metavar="URL", help='Where it differs from the token address; "" for the same.'
)
@click.option("--product", metavar="NAME", help="moodle, canvas, ...")
@click.option("--name", metavar="NAME", help="What you call this platform.")
def update(number: int, **options: str | None) -> None:
    """Change what a platform is registered with. What you do not name stays as it is."""
    from lti_tool.platforms import registrations

    changes: dict[str, str | None] = {name: value for name, value in options.items() if value is not None}
    if not changes:
        raise click.UsageError("name at least one option, such as --jwks-url")
    if not changes.get("token_audience", "?"):
        changes["token_audience"] = None
    empty = [name for name in changes.keys() - {"token_audience", "product", "name"} if not changes[name]]
    if empty:
        raise click.UsageError("only --token-audience, --product and --name can be empty")
    tool = open_tool()
    with tool.store.begin() as session:
        registrations.update(session, number, changes, tool.clock(), operator())
    click.echo(
        f"Platform {number} is changed. Running processes use the new values from the next request on."
    )


@platforms.command()
@click.argument("number", type=int)
def disable(number: int) -> None:
    """Refuse a platform's logins and launches. Its badges stay valid."""
    from lti_tool.platforms import registrations

    tool = open_tool()
    with tool.store.begin() as session:
        registrations.disable(session, number, tool.clock(), operator())
    click.echo(f"Platform {number} is disabled: nobody comes in from there, and its badges stay valid.")
    click.echo(f"To undo it: platforms enable {number}")


@platforms.command()
@click.argument("number", type=int)
def enable(number: int) -> None:
    """Let a disabled platform be used again."""
    from lti_tool.platforms import registrations

    tool = open_tool()
    with tool.store.begin() as session:
        registrations.enable(session, number, tool.clock(), operator())
    click.echo(f"Platform {number} is enabled.")


@platforms.command()
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Delete a platform, its courses and people. Refused where badges were awarded there."""
    from lti_tool.platforms import registrations

    tool = open_tool()
    with tool.store.begin() as session:
        registrations.remove(session, number, tool.clock(), operator())
    click.echo(f"Platform {number} is removed. Remove the tool in the platform too.")


@platforms.command()
@click.argument("number", type=int)
@click.option("--allow", metavar="ID", help="List a deployment: its launches are accepted in any case.")
@click.option("--unlist", metavar="ID", help="Take a deployment off the list.")
@click.option("--only-listed", "mode", flag_value="only-listed", help="Refuse launches from all others.")
@click.option(
    "--any", "mode", flag_value="any", help="Accept any deployment, and list it at its first launch."
)
def deployments(number: int, allow: str | None, unlist: str | None, mode: str | None) -> None:
    """List a platform's deployments, or restrict launches to those that are listed.

    A line a deployment: id, and the day on which it was listed.
    """
    from lti_tool.platforms import registrations
    from lti_tool.store import queries

    tool = open_tool()
    now, by = tool.clock(), operator()
    with tool.store.begin() as session:
        if allow:
            registrations.list_deployment(session, number, allow, now, by)
        if unlist:
            registrations.unlist_deployment(session, number, unlist, now, by)
        if mode == "only-listed":
            registrations.allow_only_listed(session, number, now, by)
        elif mode == "any":
            registrations.allow_any_deployment(session, number, now, by)
        row = registrations.registration(session, number)
        zone = tool.issuers.of(session, row.issuer_id).profile.zone
        for each in queries.platforms.deployments(session, row.id):
            click.echo(f"{each.deployment_id}\t{each.first_seen_at.astimezone(zone):%Y-%m-%d}")
        only_listed = row.only_listed_deployments
    note(
        "Launches are accepted from these only."
        if only_listed
        else "Launches are accepted from any deployment."
    )


@platforms.command("moodle-plugin")
@click.option("--out", "file", required=True, type=FILE, metavar="FILE", help="Where the ZIP is written.")
def moodle_plugin(file: Path) -> None:
    """Write the plugin for Moodle, which tells the tool who has completed a course, as a ZIP."""
    from lti_tool.platforms.moodle_plugin_archive import moodle_plugin_archive

    write_bytes(file, moodle_plugin_archive())
    note("Install it in Moodle: Site administration > Plugins > Install plugins. Its README.md says more.")


@platforms.group("source")
def source() -> None:
    """Give a source of completions what it needs on a platform: an address, a token."""


@source.command("set")
@click.argument("number", type=int)
@click.argument("name")
@click.option("--set", "typed", multiple=True, metavar="NAME=VALUE", help="A setting, once for each.")
def set_(number: int, name: str, typed: tuple[str, ...]) -> None:
    """Give the source NAME what it needs on platform NUMBER, in place of what it had.

    Secrets are asked for, so that no shell keeps them; from a pipe, a line for each in the order of `source list`.
    """
    from lti_tool.platforms import registrations, source_access
    from lti_tool.sources.set_up import read_settings

    settings = _settings_of(name)
    values = dict(each.partition("=")[::2] for each in typed)
    for setting in settings:
        if setting.is_secret and setting.name not in values and not setting.is_made:
            values[setting.name] = _typed_secret(setting.name)
    try:
        given = read_settings(settings, values)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    tool = open_tool()
    with tool.store.begin() as session:
        row = registrations.registration(session, number)
        source_access.give(session, row.id, name, given, tool.encrypt, tool.clock(), operator())
    click.echo(f"{name} is set up on platform {number}. Running processes use it from their next look on.")
    for setting in settings:
        if setting.is_made:
            click.echo(f"{setting.name}\t{given.secrets[setting.name]}")
            note("Shown this once only. Setting it up again makes another.")


@source.command("remove")
@click.argument("number", type=int)
@click.argument("name")
def remove_source(number: int, name: str) -> None:
    """Take away what the source NAME was given on platform NUMBER. What it has told stays."""
    from lti_tool.platforms import source_access

    _settings_of(name)
    tool = open_tool()
    with tool.store.begin() as session:
        if not source_access.take_away(session, number, name, tool.clock(), operator()):
            raise NotFoundError(f"{name} has nothing on platform {number}")
    click.echo(f"{name} has nothing on platform {number} any more. Withdraw its token there too.")


@source.command("list")
@click.argument("number", type=int)
def list_sources(number: int) -> None:
    """List the sources that can be set up on platform NUMBER: name, state, their settings.

    Of secrets only the names are shown. Where a source is sent messages, its address comes last.
    """
    from lti_tool.platforms import registrations
    from lti_tool.sources import SOURCES
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        row = registrations.registration(session, number)
        accesses = queries.platforms.source_accesses(session, row.id)
        address = row.tool_url
    for name, each in SOURCES.items():
        if not hasattr(each, "SET_UP"):
            continue
        access = accesses.get(name)
        known = access.settings if access is not None else {}
        words = [
            f"{setting.name}={known.get(setting.name, '')}"
            for setting in each.SET_UP
            if not _is_hidden(setting)
        ]
        words += [f"{setting.name} (secret)" for setting in each.SET_UP if _is_hidden(setting)]
        if hasattr(each, "receive"):
            words.append(f"{address}/sources/{name}/{number}/")
        click.echo("\t".join([name, "set up" if access is not None else "not set up", *words]))


def _is_hidden(setting: Setting) -> bool:
    return setting.is_secret or setting.is_made


def _settings_of(name: str) -> Sequence[Setting]:
    """The settings of the source. Raises click.UsageError where no source of that name is set up."""
    from lti_tool.sources import SOURCES

    found: Sequence[Setting] | None = getattr(SOURCES.get(name), "SET_UP", None)
    if found is None:
        names = sorted(each for each in SOURCES if hasattr(SOURCES[each], "SET_UP"))
        raise click.UsageError(f"{name} is no source that is set up; these are: {', '.join(names)}")
    return found


def _typed_secret(name: str) -> str:
    """A secret from the terminal, where it is not shown, or a line of a pipe."""
    if sys.stdin.isatty():
        return getpass(f"{name}: ")
    return sys.stdin.readline().rstrip("\r\n")


COMMANDS = (platforms,)
