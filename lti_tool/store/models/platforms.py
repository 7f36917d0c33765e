"""Platforms: invitations, registrations, deployments, and the keys of the tool for LTI messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base


class RegistrationRow(Base):
    """One client of one platform. Hosted Canvas has one `platform_id` for every school, so the pair is the key."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("platform_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    platform_id: Mapped[str]
    client_id: Mapped[str]
    auth_login_url: Mapped[str]
    auth_token_url: Mapped[str]
    jwks_url: Mapped[str]
    token_audience: Mapped[str | None]
    product: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    embed_origins: Mapped[list[str]] = mapped_column(default=list)
    tool_url: Mapped[str]
    """The URL of the tool that the platform uses: where it registered, or last launched. A moved tool has others."""
    only_listed_deployments: Mapped[bool] = mapped_column(default=False)
    """Whether launches from deployments that are not stored are refused; else each is stored at its first launch."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    """From when on its logins, launches and open pages are refused, and its courses are not looked at."""
    deployments: Mapped[list[DeploymentRow]] = relationship(order_by="DeploymentRow.id")


class DeploymentRow(Base):
    """A deployment of a registration, known from its registration, its first launch or a command."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]
    first_seen_at: Mapped[datetime]


class PlatformSelfTest(Base):
    """What the last self-test of a registration found, as `lti_tool.self_test.results` reads it. It names nobody."""

    __tablename__ = "platform_self_test"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    tested_at: Mapped[datetime]
    is_in_order: Mapped[bool]
    """Whether no step was found not to be in order; some may not have been tried yet."""
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SourceAccess(Base):
    """What a source of observations was given to be used on a platform; with a course, in that course.

    `encrypted_secrets` is a JSON object of texts by name, encrypted with the key-encryption key of the settings.
    """

    __tablename__ = "source_access"
    __table_args__ = (
        Index("ix_source_access_of_course", "course_id", "source", unique=True),
        Index(
            "ix_source_access_of_platform",
            "registration_id",
            "source",
            unique=True,
            postgresql_where=text("course_id IS NULL"),
            sqlite_where=text("course_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who permitted it at the platform in their own name: it goes with them."""
    source: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Texts by name."""
    refused_at: Mapped[datetime | None]
    """When a message was refused last; None again once one was accepted."""
    encrypted_secrets: Mapped[bytes | None]
    changed_at: Mapped[datetime]


class ToolKeyRow(Base):
    """An RSA key for LTI messages; its private key is encrypted with the key-encryption key of the settings.

    The newest one signs. A retired key and a compromised one are not published: platforms refuse what they sign.
    """

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    encrypted_pem: Mapped[bytes]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]
    """From when on somebody else may have signed with it."""


class Invitation(Base):
    """Permission to register one platform by a code, of which only the SHA-256 is stored."""

    __tablename__ = "invitation"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """When a registration with it began; it is given back where nothing was registered."""
    used_at: Mapped[datetime | None]
