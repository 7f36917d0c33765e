"""E-mail addresses that people have proved, the codes by which they do, and sessions that such a code begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base
from lti_tool.store.models.people import Person


class ProvedAddress(Base):
    """An address whose mail a person has shown to read, by a code that they typed on a page of their own launch.

    It is the only thing by which badges of several platforms belong together, and there is no account over them: a code
    to an address opens the badges of exactly those people who proved this very address. What a platform claims proves
    nothing. `address` is as of `people.addresses.comparable_address`.
    """

    __tablename__ = "proved_address"
    __table_args__ = (UniqueConstraint("person_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(320), index=True)
    proved_at: Mapped[datetime]
    confirmed_until: Mapped[datetime | None]
    """Until when staff vouch that it is still this person's, where its domain gives addresses to others later."""
    person: Mapped[Person] = relationship()


class AddressCode(Base):
    """A code that was asked for an address. It is made from `seed` and the tool's secret, so that it is not stored.

    Only the asking browser has the ticket; its SHA-256 is stored. `person_id`: who asks from inside a platform; None
    for a sign-in from outside, of whom nothing is known.
    """

    __tablename__ = "address_code"
    __table_args__ = (Index("ix_address_code_expires_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_hash: Mapped[str] = mapped_column(String(64), unique=True)
    seed: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(320))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    """In whose name the mail is sent."""
    purpose: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """`prior_learning`: somebody new may begin there, so it is sent to any address. `operator`: so is this."""
    language: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]


class LearnerSession(Base):
    """A session outside of platforms, that a code to `address` began. Only the browser has the token."""

    __tablename__ = "learner_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(320), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_used_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
