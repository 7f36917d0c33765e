"""Queries for events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, select
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
