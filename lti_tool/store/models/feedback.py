"""What learners and others think of an achievement, as numbers of answers that name nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class FeedbackPool(Base):
    """The answers of one audience about a template, counted. No answer has a row, a number or a time of its own.

    `published` is what pages may show: a list of numbers for each question, by the value that was given. What came
    since is encrypted and always as long, so that two copies of the database do not tell what was answered between.
    """

    __tablename__ = "feedback_pool"

    template_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    audience: Mapped[str] = mapped_column(String(10), primary_key=True)
    """claim: learners who have just opened the badge; later: learners, months after; peer: whoever was invited."""
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    published: Mapped[dict[str, Any]]
    encrypted_pending: Mapped[bytes]


class FeedbackInvitation(Base):
    """A link by which one person who has no badge may answer. It is deleted as it is used, and names nobody."""

    __tablename__ = "feedback_invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36), index=True)
    audience: Mapped[str] = mapped_column(String(10))
    expires_at: Mapped[datetime] = mapped_column(index=True)
