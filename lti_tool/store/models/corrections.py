"""What learners ask to have corrected in their badges."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import Award
from lti_tool.store.models.base import Base, one_where


class CorrectionRequest(Base):
    """What a learner finds wrong in a badge, in their own words, for the teachers of its course; one at a time."""

    __tablename__ = "correction_request"
    __table_args__ = (one_where("ix_correction_request_open", "award_id", "settled_at IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    words: Mapped[str]
    asked_at: Mapped[datetime]
    mailed_to: Mapped[list[int]] = mapped_column(JSON, default=list)
    """The teachers who were mailed it, by id; each is mailed it once."""
    settled_at: Mapped[datetime | None]
    award: Mapped[Award] = relationship()
