"""Requests to approve a teacher's draft, and their answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, one_where
from lti_tool.store.models.people import Person


class Approval(Base):
    """What one approver is asked about one draft, by the draft's hash; a `request` asks several.

    The operator is asked by each request, as `approver` "", and answers by a command. The others get a link, of whose
    code only the SHA-256 is stored.
    """

    __tablename__ = "approval"
    __table_args__ = (
        # Nobody is asked twice at once, and a version is approved once, however many answer at the same time.
        one_where("ix_approval_open", ("template_version_id", "approver"), "status = 'open'"),
        one_where("ix_approval_approved", "template_version_id", "status = 'approved'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    request: Mapped[int]
    """The number of the request for this version, from 1."""
    draft_hash: Mapped[str] = mapped_column(String(64))
    approver: Mapped[str]
    """An e-mail address of the issuer's settings."""
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(10), default="open")
    """open, approved, declined; answered (by another), withdrawn (by a teacher), changed (the draft), expired,
    unreached (the mail could not be delivered)."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When the link ends; None for the operator, who can always answer."""
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was declined, as it was typed."""
    asked_by: Mapped[Person | None] = relationship()
