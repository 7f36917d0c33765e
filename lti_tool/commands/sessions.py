"""`python -m lti_tool sessions ...`: who has pages open, and ending them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import open_tool, operator
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from lti_tool.store.models import LaunchSession


@click.group("sessions", help="List the open sessions of learners, teachers and operators, and end them.")
def sessions() -> None: ...


@sessions.command("list")
@click.option("--person", type=int, metavar="NUMBER", help="Only of this person, as `events` names them.")
@click.option("--course", type=int, metavar="NUMBER", help="Only of this course.")
@click.option("--platform", type=int, metavar="NUMBER", help="Only of this platform, as in `platforms list`.")
def list_(*, person: int | None, course: int | None, platform: int | None) -> None:
    """List the open sessions, oldest first. It names nobody: people, courses and platforms are numbers.

    A line a session: its name, who it is of, as what, course, platform, since when, last use.
    """
    from lti_tool.operators import sessions as of_accounts
    from lti_tool.people import operator_sessions
    from lti_tool.people import sessions as launched

    tool = open_tool()
    zone = tool.issuer.profile.zone

    def at(moment: datetime) -> str:
        return moment.astimezone(zone).isoformat(timespec="minutes")

    with tool.store.read() as session:
        rows = launched.running(
            session, tool.clock(), person_id=person, course_id=course, registration_id=platform
        )
        for row in rows:
            where = (f"course:{row.course_id or '-'}", f"platform:{row.registration_id}")
            times = (at(row.created_at), at(row.last_used_at))
            click.echo("\t".join((launched.name_of(row), _who(row), _role(row), *where, *times)))
    if person is course is platform is None:
        for each in operator_sessions.running(tool.expiring_values):
            click.echo("\t".join((each.name, each.operator.name, "operator")))
        with tool.store.read() as session:
            for one in of_accounts.running(session, tool.clock()):
                who = f"operator:account:{one.operator_id}"
                times = (at(one.created_at), at(one.last_used_at))
                click.echo("\t".join((of_accounts.name_of(one), who, "operator", "-", "-", *times)))


@sessions.command()
@click.argument("names", nargs=-1, metavar="[SESSION]...")
@click.option("--person", type=int, metavar="NUMBER", help="All of this person.")
@click.option("--course", type=int, metavar="NUMBER", help="All of this course.")
@click.option("--platform", type=int, metavar="NUMBER", help="All of this platform.")
@click.option("--all", "everybody", is_flag=True, help="All that are open, those of operators too.")
def revoke(
    *, names: tuple[str, ...], person: int | None, course: int | None, platform: int | None, everybody: bool
) -> None:
    """End sessions at once. Whoever has a page open has to open it again from the course.

    SESSION is the name that `sessions list` prints.
    """
    from lti_tool.operators import sessions as of_accounts
    from lti_tool.people import operator_sessions
    from lti_tool.people import sessions as launched

    ways = (bool(names), person is not None, course is not None, platform is not None, everybody)
    if sum(ways) != 1:
        raise click.UsageError("name sessions, or give one of --person, --course, --platform and --all")
    tool, by = open_tool(), operator()
    with tool.store.begin() as session:
        open_ones = launched.running(
            session, tool.clock(), person_id=person, course_id=course, registration_id=platform
        )
        rows = [row for row in open_ones if not names or launched.name_of(row) in names]
        of_operators = [
            each
            for each in operator_sessions.running(tool.expiring_values)
            if everybody or each.name in names
        ]
        accounts = [
            each
            for each in of_accounts.running(session, tool.clock())
            if everybody or of_accounts.name_of(each) in names
        ]
        unknown = {*names} - {
            *(launched.name_of(row) for row in rows),
            *(each.name for each in of_operators),
            *(of_accounts.name_of(each) for each in accounts),
        }
        if unknown:
            raise NotFoundError(
                f"no open session is called {', '.join(sorted(unknown))}: see `sessions list`"
            )
        for row in rows:
            launched.revoke(session, row, tool.clock(), by)
        for one in accounts:
            of_accounts.revoke(session, one, tool.clock(), by)
    for each in of_operators:
        operator_sessions.revoke(tool.store, tool.expiring_values, each, tool.clock(), by)
    number = len(rows) + len(of_operators) + len(accounts)
    click.echo("1 session was ended." if number == 1 else f"{number} sessions were ended.")


def _who(row: LaunchSession) -> str:
    from lti_tool.store import events

    return events.person(row.person_id).name


def _role(row: LaunchSession) -> str:
    if row.is_teacher:
        return "teacher"
    return "learner" if row.is_learner else "other"


COMMANDS = (sessions,)
