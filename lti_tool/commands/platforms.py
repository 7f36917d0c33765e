"""`python -m lti_tool platforms ...`: Moodle and Canvas sites that may use the tool."""

from __future__ import annotations

import click

from lti_tool.commands.shared import issuer_named, note, open_tool, operator


@click.group("platforms", help="Register Moodle and Canvas sites, and list them.")
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
    """List the registered platforms: number, product, issuer, client id, name, and whose badges its courses award.

    Where the tool has moved, the line of a platform ends with the old address that it still uses.
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
                slugs[row.issuer_id],
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
        owner = issuer_named(tool, session, slug)
        registration = invitations.add_registration(
            session, new, tool.clock(), operator(), issuer_id=owner.id
        )
    click.echo(f"Registered with number {registration.id}. Enter these addresses in the platform:")
    click.echo(f"Login:    {tool.tool_url}/lti/login")
    click.echo(f"Redirect: {tool.tool_url}/lti/launch")
    click.echo(f"Keys:     {tool.tool_url}/lti/jwks.json")


COMMANDS = (platforms,)
