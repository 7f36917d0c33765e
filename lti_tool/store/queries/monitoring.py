"""Queries for monitoring. What they cost does not grow with the tables: they read what is new, or the newest rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import CountedEvents, Course, Event, LookRow
from lti_tool.store.queries.common import FOR_UPDATE, add_or_find

#: An event of a transaction that takes longer than this to commit is not counted: ids are given in another order.
COMMITTED_AFTER = timedelta(seconds=60)
#: How many events are counted at once, at most. After an update with millions of them a few more readings bring all.
MOST_EVENTS = 100_000
#: The newest looks that are read; an installation with thousands of courses makes so many in half an hour.
MOST_LOOKS = 10_000

#: Of the only row.
_NAME = "metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLooks:
    """Of a platform, among the newest looks: how many `began` since the moment asked for, by their outcomes.

    `answered_at`: when the last began that was answered; None where none of the newest was.
    """

    registration_id: int
    began: Mapping[str, int]
    answered_at: datetime | None


def count_events(session: Session, now: datetime) -> Mapping[str, int]:
    """How many events there have been of each name, a minute ago. The row with the counts stays locked."""
    row = _counted(session)
    settled = select(Event.id, Event.what).where(Event.id > row.up_to, Event.at <= now - COMMITTED_AFTER)
    newest = settled.order_by(Event.id).limit(MOST_EVENTS).subquery()
    counted = select(newest.c.what, func.count(), func.max(newest.c.id)).group_by(newest.c.what)
    numbers = dict(row.numbers)
    for what, number, last in session.execute(counted):
        numbers[what] = numbers.get(what, 0) + number
        row.up_to = max(row.up_to, last)
    row.numbers = numbers
    return numbers


def _counted(session: Session) -> CountedEvents:
    def locked() -> CountedEvents | None:
        return session.get(CountedEvents, _NAME, with_for_update=FOR_UPDATE)

    return locked() or add_or_find(session, CountedEvents(name=_NAME, up_to=0, numbers={}), locked)


def recent_looks(session: Session, since: datetime) -> Sequence[RecentLooks]:
    """The newest looks, by platform."""
    newest = (
        select(LookRow.course_id, LookRow.outcome, LookRow.began_at)
        .order_by(LookRow.began_at.desc())
        .limit(MOST_LOOKS)
        .subquery()
    )
    last = func.max(newest.c.began_at)
    number = func.count().filter(newest.c.began_at >= since)
    query = (
        select(Course.registration_id, newest.c.outcome, number, last)
        .join(newest, newest.c.course_id == Course.id)
        .group_by(Course.registration_id, newest.c.outcome)
    )
    found: dict[int, list[tuple[str, int, datetime]]] = {}
    for registration_id, outcome, count, began_at in session.execute(query):
        found.setdefault(registration_id, []).append((outcome, count, began_at))
    return [
        RecentLooks(
            registration_id=registration_id,
            began={outcome: count for outcome, count, _ in looks},
            answered_at=next((at for outcome, _, at in looks if outcome == "answered"), None),
        )
        for registration_id, looks in sorted(found.items())
    ]
