"""Hosts of Open Badges 3.0 of others, to which learners have their badges brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import Award
from lti_tool.store.models.base import Base


class BadgeHost(Base):
    """A host by its address (`url`, without a slash at the end), and the tool as its client.

    `described` is what it says of itself, and with which `etag`; it holds until `fresh_until`. `return_key` is the end
    of the address to which this host alone sends learners back. `encrypted_secret`: of the client, None where it has
    none. Until `quiet_until` the host is not called: it asked for that, or did not answer.
    """

    __tablename__ = "badge_host"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500), unique=True)
    described: Mapped[dict[str, Any]]
    etag: Mapped[str | None] = mapped_column(Text)
    fresh_until: Mapped[datetime]
    return_key: Mapped[str] = mapped_column(String(32), unique=True)
    redirect_uri: Mapped[str | None] = mapped_column(Text)
    """The address to which it sends learners back, as it registered that."""
    client_id: Mapped[str | None] = mapped_column(Text)
    encrypted_secret: Mapped[bytes | None]
    registered_at: Mapped[datetime | None]
    secret_ends_at: Mapped[datetime | None]
    quiet_until: Mapped[datetime | None]
    used_at: Mapped[datetime] = mapped_column(index=True)


class HostAccess(Base):
    """That whoever reads the mail of `address` lets the tool bring their badges to a host.

    Their session began at `since`: it opens what that session would, see `people.addresses.opened_by`.
    `encrypted_tokens`: the access token and, where the host gave one, the refresh token; None once the host takes them
    no more (`lost_at`). The first of them works until `usable_until`. `client_id`: whom they were given to.
    `brings_new`: also what is issued later. Until `renewed_until` one worker asks for new tokens: a refresh token that
    two show may end the whole access. `told`: the codes of the troubles that its learner was mailed about.
    """

    __tablename__ = "host_access"
    __table_args__ = (UniqueConstraint("host_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("badge_host.id"))
    address: Mapped[str] = mapped_column(String(320), index=True)
    since: Mapped[datetime]
    given_at: Mapped[datetime]
    brings_new: Mapped[bool]
    client_id: Mapped[str] = mapped_column(Text)
    encrypted_tokens: Mapped[bytes | None]
    usable_until: Mapped[datetime]
    renewed_until: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    told: Mapped[list[str] | None] = mapped_column(JSON)
    host: Mapped[BadgeHost] = relationship()


class BroughtBadge(Base):
    """A badge for a host. `status`: pending, brought, failed; `trouble`: why not (yet), as a code.

    `credential_id`: the credential that the host has, None before the first. `attempts`: since it was asked for.
    """

    __tablename__ = "brought_badge"
    __table_args__ = (UniqueConstraint("access_id", "award_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    access_id: Mapped[int] = mapped_column(ForeignKey("host_access.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    credential_id: Mapped[str | None] = mapped_column(String(36))
    status: Mapped[str] = mapped_column(String(10), default="pending")
    trouble: Mapped[str | None] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    brought_at: Mapped[datetime | None]
    access: Mapped[HostAccess] = relationship()
    award: Mapped[Award] = relationship()


class EndedAccess(Base):
    """An access that has ended here, and of whose tokens the host is still to be told. It says nothing of whose it was.

    `revocation`: where. `client_id`, `encrypted_secret`: the client that the tokens were given to.
    """

    __tablename__ = "ended_access"

    id: Mapped[int] = mapped_column(primary_key=True)
    revocation: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str] = mapped_column(Text)
    encrypted_secret: Mapped[bytes]
    encrypted_tokens: Mapped[bytes]
    attempts: Mapped[int] = mapped_column(default=0)
