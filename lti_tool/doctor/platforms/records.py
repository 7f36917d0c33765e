"""What the database knows of a platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lti_tool.doctor.findings import Finding, finding
from lti_tool.store import Session, queries
from lti_tool.values import Registration
from lti_tool.wiring import Tool

#: A platform that is updated, or down for a night, is no finding.
NOT_READ = timedelta(days=1)


def of(session: Session, registration: Registration, tool: Tool) -> Iterator[Finding]:
    """Courses that could not be read for long, an address that the tool has left, messages that were refused."""
    number = registration.id
    row = queries.platforms.registration_row(session, number)
    if row is not None and row.tool_url != tool.tool_url:
        yield finding("platform_uses_old_address", number=number, old=row.tool_url, new=tool.tool_url)
    for source in queries.platforms.refused_messages(session, number):
        yield finding("platform_messages_refused", number=number, source=source)
    unread = [
        course_id
        for course_id in queries.platforms.courses_in_trouble(session, number)
        if _is_unread(session, course_id, tool)
    ]
    if unread:
        yield finding("platform_not_read", number=number, courses=len(unread), course=unread[0])


def _is_unread(session: Session, course_id: int, tool: Tool) -> bool:
    answered = queries.observations.last_answered(session, course_id)
    since = queries.observations.failed_since(session, course_id, answered)
    return since is not None and tool.clock() - since >= NOT_READ
