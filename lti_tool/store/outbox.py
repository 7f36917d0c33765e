"""Work to be done, written in the transaction that decides it. Celery only carries the ids.

A row is claimed before it is published, with a lease: whoever dies with it loses it to the next claim. A task may
therefore run twice, even at once where it outlives its lease; that nothing is done twice is up to the tables it writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from lti_tool.store.database import Store
from lti_tool.store.models import Outbox
from lti_tool.values import Json

LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 12

OPEN = ("pending", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    waiting: int
    oldest_seconds: float
    dead: int


def add(session: Session, task: str, payload: Json, due_at: datetime) -> str:
    """The id of the work, which becomes visible when the caller's transaction commits."""
    row = Outbox(id=str(uuid4()), task=task, payload=payload, due_at=due_at, created_at=due_at)
    session.add(row)
    return row.id


def claim(store: Store, now: datetime, most: int = 50) -> Sequence[str]:
    """The ids due now, leased to the caller; another claim gets them again when the lease has run out."""
    with store.begin() as session:
        due = (
            select(Outbox)
            .where(Outbox.status.in_(OPEN), Outbox.due_at <= now)
            .order_by(Outbox.due_at)
            .limit(most)
        )
        rows = session.scalars(due.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.status = "sent"
            row.due_at = now + LEASE
        return [row.id for row in rows]


def release(store: Store, event_id: str, due_at: datetime) -> None:
    """After a publish that failed: the work is due again at `due_at`."""
    with store.begin() as session:
        row = session.get(Outbox, event_id)
        if row is not None and row.status == "sent":
            row.due_at = due_at


def read(store: Store, event_id: str) -> tuple[str, Json] | None:
    """The task and payload of work not yet done; None where it is done, dead or unknown."""
    with store.read() as session:
        row = session.get(Outbox, event_id)
        return (row.task, row.payload) if row is not None and row.status in OPEN else None


def finish(session: Session, event_id: str) -> None:
    row = session.get(Outbox, event_id, with_for_update=True)
    if row is not None:
        row.status = "done"
        row.trouble = None


def postpone(store: Store, event_id: str, now: datetime, trouble: str, wait: timedelta | None = None) -> bool:
    """Work that failed waits twice as long as before, or `wait`; after MOST_ATTEMPTS it is dead.

    True where it is dead now.
    """
    with store.begin() as session:
        row = session.get(Outbox, event_id, with_for_update=True)
        if row is None or row.status not in OPEN:
            return False
        row.attempts += 1
        row.trouble = trouble[:500]
        row.status = "dead" if row.attempts >= MOST_ATTEMPTS else "pending"
        row.due_at = now + (wait or min(timedelta(seconds=2**row.attempts * 5), LONGEST_WAIT))
        return row.status == "dead"


def health(session: Session, now: datetime) -> Health:
    # Work that failed waits on purpose; only what was never tried tells how long nobody has come for it.
    since = case((Outbox.attempts == 0, Outbox.created_at), else_=Outbox.due_at)
    waiting, oldest = session.execute(
        select(func.count(), func.min(since)).where(Outbox.status.in_(OPEN), Outbox.due_at <= now)
    ).one()
    dead = session.scalar(select(func.count()).where(Outbox.status == "dead")) or 0
    lag = (now - oldest).total_seconds() if waiting else 0.0
    return Health(waiting=waiting, oldest_seconds=lag, dead=dead)


def schedule(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """Work that comes back, under an id of its own: one row for ever, due again at `due_at`."""
    row = session.get(Outbox, event_id, with_for_update=True)
    if row is None:
        row = Outbox(id=event_id, task=task)
        session.add(row)
    row.payload, row.status, row.attempts = payload, "pending", 0
    row.due_at = row.created_at = due_at


def reschedule(
    session: Session, event_id: str, task: str, payload: Json, due_at: datetime, begun_at: datetime
) -> None:
    """As `arm`, by the work itself at its end: whoever asked for it since `begun_at` is not put off."""
    row = session.get(Outbox, event_id, with_for_update=True)
    asked = row is not None and row.status == "pending" and row.due_at > begun_at
    schedule(session, event_id, task, payload, min(row.due_at, due_at) if row and asked else due_at)


def bring_forward(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """The work is due at `due_at` at the latest; however many ask, it is done once then."""
    row = session.get(Outbox, event_id, with_for_update=True)
    if row is None or row.status not in OPEN:
        schedule(session, event_id, task, payload, due_at)
    elif row.status == "sent" or row.due_at > due_at:
        schedule(session, event_id, task, row.payload, due_at)


def delete_done(session: Session, before: datetime) -> None:
    session.execute(delete(Outbox).where(Outbox.status == "done", Outbox.created_at < before))


def schedule_if_absent(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """Like `arm`, where it is not planned yet, or died: work that comes back comes back after a start."""
    row = session.get(Outbox, event_id)
    if row is None or row.status == "dead":
        schedule(session, event_id, task, payload, due_at)
