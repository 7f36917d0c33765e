"""The tables. A row has columns and relationships, no behaviour; `badges` and `signing` never see one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from signing.keys import Algorithm


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC: SQLite would hand back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time was to be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Score(TypeDecorator[Decimal]):
    """A Decimal from 0 to 1 as text: SQLite has no exact numbers."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    type_annotation_map = {
        datetime: Instant,
        Decimal: Score,
        dict[str, Any]: JSON,
        list[str]: JSON,
        bytes: LargeBinary,
    }


# --- platforms


class RegistrationRow(Base):
    """One client of one platform. Hosted Canvas has one `platform_id` for every school, so the pair is the key."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("platform_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[str]
    client_id: Mapped[str]
    auth_login_url: Mapped[str]
    auth_token_url: Mapped[str]
    jwks_url: Mapped[str]
    token_audience: Mapped[str | None]
    product: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    embed_origins: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class DeploymentRow(Base):
    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]
    first_seen_at: Mapped[datetime]


class ToolKeyRow(Base):
    """An RSA key for LTI messages; `sealed_pem` is encrypted with the key-encryption key of the settings."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    sealed_pem: Mapped[bytes]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Invitation(Base):
    """Leave to register one platform; only the code's SHA-256 is kept."""

    __tablename__ = "invitation"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OneTime(Base):
    """A state, nonce or ticket: written once, taken once."""

    __tablename__ = "one_time"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


# --- people and courses


class Learner(Base):
    """A person of a platform, as launches and memberships last told; the only place of names and addresses."""

    __tablename__ = "learner"
    __table_args__ = (UniqueConstraint("registration_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    user_id: Mapped[str]
    name: Mapped[str | None]
    email: Mapped[str | None]
    language: Mapped[str | None]


class Course(Base):
    """An LTI context: the services it offers, as its launches last told."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("registration_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    context_id: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    memberships_url: Mapped[str | None]
    line_items_url: Mapped[str | None]
    concluded_at: Mapped[datetime | None]
    registration: Mapped[RegistrationRow] = relationship()


class LaunchSession(Base):
    """One launch, and what its pages may do. The token itself is known to the page alone."""

    __tablename__ = "launch_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("award_rule.id"))
    is_teacher: Mapped[bool]
    is_learner: Mapped[bool]
    language: Mapped[str]
    deep_linking: Mapped[dict[str, Any] | None]
    embed_origins: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    course: Mapped[Course | None] = relationship()
    learner: Mapped[Learner | None] = relationship()
    rule: Mapped[AwardRule | None] = relationship()
    registration: Mapped[RegistrationRow] = relationship()


# --- what may be earned


class TemplateVersion(Base):
    """A template as it was at one version; a published version is never written again.

    It belongs to the course it was begun in, whose teachers may change it; without a course, to the institution.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[str] = mapped_column(String(36), index=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    """draft, published or retired."""
    name: Mapped[str]
    """In its first language, for lists."""
    body: Mapped[dict[str, Any]]
    """As `badges.template.model.template_as_json` gives it."""
    picture: Mapped[bytes]
    """A PNG. A draft has none yet, where it is not given but drawn from the body."""
    own_picture: Mapped[bool] = mapped_column(default=False)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    course: Mapped[Course | None] = relationship()
    changes: Mapped[list[TemplateChange]] = relationship(
        order_by="TemplateChange.id", cascade="all, delete-orphan"
    )


class TemplateChange(Base):
    """Who did what to a template when. Without a learner's row it was the institution, at its own computer."""

    __tablename__ = "template_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    """begun, copied, imported, edited, published or retired."""
    fields: Mapped[list[str]] = mapped_column(default=list)
    """The fields that an edit changed."""
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id"))
    at: Mapped[datetime]
    learner: Mapped[Learner | None] = relationship()


class AwardRule(Base):
    """A badge switched on in a course: by which trigger, on which link, from which score."""

    __tablename__ = "award_rule"
    __table_args__ = (UniqueConstraint("course_id", "resource_link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[str]
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    trigger: Mapped[str] = mapped_column(String(40))
    minimum_score: Mapped[Decimal | None]
    line_item_url: Mapped[str | None]
    not_before: Mapped[datetime | None]
    """Nothing is issued before: for grades that are hidden until a date, which the platform lists all the same."""
    needs_tick: Mapped[bool] = mapped_column(default=False)
    """A teacher ticks each learner, whatever the trigger saw."""
    paused: Mapped[bool] = mapped_column(default=False)
    gate_confirmed_at: Mapped[datetime | None]
    """When a teacher said that the link is restricted: on platforms whose lists cannot show it."""
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    trouble: Mapped[dict[str, Any] | None]
    """Why the last check did not succeed, in words for the teacher."""
    everyone_can_open: Mapped[bool] = mapped_column(default=False)
    course: Mapped[Course] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()


class Sighting(Base):
    """When a member was first seen outside and inside the list of those who may open the rule's link."""

    __tablename__ = "sighting"
    __table_args__ = (UniqueConstraint("rule_id", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"))
    outside_at: Mapped[datetime | None]
    inside_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    """When the learner opened the link themselves, in the learner's role."""
    score: Mapped[Decimal | None]
    learner: Mapped[Learner] = relationship()


class Award(Base):
    """A learner's achievement in a course, earned once: the unique triple makes a repeated completion harmless.

    `status`: earned, waiting (`waiting_for` names what), issued, revoked.
    """

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("course_id", "template_id", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    template_id: Mapped[str] = mapped_column(String(36))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"))
    status: Mapped[str] = mapped_column(String(10), default="earned")
    waiting_for: Mapped[list[str]] = mapped_column(default=list)
    score: Mapped[Decimal | None]
    evidence: Mapped[dict[str, Any]]
    completed_at: Mapped[datetime]
    earned_at: Mapped[datetime]
    course: Mapped[Course] = relationship()
    learner: Mapped[Learner] = relationship()
    rule: Mapped[AwardRule] = relationship()
    credential: Mapped[CredentialRow | None] = relationship(back_populates="award")
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="award", order_by="Delivery.id")


class CredentialRow(Base):
    """What was signed, kept byte for byte, in both proofs; the picture is baked anew from `text` when asked for."""

    __tablename__ = "credential"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    issuer_id: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    """JSON with the embedded proof."""
    jwt: Mapped[str] = mapped_column(Text)
    """The same credential as a compact JWS."""
    language: Mapped[str]
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None]
    suspended_at: Mapped[datetime | None]
    suspension_reason: Mapped[str | None]
    award: Mapped[Award] = relationship(back_populates="credential")
    status_list: Mapped[StatusList] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()

    __table_args__ = (UniqueConstraint("status_list_id", "status_index"),)


class Delivery(Base):
    """One channel's delivery of an award. `status`: pending, sent, failed."""

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


# --- the issuer's keys and status lists


class SigningKeyRow(Base):
    """A key credentials are signed with; `kept` is what its vault needs to find the private one, never that itself."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(index=True)
    algorithm: Mapped[Algorithm] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]]
    vault: Mapped[str] = mapped_column(String(10))
    kept: Mapped[bytes | None]
    """None where the private key is lost, and only what it signed is still to be checked."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]
    """From when on somebody else may have signed with it."""


class StatusList(Base):
    """A Bitstring Status List of one issuer and purpose: `bits`, and the signed list as it is served: `text`, `jwt`."""

    __tablename__ = "status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    bits: Mapped[bytes]
    text: Mapped[str | None] = mapped_column(Text)
    jwt: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None]
    signed_with: Mapped[list[str]] = mapped_column(default=list)
    """The keys, by their `kid`: once another one signs, the list is signed anew."""


class Settled(Base):
    """What was settled once and is not changed by a setting alone: who the issuer is, where its words are served."""

    __tablename__ = "settled"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[str]
    settled_at: Mapped[datetime]


class CompiledTemplate(Base):
    """What was compiled of an achievement, to sign without JSON-LD. Holds nothing of a learner; made anew when lost."""

    __tablename__ = "compiled_template"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The SHA-256 of `stored`."""
    name: Mapped[str] = mapped_column(index=True)
    stored: Mapped[str] = mapped_column(Text)


# --- work to be done


class Outbox(Base):
    """The only truth about work to be done. `status`: pending, sent, done, dead."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    task: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(index=True)
    trouble: Mapped[str | None]
    created_at: Mapped[datetime]
