"""The ledger: looks at platforms, and the observations that they and others made. Rows are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base, index_where

#: A query names the condition with these very words, or the index is not taken.
OUTSIDE_COURSES = "course_id IS NULL"


class LookRow(Base):
    """One look of one source at a course.

    `outcome`: begun; answered; failed; overtaken by a look that began later. The row is there before the platform is
    asked, so that of two looks at once only the later one writes. A look whose worker died stays begun.
    """

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_course", "course_id", "source", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    source: Mapped[str] = mapped_column(String(40))
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(10))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Numbers only."""
    trouble: Mapped[dict[str, Any] | None]
    """Why it failed: a UserFacingError as JSON."""


class ObservationRow(Base):
    """A `lti_tool.observations.Observation`. It holds ids, never names or addresses.

    It is of a course, or else of the issuer whose own rules it was observed for.
    """

    __tablename__ = "observation"
    __table_args__ = (
        Index("ix_observation_course", "course_id", "seen_at"),
        Index("ix_observation_course_person", "course_id", "person_id", "kind"),
        Index("ix_observation_person", "person_id"),
        index_where("ix_observation_issuer_person", ("issuer_id", "person_id"), OUTSIDE_COURSES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    issuer_id: Mapped[str | None] = mapped_column(ForeignKey("issuer.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(40))
    resource: Mapped[str] = mapped_column(default="")
    value: Mapped[Any] = mapped_column(JSON)
    seen_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    look_id: Mapped[int | None] = mapped_column(ForeignKey("look.id"), index=True)
