"""The outbox: background jobs, stored in the same transaction as the change that calls for them.

A job is a row: the name of a task, its payload, and when it is due. The database is the only record of what is to be
done. The message broker carries nothing but the ids of rows, so whatever the broker loses, repeats or reorders, no job
is lost and none is done with outdated data.

The life of a row, and what happens where the process dies in between:

1. `add` or `schedule`, in the transaction of the change: either both are committed or neither. Status `pending`.
2. The relay calls `claim`: the rows that are due become `sent`, and their `due_at` is moved LEASE ahead. That is the
   lease: until then no other claim returns them. If the relay dies now, they are claimed again when it has run out.
3. The relay publishes the ids. If the broker refuses them, `release` ends their lease early; if it loses them, or the
   worker that gets them dies, the lease runs out as well.
4. A worker calls `read`, does the job, and ends it with `finish`, `postpone` or `reschedule`. If it dies after its
   work is committed and before `finish`, the job is done again.

So every job runs at least once, and may run twice, even at the same time where it takes longer than its lease. Jobs
must bear that: the unique constraints of the tables they write make a repetition harmless (one credential an award,
one delivery a channel), and a delivery has a reference by which a repeated mail is recognised.

`due_at` means two things: while `pending`, when the job is to run; while `sent`, when its lease ends.
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
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import Json

#: Longer than a job usually takes; a job that takes longer may be started a second time.
LEASE = timedelta(seconds=60)
#: A job that fails this often is dead: with waits that double from 10 seconds on, some six hours after the first
#: attempt.
MOST_ATTEMPTS = 12

#: The statuses of jobs that are still to be done; the others are done and dead.
OPEN = ("pending", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How many jobs are due, for how many seconds the oldest of them has been, and how many are dead."""

    waiting: int
    oldest_seconds: float
    dead: int


def add(session: Session, task: str, payload: Json, due_at: datetime) -> str:
    """Adds a job that is done once, and returns its id. It exists when the caller's transaction commits."""
    row = Outbox(id=str(uuid4()), task=task, payload=payload, due_at=due_at, created_at=due_at)
    session.add(row)
    return row.id


def claim(store: Store, now: datetime, most: int = 50) -> Sequence[str]:
    """The ids of at most `most` jobs that are due, leased to the caller for LEASE.

    On PostgreSQL SKIP LOCKED gives each of several relays other rows, without waiting; on SQLite the whole transaction
    has the write lock.
    """
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
    """Ends the lease of a job that could not be published: it is claimed again at `due_at`, not LEASE later."""
    with store.begin() as session:
        row = session.get(Outbox, event_id)
        if row is not None and row.status == "sent":
            row.due_at = due_at


def extend(store: Store, event_id: str, due_at: datetime) -> None:
    """Extends the lease of a job that is known to take longer than LEASE, so that it is not started a second time."""
    with store.begin() as session:
        row = session.get(Outbox, event_id, with_for_update=True)
        if row is not None and row.status == "sent":
            row.due_at = max(row.due_at, due_at)


def read(store: Store, event_id: str) -> tuple[str, Json] | None:
    """The task and payload of a job; None where it is done, dead or unknown, so that there is nothing to do.

    An id that comes a second time, after its job was finished, ends here.
    """
    with store.read() as session:
        row = session.get(Outbox, event_id)
        return (row.task, row.payload) if row is not None and row.status in OPEN else None


def finish(session: Session, event_id: str) -> None:
    """Marks the job as done; the row is kept until `delete_done`."""
    row = session.get(Outbox, event_id, with_for_update=True)
    if row is not None:
        row.status = "done"
        row.trouble = None


def postpone(store: Store, event_id: str, now: datetime, trouble: str) -> bool:
    """Schedules another attempt of a job that failed: 10 seconds later, then after twice as long each time.

    Returns True where that was attempt number MOST_ATTEMPTS: the job is dead then, and stays in the table for the
    operator. `trouble` is stored and logged, so it must not name a person or an address.
    """
    with store.begin() as session:
        row = session.get(Outbox, event_id, with_for_update=True)
        if row is None or row.status not in OPEN:
            return False
        row.attempts += 1
        row.trouble = trouble[:500]
        row.status = "dead" if row.attempts >= MOST_ATTEMPTS else "pending"
        row.due_at = now + timedelta(seconds=2**row.attempts * 5)
        return row.status == "dead"


def health(session: Session, now: datetime) -> Health:
    """The state of the queue, by which monitoring sees that no worker is running."""
    # A job that failed has waited on purpose until its `due_at`; one that was never tried has waited since it was
    # added.
    since = case((Outbox.attempts == 0, Outbox.created_at), else_=Outbox.due_at)
    waiting, oldest = session.execute(
        select(func.count(), func.min(since)).where(Outbox.status.in_(OPEN), Outbox.due_at <= now)
    ).one()
    dead = session.scalar(select(func.count()).where(Outbox.status == "dead")) or 0
    lag = (now - oldest).total_seconds() if waiting else 0.0
    return Health(waiting=waiting, oldest_seconds=lag, dead=dead)


def schedule(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """Schedules recurring work: inserts or resets the single row `event_id`, due at `due_at`.

    A fixed id, such as `poll-17`, makes it impossible that the same recurring work is queued twice.
    """

    def find() -> Outbox | None:
        return session.get(Outbox, event_id, with_for_update=True)

    # Of two that insert it at once, the second changes the row of the first.
    new = Outbox(id=event_id, task=task, payload=payload, due_at=due_at, created_at=due_at)
    row = find() or add_or_find(session, new, find)
    row.payload, row.status, row.attempts = payload, "pending", 0
    row.due_at = row.created_at = due_at


def schedule_unless_open(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """As `schedule`, unless the job is already to be done; a row that is there keeps its payload."""
    row = session.get(Outbox, event_id, with_for_update=True)
    if row is None or row.status not in OPEN:
        schedule(session, event_id, task, payload if row is None else row.payload, due_at)


def reschedule(
    session: Session, event_id: str, task: str, payload: Json, due_at: datetime, begun_at: datetime
) -> None:
    """As `schedule`, called by a recurring job at its own end; `begun_at` is when it began.

    While it was running, somebody may have called `schedule` or `bring_forward` because something has happened that
    the job did not see: the row is `pending` then, and due after `begun_at`. Such a request is kept, if it is the
    earlier one. Without `begun_at` the end of the job would overwrite it, and the next run would come only after the
    usual time.
    """
    row = session.get(Outbox, event_id, with_for_update=True)
    requested_meanwhile = row is not None and row.status == "pending" and row.due_at > begun_at
    schedule(
        session, event_id, task, payload, min(row.due_at, due_at) if row and requested_meanwhile else due_at
    )


def bring_forward(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """Makes recurring work due at `due_at` at the latest; many requests before then lead to one run.

    A job that is `sent` may be running already, and may not see what has happened now. It becomes `pending` again, so
    that it runs once more at `due_at`: see `reschedule`.
    """
    row = session.get(Outbox, event_id, with_for_update=True)
    if row is None or row.status not in OPEN:
        schedule(session, event_id, task, payload, due_at)
    elif row.status == "sent" or row.due_at > due_at:
        schedule(session, event_id, task, row.payload, due_at)


def delete_done(session: Session, before: datetime) -> None:
    """Deletes the rows of jobs that are done and were added before `before`."""
    session.execute(delete(Outbox).where(Outbox.status == "done", Outbox.created_at < before))


def schedule_if_absent(session: Session, event_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """As `schedule`, where the row does not exist or is dead; called at each start for all recurring work."""
    row = session.get(Outbox, event_id)
    if row is None or row.status == "dead":
        schedule(session, event_id, task, payload, due_at)
