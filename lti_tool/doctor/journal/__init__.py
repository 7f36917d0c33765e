"""The journal of erasures and revocations: its copy is where JOURNAL_COPY says, and knows what was done lately."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation

NAME = "journal"
FINDINGS: Mapping[str, Severity] = {
    "journal_copy_missing": WARNING,
    "journal_copy_behind": WARNING,
    "journal_copy_of_another": BROKEN,
}
#: A copy is made every hour.
LATEST = timedelta(hours=2)


def check(installation: Installation) -> Iterator[Finding]:
    """What is wrong with the copy; nothing where no setting says where it is."""
    settings = installation.settings
    if settings is None or settings.journal_copy is None:
        return
    file = str(settings.journal_copy)
    try:
        copy = settings.journal_copy.read_bytes()
    except OSError:
        yield finding("journal_copy_missing", file=file)
        return
    own = settings.journal_file.read_bytes() if settings.journal_file.is_file() else b""
    if not own.startswith(copy):
        yield finding("journal_copy_of_another", file=file, journal=str(settings.journal_file))
        return
    first = _first_missing(own, copy)
    if first is not None and installation.world.clock() - first > LATEST:
        yield finding("journal_copy_behind", file=file, since=f"{first:%Y-%m-%d %H:%M} UTC")


def _first_missing(own: bytes, copy: bytes) -> datetime | None:
    """When the first line was written that the copy has not; a line may have been copied half."""
    lines = own[copy.rfind(b"\n") + 1 :].splitlines()
    return datetime.fromisoformat(json.loads(lines[0].partition(b" ")[2])["at"]) if lines else None
