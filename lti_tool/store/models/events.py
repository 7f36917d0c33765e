"""What was done, by whom and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class Event(Base):
    """One act, written in the transaction that does it. It holds ids and codes, never names, addresses or texts.

    `actor`: a person's id, an operator's account, an approval's id, or empty where the tool acted by itself;
    `actor_kind` says which. `issuer_id` is the issuer whose act it is, None for what all share. Only retention deletes
    events.
    """

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_about", "about_kind", "about", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(String(10))
    """person, operator, approver, tool, or unknown: a visitor whom nobody has named."""
    actor: Mapped[str] = mapped_column(String(100), default="")
    what: Mapped[str] = mapped_column(String(40))
    issuer_id: Mapped[str | None] = mapped_column(String(36), index=True)
    about_kind: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(String(40), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CountedEvents(Base):
    """How many events there have been of each name: one row, brought up to date by whoever reads the numbers.

    So counts stay right for ever, and to read them costs what is new, not what is there.
    """

    __tablename__ = "counted_events"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    """What they are counted for."""
    up_to: Mapped[int] = mapped_column(default=0)
    """The id of the last event that is counted."""
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the names of the events."""
