"""`python -m lti_tool platforms ...`: Moodle and Canvas sites that may use the tool."""

from __future__ import annotations

import click

from lti_tool.commands.shared import note, open_tool, operator


@click.group("platforms", help="Register Moodle and Canvas sites, and list them.")
def platforms() -> None: ...


@platforms.command()
def invite() -> None:
    """Print a registration address for one platform. It is good for 7 days."""
    from lti_tool.platforms import invitations

    tool = open_tool()
    with tool.store.begin() as session:
        code = invitations.invite(session, tool.clock(), operator())
    click.echo(f"{tool.tool_url}/lti/register?code={code}")
    note("Give this address to the platform's administrator. It registers one platform, within 7 days.")


@platforms.command("list")
def list_() -> None:
    """List the registered platforms: number, product, issuer, client id, name."""
    from lti_tool.store import queries

    with open_tool().store.read() as session:
        for row in queries.platforms.registrations(session):
            click.echo(f"{row.id}\t{row.product or '-'}\t{row.platform_id}\t{row.client_id}\t{row.name}")


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
) -> None:
    """Register a platform by hand."""
    from lti_tool.platforms import invitations
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
        registration = invitations.add_registration(session, new, tool.clock(), operator())
    click.echo(f"Registered with number {registration.id}. Enter these addresses in the platform:")
    click.echo(f"Login:    {tool.tool_url}/lti/login")
    click.echo(f"Redirect: {tool.tool_url}/lti/launch")
    click.echo(f"Keys:     {tool.tool_url}/lti/jwks.json")


COMMANDS = (platforms,)
