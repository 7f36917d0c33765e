"""What sources of observations are given for a platform, or for one of its courses: set up, and taken away again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import SourceAccess
from lti_tool.values import Given


def give(
    session: Session,
    registration_id: int,
    source: str,
    given: Given,
    encrypt: Callable[[bytes], bytes],
    now: datetime,
    by: Actor = TOOL,
    course_id: int | None = None,
    person_id: int | None = None,
) -> None:
    """Keeps what the source is given, in place of all that it was given before for the platform or for that course.

    `person_id`: who permitted it at the platform in their own name.
    """
    row = queries.platforms.source_access(session, registration_id, source, course_id)
    if row is None:
        row = SourceAccess(registration_id=registration_id, source=source, course_id=course_id)
        session.add(row)
    row.person_id = person_id
    row.settings = dict(given.settings)
    row.encrypted_secrets = encrypt(json.dumps(dict(given.secrets)).encode()) if given.secrets else None
    row.changed_at = now
    session.flush()
    _record(session, "source_set_up", row, now, by)


def take_away(
    session: Session,
    registration_id: int,
    source: str,
    now: datetime,
    by: Actor = TOOL,
    course_id: int | None = None,
    why: str = "",
) -> bool:
    """Whether the source had been given anything for the platform, or for that course; it is deleted.

    With what it was given for the platform goes what it was given for each course there.
    """
    row = queries.platforms.source_access(session, registration_id, source, course_id)
    if row is None:
        return False
    rows = [row]
    if course_id is None:
        rows += queries.platforms.source_accesses_of_courses(session, registration_id, source)
    for each in rows:
        _record(session, "source_removed", each, now, by, why)
        session.delete(each)
    session.flush()
    return True


def _record(session: Session, what: str, row: SourceAccess, now: datetime, by: Actor, why: str = "") -> None:
    data: dict[str, str | int] = {"source": row.source}
    if row.course_id is not None:
        data["course"] = row.course_id
    events.record(session, what, "registration", row.registration_id, now, actor=by, why=why, data=data)
