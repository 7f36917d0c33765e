"""Awards with their credentials and deliveries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, one_where
from lti_tool.store.models.issuers import StatusList
from lti_tool.store.models.people import Course, Person
from lti_tool.store.models.rules import AwardRule
from lti_tool.store.models.templates import TemplateVersion


class Award(Base):
    """A learner's award of a template in a course; the unique constraint lets it be earned only once.

    It keeps the versions of rule and template by which it was decided, and the trace of that decision.

    `status`: earned, waiting (`waiting_for` names what), issued, revoked.
    """

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("course_id", "template_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    template_id: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"))
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"))
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    status: Mapped[str] = mapped_column(String(10), default="earned")
    waiting_for: Mapped[list[str]] = mapped_column(default=list)
    score: Mapped[Decimal | None]
    trace: Mapped[dict[str, Any]]
    """The decision as JSON: `lti_tool.conditions.decide.Decision.as_json`."""
    completed_at: Mapped[datetime]
    earned_at: Mapped[datetime]
    course: Mapped[Course | None] = relationship()
    person: Mapped[Person] = relationship()
    rule: Mapped[AwardRule] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()
    credentials: Mapped[list[CredentialRow]] = relationship(
        back_populates="award", order_by="CredentialRow.issued_at"
    )
    credential: Mapped[CredentialRow | None] = relationship(
        primaryjoin="and_(CredentialRow.award_id == Award.id, CredentialRow.replaced_at.is_(None))",
        viewonly=True,
    )
    """The one that was not replaced."""
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="award", order_by="Delivery.id")


class CredentialRow(Base):
    """The signed credential, byte for byte, as JSON and as a JWT; a badge is baked from `text` when it is requested.

    An award has one at a time. It may be replaced, for example to be bound to a holder; both are kept.
    """

    __tablename__ = "credential"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"))
    text: Mapped[str] = mapped_column(Text)
    """JSON with its embedded proofs."""
    jwt: Mapped[str] = mapped_column(Text)
    """The same credential as a compact JWS."""
    language: Mapped[str]
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    holder: Mapped[str | None]
    """Whom it is bound to, by their identifier; None where it is bound to nobody."""
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    replaced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None]
    suspended_at: Mapped[datetime | None]
    suspension_reason: Mapped[str | None]
    award: Mapped[Award] = relationship(back_populates="credentials")
    status_list: Mapped[StatusList] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()

    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index"),
        # Two workers may issue the same award at once: the second is refused.
        one_where("ix_credential_current", "award_id", "replaced_at IS NULL"),
    )


class Delivery(Base):
    """The delivery of an award by one channel. `status`: pending, sent, failed."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("award_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    channel: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default="pending")
    reference: Mapped[str | None]
    trouble: Mapped[dict[str, Any] | None]
    sent_at: Mapped[datetime | None]
    award: Mapped[Award] = relationship(back_populates="deliveries")


class MailedChange(Base):
    """The last change of a result under an award that was mailed to a teacher: each is mailed once to each teacher."""

    __tablename__ = "mailed_change"

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    """The teacher."""
    seen_at: Mapped[datetime]
    """When the newest of the changes was seen, by the look's own time: an observation's `seen_at`."""
    mailed_at: Mapped[datetime]
