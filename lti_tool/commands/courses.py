"""`python -m lti_tool courses ...`: the courses that use the tool, and how completions are learned there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import open_tool
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from lti_tool.awarding.course_sources import CourseSource


@click.group(
    "courses", help="List the courses that use the tool, and show how completions are learned there."
)
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
    """Show how completions are learned in a course, the best source first, and how each answered last.

    COURSE is the number that `courses list` prints. Raises NotFoundError.
    """
    from lti_tool.awarding.course_sources import recommended, sources_of
    from lti_tool.store.models import Course

    tool = open_tool()
    with tool.store.read() as session:
        course = session.get(Course, number)
        if course is None:
            raise NotFoundError(f"there is no course {number}: see `courses list`")
        sources = sources_of(session, course)
        click.echo(f"{course.title} ({course.context_id}) on platform {course.registration_id}")
    best = recommended(sources)
    for source in sources:
        for line in _lines(source, tool.issuer.profile.zone, is_best=source is best):
            click.echo(line)


def _lines(source: CourseSource, zone: tzinfo, *, is_best: bool) -> list[str]:
    from lti_tool import plugs
    from lti_tool.sources import SOURCES

    words = plugs.words(SOURCES[source.name], "en")
    state = "in use" if source.is_used and source.is_open else "open" if source.is_open else "not open"
    lines = [
        "",
        f"{words['source']['name']}: {state}{', recommended' if is_best else ''}",
        f"  {words['source']['sees']}",
    ]
    if source.looks and source.looks.answered_at:
        counts = ", ".join(f"{name} {number}" for name, number in source.looks.counts.items())
        lines.append(f"  last answer   {_time(source.looks.answered_at, zone)}  {counts}".rstrip())
    if source.looks and source.looks.failed_at and source.looks.trouble:
        sentence = source.looks.trouble["sentence"].format(**source.looks.trouble.get("about", {}))
        lines.append(f"  last failure  {_time(source.looks.failed_at, zone)}  {sentence}")
    lines += [f"  cannot see: {text}" for text in words.get("cannot_see", {}).values()]
    if not source.is_open:
        lines.append(f"  to open it: {words['source']['opens']}")
    return lines


def _time(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


COMMANDS = (courses,)
