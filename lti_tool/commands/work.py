"""`python -m lti_tool work ...`: background jobs that were given up, trying them again and dropping them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import note, open_tool, operator
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from lti_tool.store import Session
    from lti_tool.store.dead_jobs import DeadJob


@click.group("work", help="List the background jobs that were given up, try them again, and drop them.")
def work() -> None: ...


@work.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def list_(*, as_json: bool) -> None:
    """List the jobs that failed too often or can never succeed, oldest first. It names nobody.

    A line a job: id, task, what it is about, attempts, since when it is given up, and why.
    """
    from lti_tool.store import dead_jobs

    tool = open_tool()
    zone = tool.issuer.profile.zone
    with tool.store.read() as session:
        for job in dead_jobs.dead(session):
            click.echo(json.dumps(_as_json(job), ensure_ascii=False) if as_json else _line(job, zone))


@work.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that `work list` prints.")
def retry(*, ids: tuple[str, ...], everything: bool) -> None:
    """Try jobs again, at once and with all their attempts.

    ID is the one that `work list` prints.
    """
    from lti_tool.store import dead_jobs

    if bool(ids) == everything:
        raise click.UsageError("name jobs, or give --all")
    tool, by = open_tool(), operator()
    with tool.store.begin() as session:
        found = dead_jobs.dead(session) if everything else _named(session, ids)
        number = sum(dead_jobs.retry(session, job, tool.clock(), by) for job in found)
    click.echo("1 job is tried again." if number == 1 else f"{number} jobs are tried again.")


@work.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", "agrees", is_flag=True, help="Drop without asking: for scripts.")
def drop(*, ids: tuple[str, ...], agrees: bool) -> int:
    """Drop jobs for good: what they were to do is not done.

    ID is the one that `work list` prints.
    """
    from lti_tool.store import dead_jobs

    tool, by = open_tool(), operator()
    zone = tool.issuer.profile.zone
    with tool.store.read() as session:
        found = _named(session, ids)
    for job in found:
        note(_line(job, zone))
    if not agrees and not click.confirm("Drop them for good? What they were to do is not done.", err=True):
        note("Nothing was dropped.")
        return 1
    with tool.store.begin() as session:
        number = sum(dead_jobs.drop(session, job, tool.clock(), by) for job in found)
    click.echo("1 job was dropped." if number == 1 else f"{number} jobs were dropped.")
    return 0


def _named(session: Session, ids: Sequence[str]) -> Sequence[DeadJob]:
    """The dead jobs with these ids. Raises NotFoundError where one is none."""
    from lti_tool.store import dead_jobs

    found = [job for job in dead_jobs.dead(session) if job.id in ids]
    if unknown := {*ids} - {job.id for job in found}:
        raise NotFoundError(
            f"no job that was given up has the id {', '.join(sorted(unknown))}: see `work list`"
        )
    return found


def _as_json(job: DeadJob) -> dict[str, object]:
    return {
        "id": job.id,
        "task": job.task,
        "about": dict(job.about),
        "attempts": job.attempts,
        "since": job.died_at.isoformat(),
        "why": job.trouble,
    }


def _line(job: DeadJob, zone: tzinfo) -> str:
    about = " ".join(f"{kind}:{value}" for kind, value in job.about.items()) or "-"
    since = job.died_at.astimezone(zone).isoformat(timespec="minutes")
    return "\t".join((job.id, job.task, about, str(job.attempts), since, job.trouble))


COMMANDS = (work,)
