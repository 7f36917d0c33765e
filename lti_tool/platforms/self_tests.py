"""Self-tests of registrations as work: asked for, going on, and what the last one has found.

The steps themselves are in `lti_tool.self_test`, which knows badges too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lti_tool.store import Session, events, outbox
from lti_tool.store.events import Actor
from lti_tool.store.models import PlatformSelfTest
from lti_tool.values import Json

#: The name of the task in the outbox.
TASK = "self_test"
#: Whether a self-test is to be made or being made, has failed again and again, or neither.
State = Literal["going_on", "stuck", "ended"]


def schedule(session: Session, registration_id: int, now: datetime) -> None:
    """Has the platform tested now. One that waits already, or is at work, is not made twice at once."""
    outbox.schedule(session, job_id(registration_id), TASK, {"registration_id": registration_id}, now)


def ask(session: Session, registration_id: int, now: datetime, by: Actor) -> None:
    """As `schedule`, for somebody who asks for it."""
    schedule(session, registration_id, now)
    events.record(session, "self_test_asked", "registration", registration_id, now, actor=by)


def state(session: Session, registration_id: int) -> State:
    """How far a self-test of the platform is."""
    is_open = outbox.payload_of(session, job_id(registration_id)) is not None
    if is_open:
        return "going_on"
    return "stuck" if outbox.is_dead(session, job_id(registration_id)) else "ended"


def keep(session: Session, registration_id: int, found: Json, now: datetime, *, is_in_order: bool) -> None:
    """Keeps what a self-test has found, in place of what the one before had."""
    row = session.get(PlatformSelfTest, registration_id, with_for_update=True)
    if row is None:
        row = PlatformSelfTest(registration_id=registration_id)
        session.add(row)
    row.tested_at, row.is_in_order, row.found = now, is_in_order, found
    why = "in_order" if is_in_order else "not_in_order"
    events.record(session, "self_tested", "registration", registration_id, now, why=why)


def job_id(registration_id: int) -> str:
    """The id of the job that tests the platform."""
    return f"self-test-{registration_id}"
