"""Templates, as versions, with the history of their changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.approvals import Approval
from lti_tool.store.models.base import Base
from lti_tool.store.models.people import Course, Person


class TemplateVersion(Base):
    """One version of a template; a published version is never changed.

    It belongs to the course it was created in, whose teachers may edit it; without a course, to the institution.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36), index=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    """draft, published or retired."""
    name: Mapped[str]
    """In the template's own language, for lists."""
    body: Mapped[dict[str, Any]]
    """As `badges.template.model.template_as_json` returns it."""
    picture: Mapped[bytes]
    """A PNG; empty in a draft whose picture will be drawn from the body when it is published."""
    drawing: Mapped[bytes] = mapped_column(default=b"", deferred=True)
    """The same picture as an SVG, where it was designed; else empty. Few who read the row need it."""
    own_picture: Mapped[bool] = mapped_column(default=False)
    """Whether the picture was uploaded, not drawn."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    course: Mapped[Course | None] = relationship()
    changes: Mapped[list[TemplateChange]] = relationship(
        order_by="TemplateChange.id", cascade="all, delete-orphan"
    )
    approvals: Mapped[list[Approval]] = relationship(order_by="Approval.id", cascade="all, delete-orphan")


class TemplateChange(Base):
    """An entry of a template's history. Without a learner's row it was the institution: its operator or a command."""

    __tablename__ = "template_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    """begun, copied, imported, edited, asked, withdrawn, approved, declined, published or retired."""
    fields: Mapped[list[str]] = mapped_column(default=list)
    """The fields that an edit changed."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    person: Mapped[Person | None] = relationship()
