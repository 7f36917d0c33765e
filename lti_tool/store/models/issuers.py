"""The issuer's keys, status lists, compiled forms and stored settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base
from signing.keys import Algorithm


class SigningKeyRow(Base):
    """A key credentials are signed with; `vault_data` is what its vault needs to find the private one, never that itself."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(index=True)
    algorithm: Mapped[Algorithm] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]]
    vault: Mapped[str] = mapped_column(String(10))
    vault_data: Mapped[bytes | None]
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


class InstallationSetting(Base):
    """What was settled once and is not changed by a setting alone: who the issuer is, where its words are served."""

    __tablename__ = "installation_setting"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[str]
    stored_at: Mapped[datetime]


class CompiledFormRow(Base):
    """What was compiled of an achievement, to sign without JSON-LD. Holds nothing of a learner; made anew when lost."""

    __tablename__ = "compiled_form"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The SHA-256 of `stored`."""
    name: Mapped[str] = mapped_column(index=True)
    stored: Mapped[str] = mapped_column(Text)
