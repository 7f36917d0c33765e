"""The outbox: background jobs, stored in the same transaction as the change that calls for them.

A job is a row: the name of a task, its payload, and when it is due. The database is the only record of what is to be
done. The message broker carries no jobs, only the word that there are some, so whatever the broker loses, repeats or
reorders, no job is lost and none is done with outdated data.

The life of a row, and what happens where the process dies in between:

1. `add` or `schedule`, in the transaction of the change: either both are committed or neither.
2. A worker calls `claim`: it gets rows that are due, and their lease begins. Until `leased_until` no other claim
   returns them. The worker renews the lease for as long as it works (`renew`); if it dies, the lease runs out, and
   another worker claims the rows.
3. The worker does the job, and ends it with `finish`, `postpone`, `reschedule` or, undone, `give_back`. If it dies
   after its work is committed and before `finish`, the job is done again.

So every job runs at least once, and a job whose worker was stopped for longer than its lease may run twice. Jobs must
bear that: the unique constraints of the tables they write make a repetition harmless (one credential an award, one
delivery a channel), and a delivery has a reference by which a repeated mail is recognised.

A job that is done has no row any more. One that has failed too often, or can never succeed, is dead: its row stays, as
`dead_jobs` shows and mends it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    ScalarSelect,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.store.database import Store
from lti_tool.store.models import Outbox
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import Json

#: How long a claimed job is nobody else's. Whoever works renews it long before.
LEASE = timedelta(seconds=60)
#: A job that fails this often is dead: with waits that double from 10 seconds on, some six hours after the first
#: attempt. Deliveries depend on servers of others, and are tried for longer.
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=4)
DELIVERY_PATIENCE = timedelta(days=3)

#: The queue of each task that does not belong to `awards`. A platform or a mail server that is slow or silent holds up
#: its own queue alone.
AWARDS, LOOKS, DELIVERIES = "awards", "looks", "deliveries"
QUEUES = (AWARDS, LOOKS, DELIVERIES)
#: A queue is late where its oldest job has been due for longer. A look at a large course takes minutes.
LATE_SECONDS = {AWARDS: 120, LOOKS: 600, DELIVERIES: 300}
QUEUE_OF = {
    "look": LOOKS,
    "self_test": LOOKS,
    "check_kept_badge": LOOKS,
    "deliver": DELIVERIES,
    "take_back": DELIVERIES,
    "notify": DELIVERIES,
    "mail_teacher": DELIVERIES,
    "ask_approver": DELIVERIES,
    "tell_author": DELIVERIES,
    "mail_code": DELIVERIES,
    "mail_candidate": DELIVERIES,
    "mail_review": DELIVERIES,
    "mail_prior_learning_operator": DELIVERIES,
    "mail_claim": DELIVERIES,
    "ask_holder": DELIVERIES,
    "mail_answer": DELIVERIES,
    "bring_to_host": DELIVERIES,
    "tell_host": DELIVERIES,
    "mail_about_host": DELIVERIES,
    "mail_about_feedback": DELIVERIES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed job: `attempts` were made before this one."""

    id: str
    task: str
    payload: Json
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The jobs of a queue: how many are due or being done, and how many are dead.

    `oldest_seconds`: for how long the oldest of the first has been due; `unclaimed_seconds`: the same of those that no
    worker has claimed.
    """

    waiting: int
    oldest_seconds: float
    unclaimed_seconds: float
    dead: int


def add(session: Session, task: str, payload: Json, due_at: datetime) -> str:
    """Adds a job that is done once, and returns its id. It exists when the caller's transaction commits.

    The payload of a job that is about an award names it as `award_id`: by that its page knows of a dead one, and an
    erasure finds all.
    """
    job_id = str(uuid4())
    session.add(Outbox(**_columns(job_id, task, payload, due_at)))
    return job_id


def add_all(session: Session, task: str, payloads: Sequence[Json], due_at: datetime) -> None:
    """Adds a job for each payload, as `add` does."""
    if payloads:
        rows = [_columns(str(uuid4()), task, payload, due_at) for payload in payloads]
        session.execute(insert(Outbox), rows)


class WaitingQueues:
    """Says in which queues a job is due that nobody has claimed, over a connection that it keeps; for one thread.

    Every worker asks several times a second: a session for each question would be nearly all that an idle one costs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Connection | None = None

    def at(self, now: datetime) -> Sequence[str]:
        """Those queues at that time. Raises SQLAlchemyError; then the next question opens another connection."""
        if self._connection is None:
            self._connection = self._store.connect_to_ask()
        try:
            found = self._connection.execute(_FIRST_DUE, {"now": now}).one()
            self._connection.rollback()
        except SQLAlchemyError:
            self.close()
            raise
        return [queue for queue, due_at in zip(QUEUES, found, strict=True) if due_at and due_at <= now]

    def close(self) -> None:
        """Closes the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def claim(store: Store, queue: str, now: datetime, most: int = 1) -> Sequence[Job]:
    """At most `most` jobs of the queue that are due, leased to the caller for LEASE.

    On PostgreSQL SKIP LOCKED gives each of several workers other rows, without waiting; on SQLite the whole transaction
    has the write lock.
    """
    is_due = _unclaimed(queue, now) & (Outbox.due_at <= now)
    due = select(Outbox.id).where(is_due).order_by(Outbox.due_at).limit(most)
    with store.begin() as session:
        claimed = session.execute(
            update(Outbox)
            .where(Outbox.id.in_(due.with_for_update(skip_locked=True)))
            .values(leased_until=now + LEASE)
            .returning(Outbox.id, Outbox.task, Outbox.payload, Outbox.attempts, Outbox.due_at)
        ).all()
    in_order = sorted(claimed, key=lambda row: row.due_at)
    return [Job(id=row.id, task=row.task, payload=row.payload, attempts=row.attempts) for row in in_order]


def renew(store: Store, job_ids: Collection[str], now: datetime) -> None:
    """Renews the leases of jobs that are being done."""
    with store.begin() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.id.in_(job_ids), Outbox.leased_until.is_not(None))
            .values(leased_until=now + LEASE)
        )


def give_back(store: Store, job_ids: Collection[str]) -> None:
    """Ends the leases of jobs that were not begun, so that another worker claims them at once."""
    with store.begin() as session:
        session.execute(update(Outbox).where(Outbox.id.in_(job_ids)).values(leased_until=None))


def finish(session: Session, job_id: str) -> None:
    """Ends a job that is done. Where it was asked for once more meanwhile, it is done once more."""
    row = session.get(Outbox, job_id, with_for_update=True)
    if row is None:
        return
    if row.again_at is None:
        session.delete(row)
        return
    _reset(row, row.payload, row.again_at)


def finish_all(session: Session, job_ids: Collection[str]) -> None:
    """Ends jobs of which none recurs."""
    session.execute(delete(Outbox).where(Outbox.id.in_(job_ids)))


def postpone(
    store: Store, job_id: str, now: datetime, trouble: str, retry_after: float | None = None
) -> bool:
    """Schedules another attempt of a job that failed: 10 seconds later, then after twice as long each time.

    Where it could not even be tried, `retry_after` says for how many seconds not, and no attempt is counted.

    Returns True where that was attempt number MOST_ATTEMPTS, or a delivery has been tried for DELIVERY_PATIENCE: the
    job is dead then, and stays in the table for the operator. `trouble` is stored and logged, so it must not name a
    person or an address.
    """
    with store.begin() as session:
        row = _running(session, job_id)
        if row is None:
            return False
        row.trouble = trouble[:500]
        row.leased_until = row.again_at = None
        if retry_after is None:
            row.attempts += 1
            row.due_at = now + min(timedelta(seconds=2 ** min(row.attempts, 20) * 5), LONGEST_WAIT)
        else:
            row.due_at = now + timedelta(seconds=retry_after)
        if row.queue == DELIVERIES:
            is_over = now - row.created_at >= DELIVERY_PATIENCE
        else:
            is_over = row.attempts >= MOST_ATTEMPTS
        row.died_at = now if is_over else None
        return is_over


def give_up(store: Store, job_id: str, now: datetime, trouble: str) -> bool:
    """Ends a job that can never succeed: it is dead at once. Returns False where its row is gone, or dead already.

    `trouble` as for `postpone`.
    """
    with store.begin() as session:
        row = _running(session, job_id)
        if row is None:
            return False
        row.attempts += 1
        row.trouble = trouble[:500]
        row.leased_until = row.again_at = None
        row.died_at = now
        return True


def _running(session: Session, job_id: str) -> Outbox | None:
    """The row of a job, locked; None where it is gone or dead."""
    row = session.get(Outbox, job_id, with_for_update=True)
    return row if row is not None and row.died_at is None else None


#: A job that failed has waited on purpose until its `due_at`; one that was never tried has waited since it was added.
_SINCE = case((Outbox.attempts == 0, Outbox.created_at), else_=Outbox.due_at)


def health(session: Session, queue: str, now: datetime) -> Health:
    """The state of a queue, by which monitoring sees that no worker is running, or too few."""
    unclaimed = case((or_(Outbox.leased_until.is_(None), Outbox.leased_until <= now), _SINCE))
    waiting, oldest, oldest_unclaimed = session.execute(
        select(func.count(), func.min(_SINCE), func.min(unclaimed)).where(
            Outbox.queue == queue, Outbox.died_at.is_(None), Outbox.due_at <= now
        )
    ).one()
    dead = select(func.count()).where(Outbox.queue == queue, Outbox.died_at.is_not(None))
    return Health(
        waiting=waiting,
        oldest_seconds=_age(oldest, now),
        unclaimed_seconds=_age(oldest_unclaimed, now),
        dead=session.scalar(dead) or 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTask:
    """The jobs of a task: `waiting` are due or being done, the oldest of them since `since`; `dead` were given up."""

    queue: str
    task: str
    waiting: int
    since: datetime | None
    dead: int


def by_task(session: Session, now: datetime) -> Sequence[OfTask]:
    """The jobs that are due, being done or dead, of each task that has some; what is not due yet is not read."""
    due = select(Outbox.queue, Outbox.task, func.count(), func.min(_SINCE)).where(
        Outbox.queue.in_(QUEUES), Outbox.died_at.is_(None), Outbox.due_at <= now
    )
    dead = select(Outbox.queue, Outbox.task, func.count()).where(
        Outbox.queue.in_(QUEUES), Outbox.died_at.is_not(None)
    )
    waiting = {(row[0], row[1]): row for row in session.execute(due.group_by(Outbox.queue, Outbox.task))}
    given_up = {(row[0], row[1]): row[2] for row in session.execute(dead.group_by(Outbox.queue, Outbox.task))}
    return [
        OfTask(
            queue=queue,
            task=task,
            waiting=waiting[queue, task][2] if (queue, task) in waiting else 0,
            since=waiting[queue, task][3] if (queue, task) in waiting else None,
            dead=given_up.get((queue, task), 0),
        )
        for queue, task in sorted({*waiting, *given_up})
    ]


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()


def is_due_by(session: Session, job_id: str, moment: datetime) -> bool:
    """Whether recurring work is being done, or is due at that moment at the latest."""
    row = session.get(Outbox, job_id)
    if row is None or row.died_at is not None:
        return False
    return row.leased_until is not None or row.due_at <= moment


def payload_of(session: Session, job_id: str) -> Json | None:
    """The payload of work that is to be done; None where there is none, or it is dead."""
    row = session.get(Outbox, job_id)
    return None if row is None or row.died_at is not None else row.payload


def is_dead(session: Session, job_id: str) -> bool:
    """Whether the work was given up."""
    row = session.get(Outbox, job_id)
    return row is not None and row.died_at is not None


def schedule(session: Session, job_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """Makes recurring work due at `due_at` at the latest, as the single row `job_id`; a dead one is revived.

    A fixed id, such as `look-17`, makes it impossible that the same recurring work is queued twice: many requests
    before then lead to one run. A job that is being done may not see what has happened now: it is done once more at
    `due_at`, after it has ended.
    """
    if _stays_due(session, job_id, due_at):
        return
    row = _find_or_add(session, job_id, task, payload, due_at)
    if row.died_at is not None:
        _reset(row, payload, due_at)
    elif row.leased_until is not None:
        row.again_at = due_at if row.again_at is None else min(row.again_at, due_at)
    elif row.due_at > due_at:
        _reset(row, row.payload, due_at)


def _stays_due(session: Session, job_id: str, due_at: datetime) -> bool:
    """Whether the job waits to be done and is due at `due_at` at the latest; then it stays so until this commits.

    SELECT ... FOR SHARE: no worker begins it before, so it sees what this transaction stores; and of a whole class that
    brings the same look forward nobody waits for another.
    """
    is_waiting = Outbox.died_at.is_(None) & Outbox.leased_until.is_(None) & (Outbox.due_at <= due_at)
    query = select(Outbox.id).where(Outbox.id == job_id, is_waiting)
    return session.scalar(query.with_for_update(read=True)) is not None


def schedule_unless_open(session: Session, job_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """As `schedule`, but a row that waits to be done stays as it is, for whichever time."""
    row = _find_or_add(session, job_id, task, payload, due_at)
    if row.died_at is not None or row.leased_until is not None:
        schedule(session, job_id, task, payload, due_at)


def schedule_if_absent(session: Session, job_id: str, task: str, payload: Json, due_at: datetime) -> None:
    """As `schedule`, where the row does not exist or is dead; called at each start for all recurring work."""
    row = session.get(Outbox, job_id)
    if row is None or row.died_at is not None:
        schedule(session, job_id, task, payload, due_at)


def reschedule(
    session: Session, job_id: str, task: str, payload: Json, due_at: datetime, *, or_sooner: bool = True
) -> None:
    """Called by recurring work at its own end: it is due again at `due_at`.

    `or_sooner`: where it was asked for while it was being done, it is due when that was wanted.
    """
    row = _find_or_add(session, job_id, task, payload, due_at)
    wanted = row.again_at if or_sooner else None
    _reset(row, payload, due_at if wanted is None else min(wanted, due_at))


def _unclaimed(queue: str, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    is_free = or_(Outbox.leased_until.is_(None), Outbox.leased_until <= now)
    return (Outbox.queue == queue) & Outbox.died_at.is_(None) & is_free


def _first_due(queue: str) -> ScalarSelect[datetime]:
    return select(func.min(Outbox.due_at)).where(_unclaimed(queue, bindparam("now"))).scalar_subquery()


#: When the first unclaimed job of each queue is due. Whether there is one that is due at some time would be another
#: question: PostgreSQL, once it has prepared that, expects many, and looks for the first one in the whole table.
_FIRST_DUE = select(*map(_first_due, QUEUES))


def _columns(job_id: str, task: str, payload: Json, due_at: datetime) -> Json:
    return {
        "id": job_id,
        "queue": QUEUE_OF.get(task, AWARDS),
        "task": task,
        "payload": payload,
        "award_id": payload.get("award_id"),
        "due_at": due_at,
        "created_at": due_at,
    }


def _find_or_add(session: Session, job_id: str, task: str, payload: Json, due_at: datetime) -> Outbox:
    def find() -> Outbox | None:
        return session.get(Outbox, job_id, with_for_update=True)

    # Of two that insert it at once, the second gets the row of the first.
    return find() or add_or_find(session, Outbox(**_columns(job_id, task, payload, due_at)), find)


def _reset(row: Outbox, payload: Json, due_at: datetime) -> None:
    row.payload, row.attempts, row.trouble = payload, 0, None
    row.due_at = row.created_at = due_at
    row.leased_until = row.again_at = row.died_at = None
