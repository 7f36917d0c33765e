"""Background jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base, index_where


class Outbox(Base):
    """A job that is to be done, or that is dead; `lti_tool.store.outbox` explains it."""

    __tablename__ = "outbox"
    __table_args__ = (
        index_where("ix_outbox_due", ("queue", "due_at"), "died_at IS NULL"),
        index_where("ix_outbox_dead", ("queue", "died_at"), "died_at IS NOT NULL"),
        Index("ix_outbox_award", "award_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    queue: Mapped[str] = mapped_column(String(10))
    task: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    award_id: Mapped[int | None]
    """The award that it is about, by its payload; no foreign key, which would be checked for each of many jobs."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    """Until when it is a worker's; None where nobody has claimed it."""
    again_at: Mapped[datetime | None]
    """When it was asked to be done once more, while it is being done."""
    died_at: Mapped[datetime | None]
    """When it had failed too often, or for a reason that does not go away."""
    trouble: Mapped[str | None]
    """Why the last attempt failed."""
    created_at: Mapped[datetime]
