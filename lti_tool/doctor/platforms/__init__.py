"""The platforms: each is reached, gives the tool its token and what it may read, and was read lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lti_tool.doctor.bounded import at_once
from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity
from lti_tool.doctor.installation import Installation
from lti_tool.doctor.platforms import answers, records
from lti_tool.store import queries

NAME = "platforms"
FINDINGS: Mapping[str, Severity] = {
    "platform_unreachable": BROKEN,
    "platform_private": BROKEN,
    "platform_not_trusted": BROKEN,
    "platform_keys_refused": BROKEN,
    "platform_keys_unusable": BROKEN,
    "platform_clock_differs": WARNING,
    "platform_gives_no_token": BROKEN,
    "platform_grants_less": WARNING,
    "platform_not_read": WARNING,
    "platform_uses_old_address": WARNING,
    "platform_messages_refused": WARNING,
}


def check(installation: Installation) -> Iterator[Finding]:
    """What is wrong with each platform that is not disabled; several are asked at the same time."""
    if installation.tool is None:
        return
    tool = replace(installation.tool, outgoing=installation.outgoing())
    with tool.store.read() as session:
        registrations = [
            queries.platforms.as_registration(row)
            for row in queries.platforms.registrations(session)
            if row.disabled_at is None
        ]
        for found in records.of_all(session, registrations, tool).values():
            yield from found
    yield from at_once(lambda registration: answers.of(registration, tool), registrations)
