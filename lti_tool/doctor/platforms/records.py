"""What the database knows of a platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from lti_tool.doctor.findings import Finding, finding
from lti_tool.store import Session, queries
from lti_tool.values import Registration
from lti_tool.wiring import Tool

#: A platform that is updated, or down for a night, is no finding.
NOT_READ = timedelta(days=1)


def of_all(
    session: Session, registrations: Sequence[Registration], tool: Tool
) -> Mapping[int, Sequence[Finding]]:
    """What is found of each of these platforms, by their numbers.

    Courses that could not be read for long, an address that the tool has left, messages that were refused.
    """
    unread = _unread(session, [each.id for each in registrations], tool)
    return {each.id: [*_of(session, each.id, unread.get(each.id, ()), tool)] for each in registrations}


def _of(session: Session, number: int, unread: Sequence[int], tool: Tool) -> Iterator[Finding]:
    row = queries.platforms.registration_row(session, number)
    if row is not None and row.tool_url != tool.tool_url:
        yield finding("platform_uses_old_address", number=number, old=row.tool_url, new=tool.tool_url)
    for source in queries.platforms.refused_messages(session, number):
        yield finding("platform_messages_refused", number=number, source=source)
    if unread:
        yield finding("platform_not_read", number=number, courses=len(unread), course=unread[0])


def _unread(session: Session, numbers: Sequence[int], tool: Tool) -> Mapping[int, Sequence[int]]:
    """The ids of the courses that could not be read for long, by the numbers of their platforms."""
    troubled = queries.platforms.courses_in_trouble(session, numbers)
    courses = [course_id for of_platform in troubled.values() for course_id in of_platform]
    since = queries.observations.all_failed_since(session, courses) if courses else {}
    long_ago = tool.clock() - NOT_READ
    return {
        number: [each for each in of_platform if each in since and since[each] <= long_ago]
        for number, of_platform in troubled.items()
    }
