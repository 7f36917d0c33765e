"""Events: every act is recorded in the transaction that does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from lti_tool.store.models import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person by id, an operator by the account of their operating system, or the tool by itself."""

    kind: Literal["person", "operator", "tool"]
    id: str = ""


TOOL = Actor(kind="tool")


def person(person_id: int | None) -> Actor:
    """The person as an actor; the tool where there is none."""
    return TOOL if person_id is None else Actor(kind="person", id=str(person_id))


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
) -> None:
    """Records an act: `what` was done to `about`, and why, as a code. `data` holds ids and numbers only."""
    session.add(
        Event(
            at=now,
            actor_kind=actor.kind,
            actor=actor.id,
            what=what,
            about_kind=about_kind,
            about=str(about),
            why=why,
            data=data or {},
        )
    )
