"""Reviews of templates as they were recorded, and which reminders of them went out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class TemplateReview(Base):
    """A review of a template, in the version that was offered then. It is never changed: who errs records another one.

    `number`: of the template's reviews, from 1, so of two at once the second is refused. `day` and `next_day` are days
    of the issuer's (ISO 8601). `answers`: findings in words, by the codes of the questions; `overlap`: none or some,
    empty where nobody has looked. `numbers`: what was looked at, as of that day; it names nobody.
    """

    __tablename__ = "template_review"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36))
    version: Mapped[int]
    number: Mapped[int]
    conclusion: Mapped[str] = mapped_column(String(10))
    """goes_on, change or retire."""
    answers: Mapped[dict[str, Any]]
    overlap: Mapped[str] = mapped_column(String(10))
    numbers: Mapped[dict[str, Any]]
    day: Mapped[str] = mapped_column(String(10))
    next_day: Mapped[str] = mapped_column(String(10))
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    reviewed_at: Mapped[datetime]


class ReviewReminder(Base):
    """That the issuer was reminded of the review of a template that is due by a day: once before it, once after it."""

    __tablename__ = "review_reminder"

    template_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    due_day: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    """soon or overdue."""
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    reminded_at: Mapped[datetime]
