"""Sessions of launched pages, and short-lived values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base
from lti_tool.store.models.people import Course, Person
from lti_tool.store.models.platforms import RegistrationRow
from lti_tool.store.models.rules import AwardRule


class ExpiringValue(Base):
    """A mark, ticket, code or token, until it is used or expires."""

    __tablename__ = "expiring_value"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LaunchSession(Base):
    """One launch, and what its pages may do. Only the page has the token; its SHA-256 is stored."""

    __tablename__ = "launch_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    deployment_id: Mapped[str]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_link.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("award_rule.id"), index=True)
    is_teacher: Mapped[bool]
    is_learner: Mapped[bool]
    may_write_templates: Mapped[bool]
    language: Mapped[str]
    timezone: Mapped[str | None]
    link_place: Mapped[str | None]
    """Where in the course the link was opened; None for a place that no restriction covers."""
    deep_linking: Mapped[dict[str, Any] | None]
    embed_origins: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_used_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    course: Mapped[Course | None] = relationship()
    person: Mapped[Person | None] = relationship()
    rule: Mapped[AwardRule | None] = relationship()
    registration: Mapped[RegistrationRow] = relationship()
