"""`python -m lti_tool events`: what was done, by whom, about what, when and why."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import Moment, at_issuer, issuer_named, open_tool

if TYPE_CHECKING:
    from datetime import tzinfo

    from lti_tool.store.events import Act


@click.command()
@click.option(
    "--about", metavar="KIND[:ID]", help="Only about these: award, award:17, rule:3, registration, ..."
)
@click.option(
    "--actor", metavar="KIND[:ID]", help="Only by these: person:3, operator:NAME, approver:7, tool, ..."
)
@click.option("--what", metavar="NAME", help="Only these acts: awarded, revoked, refused, ...")
@click.option(
    "--since",
    type=Moment(),
    metavar="DATE",
    help="Only from this day on, from 00:00 in the issuer's timezone, or from this moment on.",
)
@click.option(
    "--issuer",
    "slug",
    metavar="SLUG",
    help="Only acts of this issuer, with times in its timezone; else all acts.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def events(
    *,
    about: str | None,
    actor: str | None,
    what: str | None,
    since: datetime | None,
    slug: str | None,
    as_json: bool,
) -> None:
    """List what was done, oldest first. It names nobody: people, awards and rules are numbers.

    Times are those of the issuer in ISSUER_FILE, unless another is named.

    A line an event: time, actor, act, what it is about, why, and further ids as JSON.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        found = queries.events.events(
            session,
            about=about,
            actor=actor,
            what=what,
            since=at_issuer(since, issuer.profile),
            issuer_id=issuer.id if slug is not None else None,
        )
        for act in found:
            zone = issuer.profile.zone
            click.echo(json.dumps(act.as_json(), ensure_ascii=False) if as_json else _line(act, zone))


def _line(act: Act, zone: tzinfo) -> str:
    at = act.at.astimezone(zone).isoformat(timespec="seconds")
    data = json.dumps(act.data, ensure_ascii=False) if act.data else ""
    return "\t".join((at, act.actor, act.what, act.about, act.why, data)).rstrip()


COMMANDS = (events,)
