"""`python -m lti_tool worker` and `migrate`: background work, and the database."""

from __future__ import annotations

import os

import click

from config.settings import private_paths, read_settings
from lti_tool.commands.shared import open_tool


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the work is keeping up: exit code 0 or 1.")
def worker(*, check: bool) -> int:
    """Do the background work until stopped."""
    from lti_tool import worker
    from lti_tool.logs import log_event, log_open_to_others, set_up_logs
    from lti_tool.wiring import start_tool, trace

    settings = read_settings(os.environ)
    if check:
        return 0 if worker.is_keeping_up(settings.database_url) else 1
    if settings.embedded_worker:
        raise click.UsageError("BROKER_URL is memory://, so the worker runs inside the web process")
    set_up_logs(settings.log_format)
    log_open_to_others(private_paths(settings, os.environ))
    trace(settings, "worker")
    tool = start_tool(settings, follow=lambda act: log_event(act.as_json()))
    worker.run(tool, settings.broker_url)
    return 0


@click.command()
def migrate() -> None:
    """Bring the database up to date. Every start of the tool does so too."""
    open_tool()


COMMANDS = (worker, migrate)
