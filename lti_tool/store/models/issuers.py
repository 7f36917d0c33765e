"""Issuers with their profiles, addresses, keys and status lists; compiled forms and stored settings."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, one_where
from signing.keys import Algorithm


class IssuerRow(Base):
    """An issuer, to whom registrations, templates, rules, awards, keys and status lists belong.

    `id` says nothing and never changes; who the issuer is stands in its profile, and where it is found in its address.
    """

    __tablename__ = "issuer"
    __table_args__ = (one_where("ix_issuer_first", "is_first", "is_first"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    is_first: Mapped[bool] = mapped_column(default=False)
    """Whether it is the one of ISSUER_FILE."""
    created_at: Mapped[datetime]


class IssuerProfileRow(Base):
    """One version of an issuer's profile; the newest counts, and nothing is issued before it is confirmed.

    It is confirmed by a person, or made as such where the legal identity is the one that was confirmed last.
    """

    __tablename__ = "issuer_profile"
    __table_args__ = (UniqueConstraint("issuer_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    """As config/issuer.example.toml, but for the slug, which belongs to the address, and the logo: its SHA-256."""
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    """The PNG; it is read by nothing but its own address, and the badges that show it."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the legal identity: `lti_tool.issuing.legal_identity.fingerprint`."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    """The actor, as events name it."""
    source: Mapped[str] = mapped_column(String(10))
    """Where it was written: "file" or "page". A version of a page that the file repeats later is one of the file."""
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(String(120), default="")


class IssuerAddress(Base):
    """Where an issuer is or was found. A badge names the address of its day, so every one goes on answering."""

    __tablename__ = "issuer_address"
    __table_args__ = (
        UniqueConstraint("tool_url", "slug"),
        one_where("ix_issuer_address_current", "issuer_id", "left_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    tool_url: Mapped[str]
    slug: Mapped[str] = mapped_column(String(64), index=True)
    did: Mapped[str] = mapped_column(index=True)
    """The issuer's id in credentials made under this address: it follows from the two others."""
    since: Mapped[datetime]
    left_at: Mapped[datetime | None]
    """None for the current address."""


class IssuerPermission(Base):
    """An operator's permission that courses of a platform award badges of another issuer than their own.

    Without a course it is for all courses of the platform.
    """

    __tablename__ = "issuer_permission"
    __table_args__ = (UniqueConstraint("registration_id", "course_id", "issuer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    given_at: Mapped[datetime]


class SigningKeyRow(Base):
    """A key pair that credentials are signed with; the private key is in the vault that `vault` names."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    algorithm: Mapped[Algorithm] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]]
    vault: Mapped[str] = mapped_column(String(10))
    vault_data: Mapped[bytes | None]
    """What the vault needs to find the private key; None where that is lost, and only old signatures are checked."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]
    """From when on somebody else may have signed with it."""


class StatusList(Base):
    """A Bitstring Status List of one issuer, address and purpose, and the signed list as it is served.

    It names the issuer as the credentials in it do, so it belongs to the address that they were made under.
    `text` (JSON with its proof) is None where `bits` have changed since it was signed; `jwt` is the same list as a JWT.
    """

    __tablename__ = "status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("issuer_address.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    taken: Mapped[int] = mapped_column(default=0)
    """How many of its entries were given out, to credentials that were erased or never stored too.

    All of them where nobody knows it any more, as after a restored backup: no further one is given out.
    """
    order_secret: Mapped[bytes] = mapped_column(default=lambda: secrets.token_bytes(16))
    """By which the entries are given out in an order of their own: `signing.status.index_of`."""
    bits: Mapped[bytes]
    text: Mapped[str | None] = mapped_column(Text)
    jwt: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None]
    signed_with: Mapped[list[str]] = mapped_column(default=list)
    """The `kid`s of the keys; the list is signed again once other keys are the current ones."""
    address: Mapped[IssuerAddress] = relationship()


class VerificationCount(Base):
    """How many genuine badges of an issuer were handed to the verifier's page on one of the issuer's days.

    Of who asked, and about which badge, it says nothing.
    """

    __tablename__ = "verification_count"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """As 2026-11-30."""
    number: Mapped[int]


class InstallationSetting(Base):
    """A value fixed at the first start or by a command: the extension's base URL."""

    __tablename__ = "installation_setting"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[str]
    stored_at: Mapped[datetime]


class CompiledFormRow(Base):
    """The compiled form of an achievement's credentials, to sign them without JSON-LD processing.

    It holds no personal data. A row that is deleted is compiled again from the next credential.
    """

    __tablename__ = "compiled_form"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The SHA-256 of `stored`."""
    name: Mapped[str] = mapped_column(index=True)
    stored: Mapped[str] = mapped_column(Text)
