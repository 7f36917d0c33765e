"""What a learner keeps here beside the badges of this site, and the programs that they let see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base
from lti_tool.store.models.people import Person


class Program(Base):
    """A program that registered itself as a client of the Open Badges API (RFC 7591); anybody can register one.

    `registered` are its metadata as they were accepted. Only it has its secret; the SHA-256 is stored.
    """

    __tablename__ = "program"

    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    registered: Mapped[dict[str, Any]]
    registered_at: Mapped[datetime]
    used_at: Mapped[datetime] = mapped_column(index=True)
    """When a learner let it in, or it asked for a token, last: at first when it registered."""
    let_in_at: Mapped[datetime | None]
    """When a learner let it in first."""


class ProgramAccess(Base):
    """That whoever reads the mail of `address` let a program see their badges: what a session of theirs would open.

    Their session began at `since`: see `people.addresses.opened_by`. It ends at `ends_at`, unless the program renews it
    before; a learner ends it by deleting it.
    """

    __tablename__ = "program_access"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("program.client_id"), index=True)
    address: Mapped[str] = mapped_column(String(320), index=True)
    scopes: Mapped[list[str]]
    since: Mapped[datetime]
    given_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    program: Mapped[Program] = relationship()


class ProgramToken(Base):
    """A code, an access token or a refresh token (`kind`) of an access, by its SHA-256.

    One that was used stays until it expires, so that it is known when somebody comes with it again. A code keeps what
    it is bound to: `redirect_uri` and `code_challenge` (S256).
    """

    __tablename__ = "program_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    access_id: Mapped[int] = mapped_column(ForeignKey("program_access.id"), index=True)
    kind: Mapped[str] = mapped_column(String(7))
    scopes: Mapped[list[str]]
    redirect_uri: Mapped[str | None] = mapped_column(Text)
    challenge: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    access: Mapped[ProgramAccess] = relationship()


class KeptBadge(Base):
    """A badge of any issuer that a learner keeps here, with what its verification found last.

    `text` is the secured credential as it came, byte for byte; `form` is json, jwt, or other for what is no credential
    of Open Badges 3.0. `identity` is a hash of its issuer and its id, of which a learner keeps one. `name` and `issuer`
    are what it says itself; `report` are the checks as JSON.
    """

    __tablename__ = "kept_badge"
    __table_args__ = (UniqueConstraint("person_id", "identity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    identity: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text, deferred=True)
    size: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[dict[str, Any]]
    """Whom it names, as `credentialSubject` says it, without what was achieved."""
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(String(20))
    report: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    checked_at: Mapped[datetime] = mapped_column(index=True)
    brought_by: Mapped[str | None] = mapped_column(String(36))
    """The client_id of the program that brought it; None where its learner did."""
    kept_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When its text came last."""
    person: Mapped[Person] = relationship()


class KeptProfile(Base):
    """The profile of a learner as a program wrote it, for programs that may read it."""

    __tablename__ = "kept_profile"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    body: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
