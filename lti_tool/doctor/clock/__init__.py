"""The clock: leases, tokens and dates on badges rest on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lti_tool.doctor.findings import WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.store.clock import DatabaseClock

NAME = "clock"
FINDINGS: Mapping[str, Severity] = {"clocks_differ": WARNING}
#: The tool goes by the clock of the database; the machine's is in the logs, and decides about certificates.
MOST_SECONDS = 10


def check(installation: Installation) -> Iterator[Finding]:
    """Where the clock of the machine is not that of the database."""
    tool, machine = installation.tool, installation.world.clock
    # SQLite has no clock of its own.
    if tool is None or tool.store.engine.dialect.name == "sqlite":
        return
    seconds = round((DatabaseClock(tool.store.engine, machine=machine)() - machine()).total_seconds())
    if abs(seconds) > MOST_SECONDS:
        yield finding("clocks_differ", seconds=abs(seconds))
