"""`python -m lti_tool courses ...`: the courses that use the tool, and on which roads they come to awards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import open_tool
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from lti_tool.awarding.roads import Road


@click.group("courses", help="List the courses that use the tool, and show how they come to awards.")
def courses() -> None: ...


@courses.command("list")
def list_() -> None:
    """List the courses: number, number of the platform, id there, title."""
    from lti_tool.store import queries

    with open_tool().store.read() as session:
        for course in queries.people.courses(session):
            click.echo(f"{course.id}\t{course.registration_id}\t{course.context_id}\t{course.title}")


@courses.command()
@click.argument("number", type=int, metavar="COURSE")
def show(*, number: int) -> None:
    """Show on which roads a course comes to awards, the best first, and how each went last.

    COURSE is the number that `courses list` prints. Raises NotFoundError.
    """
    from lti_tool.awarding.roads import recommended, roads_of
    from lti_tool.store.models import Course

    tool = open_tool()
    with tool.store.read() as session:
        course = session.get(Course, number)
        if course is None:
            raise NotFoundError(f"there is no course {number}: see `courses list`")
        roads = roads_of(session, course)
        click.echo(f"{course.title} ({course.context_id}) on platform {course.registration_id}")
    best = recommended(roads)
    for road in roads:
        for line in _lines(road, tool.issuer.profile.zone, is_best=road is best):
            click.echo(line)


def _lines(road: Road, zone: tzinfo, *, is_best: bool) -> list[str]:
    from lti_tool import plugs
    from lti_tool.sources import SOURCES

    words = plugs.words(SOURCES[road.source], "en")
    state = "in use" if road.is_used and road.is_open else "open" if road.is_open else "not open"
    lines = [
        "",
        f"{words['road']['name']}: {state}{', recommended' if is_best else ''}",
        f"  {words['road']['sees']}",
    ]
    if road.looks and road.looks.answered_at:
        counts = ", ".join(f"{name} {number}" for name, number in road.looks.counts.items())
        lines.append(f"  last answer   {_time(road.looks.answered_at, zone)}  {counts}".rstrip())
    if road.looks and road.looks.failed_at and road.looks.trouble:
        sentence = road.looks.trouble["sentence"].format(**road.looks.trouble.get("about", {}))
        lines.append(f"  last failure  {_time(road.looks.failed_at, zone)}  {sentence}")
    lines += [f"  cannot see: {text}" for text in words.get("cannot_see", {}).values()]
    if not road.is_open:
        lines.append(f"  to open it: {words['road']['opens']}")
    return lines


def _time(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


COMMANDS = (courses,)
