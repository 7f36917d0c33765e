"""Operators: their accounts, how they prove to be who they are, what they may do for which issuer, their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base


class OperatorRow(Base):
    """Somebody who works for an issuer in the tool. They are no `person`: no platform names them.

    `name` is what they call themselves; no other table, no event and no log has it. `handle` is the random user handle
    of their passkeys, which says nothing of them. An account is never deleted, because events name it by its number:
    that stays of whoever was erased.
    """

    __tablename__ = "operator"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    identities: Mapped[list[OperatorIdentity]] = relationship(
        order_by="OperatorIdentity.id", cascade="all, delete-orphan"
    )
    passkeys: Mapped[list[OperatorPasskey]] = relationship(
        order_by="OperatorPasskey.id", cascade="all, delete-orphan"
    )
    roles: Mapped[list[OperatorRole]] = relationship(order_by="OperatorRole.id", cascade="all, delete-orphan")


class OperatorIdentity(Base):
    """An account at an OpenID provider that signs the operator in: the pair is all that counts, never an address."""

    __tablename__ = "operator_identity"
    __table_args__ = (UniqueConstraint("iss", "sub"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    iss: Mapped[str] = mapped_column(String(500))
    sub: Mapped[str] = mapped_column(String(255))
    bound_at: Mapped[datetime]


class OperatorPasskey(Base):
    """A passkey (Web Authentication). `credential_id` in base64url; `public_key` is a COSE key, as registered."""

    __tablename__ = "operator_passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """As the authenticator counts its uses; 0 where it does not. It has 32 bits without a sign: too many for an int."""
    transports: Mapped[list[str]]
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class OperatorRole(Base):
    """A role of an operator for one issuer. `source`: `granted` by an owner or a command, or `claim` of the provider.

    What came from a claim holds only in sessions that the provider began, and is replaced at each sign-in there.
    """

    __tablename__ = "operator_role"
    __table_args__ = (UniqueConstraint("operator_id", "issuer_id", "role", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime]


class OperatorMailAddress(Base):
    """Where an operator gets mails about their work: an address whose mail they have shown to read, by a code.

    `language`: of the page on which they typed the code, and so of the mails.
    """

    __tablename__ = "operator_mail_address"

    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str]
    proved_at: Mapped[datetime]


class OperatorSession(Base):
    """A session of an operator in a browser, which alone has the token; its SHA-256 is stored.

    `how` it began: `passkey` or `openid`. `authenticated_at`: when the operator last showed who they are; None where
    that is not known, as where a provider does not say when its own session began.
    """

    __tablename__ = "operator_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    how: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_used_at: Mapped[datetime] = mapped_column(index=True)
    authenticated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    operator: Mapped[OperatorRow] = relationship()
