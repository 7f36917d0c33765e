"""The database: it answers, has the tables of this version, and room for more connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.store.database import used_connections

NAME = "database"
FINDINGS: Mapping[str, Severity] = {
    "database_unreachable": BROKEN,
    "database_missing": BROKEN,
    "database_empty": BROKEN,
    "database_behind": BROKEN,
    "database_of_later_version": BROKEN,
    "database_connections": WARNING,
}
_BY_STATE = {
    "unreachable": "database_unreachable",
    "missing": "database_missing",
    "empty": "database_empty",
    "behind": "database_behind",
    "unknown": "database_of_later_version",
}
#: From then on an additional worker, or a backup, may be refused.
MOST_USED = 0.85


def check(installation: Installation) -> Iterator[Finding]:
    """What keeps the database from being used, now or soon."""
    if installation.settings is None:
        return
    if code := _BY_STATE.get(installation.database):
        yield finding(code)
    if installation.tool is not None:
        used = used_connections(installation.tool.store)
        if used is not None and used.now >= used.most * MOST_USED:
            yield finding("database_connections", now=used.now, most=used.most)
