"""Queries for events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from lti_tool.store.events import Act, as_act
from lti_tool.store.models import Event

#: How many rows are read at a time: the table grows for years.
_BATCH = 500


def events(
    session: Session,
    *,
    about: str | None = None,
    actor: str | None = None,
    what: str | None = None,
    since: datetime | None = None,
    issuer_id: str | None = None,
) -> Iterator[Act]:
    """The events, oldest first. `about` and `actor` are a kind, or a kind and an id: `award`, `award:17`."""
    query = select(Event).order_by(Event.id)
    if about is not None:
        kind, _, about_id = about.partition(":")
        query = query.where(Event.about_kind == kind)
        query = query.where(Event.about == about_id) if about_id else query
    if actor is not None:
        kind, _, actor_id = actor.partition(":")
        query = query.where(Event.actor_kind == kind)
        query = query.where(Event.actor == actor_id) if actor_id else query
    if issuer_id is not None:
        query = query.where(Event.issuer_id == issuer_id)
    if what is not None:
        query = query.where(Event.what == what)
    if since is not None:
        query = query.where(Event.at >= since)
    return _in_batches(session, query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events of an issuer are wanted: acts by that name, by or about a person, from a moment until another one.

    What is None limits nothing.
    """

    issuer_id: str
    what: str | None = None
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest_events(session: Session, wanted: Wanted, before: int | None, number: int) -> Sequence[Act]:
    """So many of the events at most, newest first: those before the one with that number, where there is one."""
    query = _wanted(wanted).order_by(Event.id.desc()).limit(number)
    return [
        as_act(row) for row in session.scalars(query if before is None else query.where(Event.id < before))
    ]


def wanted_events(session: Session, wanted: Wanted) -> Iterator[Act]:
    """All the events, oldest first."""
    return _in_batches(session, _wanted(wanted).order_by(Event.id))


def _wanted(wanted: Wanted) -> Select[Event]:
    query = select(Event).where(Event.issuer_id == wanted.issuer_id)
    if wanted.what is not None:
        query = query.where(Event.what == wanted.what)
    if wanted.person_id is not None:
        number = str(wanted.person_id)
        is_by = and_(Event.actor_kind == "person", Event.actor == number)
        query = query.where(or_(is_by, and_(Event.about_kind == "person", Event.about == number)))
    if wanted.since is not None:
        query = query.where(Event.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Event.at < wanted.until)
    return query


def _in_batches(session: Session, query: Select[Event]) -> Iterator[Act]:
    last = 0
    while rows := session.scalars(query.where(Event.id > last).limit(_BATCH)).all():
        last = rows[-1].id
        yield from map(as_act, rows)


def is_recorded_since(
    session: Session, what: str, about_kind: str, about: str, why: str, since: datetime
) -> bool:
    """Whether such an event has been recorded since then."""
    query = select(Event.id).where(
        Event.about_kind == about_kind,
        Event.about == about,
        Event.what == what,
        Event.why == why,
        Event.at >= since,
    )
    return session.scalar(query.limit(1)) is not None
