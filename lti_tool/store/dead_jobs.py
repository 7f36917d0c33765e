"""Dead jobs of the outbox: listed, tried again and dropped.

A job is dead when it has failed too often or can never succeed. Nobody claims it until it is revived: then it is due at
once, and has all its attempts before it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from lti_tool.store import events, outbox
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, Outbox
from lti_tool.values import Json

#: The tasks that make credentials. Their cause may be mended by what a course, a launch or a new start brings.
ISSUING = ("issue", "replace")
#: The tasks that no issuer learns of: that there is an answer to a badge, which its learner alone sees until they
#: publish it, and who is asked what became of a badge, as whoever has answered is not. Commands list them.
OF_LEARNERS_ALONE = ("mail_answer", "mail_about_feedback")
#: How many ids are named in one statement.
AT_ONCE = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJob:
    """A dead job; `trouble` is why its last attempt failed."""

    id: str
    task: str
    payload: Json
    attempts: int
    died_at: datetime
    trouble: str

    @property
    def about(self) -> Mapping[str, int | str]:
        """The ids of what it is about, by their kinds: `award`, `delivery`, `course`, ..."""
        return {
            name.removesuffix("_id"): value for name, value in self.payload.items() if name.endswith("_id")
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadOfAwards:
    """What of some awards is dead: `awards` whose credential could not be made or replaced, and `deliveries`, by id."""

    awards: Collection[int]
    deliveries: Collection[int]


def dead(session: Session) -> Sequence[DeadJob]:
    """All dead jobs, those first that died first."""
    return _dead(session, Outbox.id.is_not(None))


def dead_of_issuers(session: Session) -> Sequence[DeadJob]:
    """As `dead`, without the tasks OF_LEARNERS_ALONE."""
    return _dead(session, Outbox.task.not_in(OF_LEARNERS_ALONE))


def dead_of_awards(session: Session, award_ids: Collection[int]) -> DeadOfAwards:
    """The dead jobs that these awards and their deliveries wait for."""
    found = [job for some in _in_parts(award_ids) for job in _dead(session, Outbox.award_id.in_(some))]
    return DeadOfAwards(
        awards={job.payload["award_id"] for job in found if job.task in ISSUING},
        deliveries={job.payload["delivery_id"] for job in found if job.task == "deliver"},
    )


def add_or_revive(session: Session, task: str, payloads: Collection[Json], now: datetime) -> None:
    """Adds jobs about awards that are due now; where the same one is dead, it is revived instead."""
    for some in _in_parts(payloads):
        of_them = Outbox.award_id.in_([payload["award_id"] for payload in some])
        same = [job.id for job in _dead(session, (Outbox.task == task) & of_them) if job.payload in some]
        revived = _revive(session, Outbox.id.in_(same), now) if same else []
        outbox.add_all(session, task, [payload for payload in some if payload not in revived], now)


def revive_issuing(session: Session, person_ids: Collection[int], now: datetime) -> None:
    """Revives the dead jobs that make credentials of these people."""
    for some in _in_parts(person_ids):
        theirs = select(Award.id).where(Award.person_id.in_(some))
        _revive(session, Outbox.task.in_(ISSUING) & Outbox.award_id.in_(theirs), now)


def revive_all_issuing(session: Session, now: datetime) -> None:
    """Revives all dead jobs that make credentials, of awards that exist."""
    _revive(session, Outbox.task.in_(ISSUING) & Outbox.award_id.in_(select(Award.id)), now)


def retry_award(session: Session, award_id: int, now: datetime, by: Actor) -> bool:
    """Revives the dead jobs about an award, without those OF_LEARNERS_ALONE; whether there were any."""
    if not _revive(session, (Outbox.award_id == award_id) & Outbox.task.not_in(OF_LEARNERS_ALONE), now):
        return False
    events.record(session, "work_retried", "award", award_id, now, actor=by)
    return True


def retry(session: Session, job: DeadJob, now: datetime, by: Actor) -> bool:
    """Revives the job; False where somebody else has revived or dropped it meanwhile."""
    if not _revive(session, Outbox.id == job.id, now):
        return False
    _record(session, "work_retried", job, now, by)
    return True


def drop(session: Session, job: DeadJob, now: datetime, by: Actor) -> bool:
    """Deletes the job for good; False where somebody else has revived or dropped it meanwhile."""
    which = (Outbox.id == job.id) & Outbox.died_at.is_not(None)
    if session.scalar(delete(Outbox).where(which).returning(Outbox.id)) is None:
        return False
    _record(session, "work_dropped", job, now, by)
    return True


def _in_parts(values: Collection[T]) -> Iterator[Sequence[T]]:
    every = list(values)
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))


def _record(session: Session, what: str, job: DeadJob, now: datetime, by: Actor) -> None:
    # An event is kept, and read by the issuer of an award.
    told: Mapping[str, int | str] = {} if job.task in OF_LEARNERS_ALONE else job.about
    about = ("award", told["award"]) if "award" in told else ("job", job.id)
    data = {"job": job.id, **told}
    events.record(session, what, *about, now, actor=by, why=job.task, data=data)


def _dead(session: Session, which: ColumnElement[bool]) -> Sequence[DeadJob]:
    query = select(
        Outbox.id, Outbox.task, Outbox.payload, Outbox.attempts, Outbox.died_at, Outbox.trouble
    ).where(Outbox.died_at.is_not(None), which)
    return [
        DeadJob(**{**row, "trouble": row["trouble"] or ""})
        for row in session.execute(query.order_by(Outbox.died_at, Outbox.id)).mappings()
    ]


def _revive(session: Session, which: ColumnElement[bool], now: datetime) -> Sequence[Json]:
    """The payloads of the jobs that were revived. Of two that revive one at once, only one gets it here."""
    revived = session.execute(
        update(Outbox)
        .where(Outbox.died_at.is_not(None), which)
        .values(
            attempts=0,
            trouble=None,
            due_at=now,
            created_at=now,
            leased_until=None,
            again_at=None,
            died_at=None,
        )
        .returning(Outbox.payload)
        .execution_options(synchronize_session=False)
    )
    return revived.scalars().all()
