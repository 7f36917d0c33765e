"""The issuer's keys, status lists, compiled forms and stored settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base
from signing.keys import Algorithm


class IssuerRow(Base):
    """An issuer, to whom registrations, templates, rules and awards belong. `id` is its DID and never changes."""

    __tablename__ = "issuer"

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


#: The issuer of a row that names none: the last that was added, which is the only one of an installation with one.
OWN_ISSUER = select(IssuerRow.id).order_by(IssuerRow.created_at.desc()).limit(1).scalar_subquery()


class SigningKeyRow(Base):
    """A key pair that credentials are signed with; the private key is in the vault that `vault` names."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(index=True)
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
    """A Bitstring Status List of one issuer and purpose, and the signed list as it is served.

    `text` (JSON with its proof) is None where `bits` have changed since it was signed; `jwt` is the same list as a JWT.
    """

    __tablename__ = "status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    bits: Mapped[bytes]
    text: Mapped[str | None] = mapped_column(Text)
    jwt: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None]
    signed_with: Mapped[list[str]] = mapped_column(default=list)
    """The `kid`s of the keys; the list is signed again once other keys are the current ones."""


class InstallationSetting(Base):
    """A value fixed at the first start or by a command: the confirmed legal identity, the extension's base URL."""

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
