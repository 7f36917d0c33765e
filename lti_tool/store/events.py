"""Events: every act is recorded in the transaction that does it, and told to whoever follows once that is committed.

An act that is rolled back leaves no event, and one that is committed leaves one: the row is the record, and what a
follower makes of it, such as a line in the log, comes after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session, object_session

from lti_tool.store.event_owners import issuer_of
from lti_tool.store.models import Base, Event
from lti_tool.values import Json

#: Where a session keeps the rows of its events until they are committed.
_RECORDED = "recorded events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person by id, an operator by the account of their operating system, or the tool by itself.

    An `approver` is known by the id of the approval that their link answers: they need no account here.

    `unknown` is a visitor whose platform does not say who they are, or who has not shown it.
    """

    kind: Literal["person", "operator", "approver", "tool", "unknown"]
    id: str = ""

    @property
    def person_id(self) -> int | None:
        """The id of the person; None for any other actor."""
        return int(self.id) if self.kind == "person" else None

    @property
    def name(self) -> str:
        """The actor as events are listed and searched: `person:3`, or only `tool`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


TOOL = Actor(kind="tool")
UNKNOWN = Actor(kind="unknown")


def person(person_id: int | None) -> Actor:
    """The person as an actor; UNKNOWN where the platform does not say who it is."""
    return UNKNOWN if person_id is None else Actor(kind="person", id=str(person_id))


def operator(account: str) -> Actor:
    """The operator with that account."""
    return Actor(kind="operator", id=account[:100])


def approver(approval_id: int) -> Actor:
    """The approver who answers that approval."""
    return Actor(kind="approver", id=str(approval_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An event as a plain value. `actor` and `about` are a kind and an id: `person:3`, `award:17`, or only `tool`."""

    id: int
    at: datetime
    actor: str
    what: str
    about: str
    why: str
    data: Json

    def as_json(self) -> Json:
        """The event as JSON, for the log and for programs."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "actor": self.actor,
            "what": self.what,
            "about": self.about,
            "why": self.why,
            "data": self.data,
        }


def record(
    session: Session,
    what: str,
    about_kind: str,
    about: int | str,
    now: datetime,
    *,
    actor: Actor = TOOL,
    why: str = "",
    data: dict[str, Any] | None = None,
    issuer_id: str | None = None,
) -> None:
    """Records an act: `what` was done to `about`, and why, as a code. `data` holds ids, codes and numbers only.

    It is an act of the issuer with that key, else of the one to whom what it is about belongs.
    """
    row = Event(
        at=now,
        actor_kind=actor.kind,
        actor=actor.id,
        what=what,
        issuer_id=issuer_id or issuer_of(session, about_kind, about),
        about_kind=about_kind,
        about=str(about),
        why=why,
        data=data or {},
    )
    session.add(row)
    session.info.setdefault(_RECORDED, []).append(row)


def session_of(row: Base) -> Session:
    """The session that a row belongs to. Raises LookupError where it belongs to none: nothing would be stored."""
    session = object_session(row)
    if session is None:
        raise LookupError(f"a row of {row.__tablename__} belongs to no session")
    return session


def committed(session: Session) -> Sequence[Act]:
    """The events of a session whose transaction has just been committed; each is returned once."""
    # A row that was rolled back with a savepoint is no longer in the session.
    return [as_act(row) for row in session.info.pop(_RECORDED, ()) if row in session]


def as_act(row: Event) -> Act:
    """The row as a plain value."""
    return Act(
        id=row.id,
        at=row.at,
        actor=f"{row.actor_kind}:{row.actor}" if row.actor else row.actor_kind,
        what=row.what,
        about=f"{row.about_kind}:{row.about}" if row.about else row.about_kind,
        why=row.why,
        data=row.data,
    )
