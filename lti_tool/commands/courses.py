"""`python -m lti_tool courses ...`: the courses that use the tool, and how completions are learned there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import FILE, note, open_tool, operator
from lti_tool.errors import NotAllowedError, NotFoundError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo
    from pathlib import Path

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


@courses.command("import")
@click.argument("number", type=int, metavar="COURSE")
@click.argument("file", type=FILE)
@click.option(
    "--take", is_flag=True, help="Take the rows without a problem; without it, they are only shown."
)
def import_(*, number: int, file: Path, take: bool) -> int:
    """Show what each row of a list (CSV) of completions comes to in a course, and take the rows that can be.

    Columns, named in the first line: email, username or id, date, and score (in per cent) if wanted. What cannot be
    taken is listed by its line; the exit code is 1 where there is any such row. Raises NotFoundError.
    """
    from lti_tool import plugs
    from lti_tool.awarding import imports
    from lti_tool.sources import csv
    from lti_tool.sources.csv.rows import ListError, read_rows
    from lti_tool.store.models import Course

    tool = open_tool()
    words = plugs.words(csv, "en")
    with tool.store.read() as session:
        course = session.get(Course, number)
        if course is None:
            raise NotFoundError(f"there is no course {number}: see `courses list`")
        issuer = tool.issuers.of(session, course.registration.issuer_id)
        try:
            rows = read_rows(file.read_bytes(), issuer.profile.zone, tool.clock())
        except OSError as error:
            raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
        except ListError as error:
            raise click.UsageError(words["file"][error.code]) from error
        checked = imports.check(session, course, rows, None, issuer.policy)
    for each in checked:
        if each.problem:
            click.echo(f"line {each.row.line}\t{words['row'][each.problem]}")
    kept, refused = imports.kept(checked), sum(bool(each.problem) for each in checked)
    known = sum(each.is_known for each in checked)
    click.echo(f"{len(kept)} can be taken, {known} were listed before, {refused} cannot be taken")
    if kept and not take:
        note("Nothing has happened yet. To take them: the same command with --take")
    elif kept:
        with tool.store.begin() as session:
            course = session.get_one(Course, number)
            if not imports.begin(session, course, kept, None, operator(), tool.clock()):
                raise NotAllowedError("another list of this course is being taken: try again once it is done")
        note("They are being taken by the worker; the course's page tells how far it is.")
    return 1 if refused else 0


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
    if source.told_at:
        lines.append(f"  last told     {_time(source.told_at, zone)}")
    if source.refused_at:
        lines.append(f"  refused       {_time(source.refused_at, zone)}  a message; none was accepted since")
    lines += [f"  cannot see: {text}" for text in words.get("cannot_see", {}).values()]
    if not source.is_open:
        lines.append(f"  to open it: {words['source']['opens']}")
    return lines


def _time(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


COMMANDS = (courses,)
