"""Retention: what is no longer kept is deleted every day, some people at a time, and how much that was is an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from lti_tool.issuing.issuers import Issuers
from lti_tool.organisations.organisations import forget_unproved
from lti_tool.privacy.erasure import empty_person, words_of
from lti_tool.privacy.periods import Periods
from lti_tool.privacy.person_facts import facts_of
from lti_tool.privacy.retention_plan import Plan, plan
from lti_tool.store import Session, events, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Person
from lti_tool.values import Json

#: How many people are looked at in one transaction: some tens of milliseconds.
PEOPLE_AT_ONCE = 200
#: How many rows are deleted by their own age in one transaction.
ROWS_AT_ONCE = 5000
#: How many parts are done by one job.
PARTS_AT_ONCE = 50
#: From the beginning of one pass over everybody to the next.
EVERY = timedelta(days=1)


class Keeps(Protocol):
    """The database, the issuers and the operator's periods; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...
    @property
    def issuers(self) -> Issuers: ...
    @property
    def periods(self) -> Periods: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a pass is: when it began, `after` which person it goes on, and how much it has deleted (`counts`).

    `is_over`: nothing is left to do before the next.
    """

    began_at: datetime
    after: int
    counts: Mapping[str, int]
    is_over: bool

    def as_json(self) -> Json:
        """As the job keeps it."""
        return {
            "began_at": self.began_at.isoformat(),
            "after": self.after,
            "counts": dict(self.counts),
            "is_over": self.is_over,
        }


def retain(tool: Keeps, kept: Json, now: datetime) -> Progress:
    """Does some parts of a pass over everybody, each in a transaction of its own; how far it is then.

    `kept` is the Progress before, as JSON; a pass begins a day after the one before began. Its event is recorded with
    its end: numbers only.
    """
    progress = _read(kept, now)
    for _ in range(PARTS_AT_ONCE):
        if progress.is_over:
            break
        progress = _part(tool, progress, now)
    return progress


def _read(kept: Json, now: datetime) -> Progress:
    fresh = Progress(began_at=now, after=0, counts={}, is_over=False)
    if "began_at" not in kept:
        return fresh
    began_at = datetime.fromisoformat(kept["began_at"])
    if kept["is_over"] and now - began_at >= EVERY:
        return fresh
    return Progress(began_at=began_at, after=kept["after"], counts=kept["counts"], is_over=kept["is_over"])


def _part(tool: Keeps, progress: Progress, now: datetime) -> Progress:
    with tool.store.read() as session:
        people = queries.retention.people_after(session, progress.after, PEOPLE_AT_ONCE)
        plans = plans_for(session, tool.issuers, tool.periods, people, now)
    counts = Counter(progress.counts)
    changed = [each.person_id for each in plans if not each.is_empty]
    if changed:
        with tool.store.begin() as session:
            counts += _carry_out(session, tool, changed, now)
    if people:
        return replace(progress, after=people[-1], counts=counts)
    with tool.store.begin() as session:
        aged = _delete_by_age(session, tool.periods, now)
        counts += aged
        is_over = max(aged.values(), default=0) < ROWS_AT_ONCE
        if is_over and counts:
            events.record(session, "no_longer_kept", "installation", "", now, data=dict(counts))
    return replace(progress, counts=counts, is_over=is_over)


def plans_for(
    session: Session, issuers: Issuers, periods: Periods, person_ids: Collection[int], now: datetime
) -> Sequence[Plan]:
    """What of these people is no longer kept now."""
    return [plan(each, periods, now) for each in facts_of(session, issuers, person_ids, now)]


def _carry_out(session: Session, tool: Keeps, person_ids: Sequence[int], now: datetime) -> Counter[str]:
    # What a look or a launch has stored meanwhile is seen now, and what comes later waits for the rows.
    people = {row.id: row for row in queries.retention.lock_people(session, person_ids)}
    counts: Counter[str] = Counter()
    for each in plans_for(session, tool.issuers, tool.periods, people.keys(), now):
        counts += _forget(session, people[each.person_id], each, now)
    return counts


def _forget(session: Session, person: Person, planned: Plan, now: datetime) -> Counter[str]:
    counts = Counter({"awards": len(planned.awards)})
    if planned.is_forgotten:
        ids = queries.removed_credentials.ids_of_person(session, person.id)
        empty_person(session, person, words_of(session, person), ids, "ended", now)
        queries.people.delete_or_empty(session, person, now)
        counts["people"] += 1
        return +counts
    if planned.awards:
        queries.retention.delete_awards(session, planned.awards, now)
    for course_id in planned.courses:
        delete = (
            queries.retention.delete_observations_but_staff
            if course_id in planned.but_staff
            else queries.retention.delete_observations
        )
        counts["observations"] += delete(session, person.id, course_id)
    return +counts


def _delete_by_age(session: Session, periods: Periods, now: datetime) -> Counter[str]:
    retention = queries.retention
    counts = Counter(
        {
            "events": retention.delete_old_events(session, now - periods.events, ROWS_AT_ONCE),
            "mails": retention.delete_old_mails(session, now - periods.mails, ROWS_AT_ONCE),
            "jobs": retention.delete_old_jobs(session, now - periods.jobs),
            "organisations": forget_unproved(session, now, ROWS_AT_ONCE),
            "prior_learning": queries.prior_learning.delete_unchanged_since(
                session, now - periods.prior_learning, ROWS_AT_ONCE
            ),
            "observations": retention.delete_old_outside(session, now - periods.observations, ROWS_AT_ONCE),
            "bulk_acts": queries.bulk_acts.delete_asked_before(session, now - periods.bulk_acts),
        }
    )
    return +counts
