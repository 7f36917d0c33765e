"""People, their accounts on platforms, and courses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base
from lti_tool.store.models.platforms import RegistrationRow


class Person(Base):
    """Somebody who learns or teaches, as the last launch or member list described them.

    No other table holds names or e-mail addresses, except inside the signed credentials, and `approval` those of the
    approvers in the issuer's settings. `platform_account` holds usernames; `proved_address`, `address_code` and
    `learner_session` the addresses that people proved, or are about to.

    A person who was erased (`erased_at`) keeps a keyed hash of each account, by which they are known when a platform
    names them again, so that nothing more is recorded of them; and the number, by which events name what they did.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "erased_at IS NULL OR "
            "(name IS NULL AND email IS NULL AND language IS NULL AND stated_name IS NULL)",
            name="erased_person_has_no_name",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    stated_name: Mapped[str | None]
    """What somebody whom no platform names calls themselves, until staff have confirmed or declined it."""
    name_stated_at: Mapped[datetime | None]
    name_mailed_to: Mapped[list[int]] = mapped_column(JSON, default=list)
    """The teachers who were mailed the stated name, by id; each is mailed it once."""
    language: Mapped[str | None]
    renamed_at: Mapped[datetime | None]
    """When the name or the e-mail address was last found to be another one, or one for the first time."""
    withheld: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What the person does not want in their badges: `name`, or `email` (a hash of the address)."""
    launched_at: Mapped[datetime | None]
    """The day on which they opened the tool last; it is written once a day."""
    erased_at: Mapped[datetime | None]
    accounts: Mapped[list[PlatformAccount]] = relationship(
        back_populates="person", order_by="PlatformAccount.id"
    )


class PlatformAccount(Base):
    """A person's account on the platform of a registration, by its user_id."""

    __tablename__ = "platform_account"
    __table_args__ = (
        UniqueConstraint("registration_id", "user_id"),
        Index("ix_platform_account_api_id", "registration_id", "api_id"),
        Index("ix_platform_account_username", "registration_id", "username"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    user_id: Mapped[str]
    """Of an erased person the hash of it: `lti_tool.store.account_hashes`."""
    api_id: Mapped[str | None]
    """By which the platform's own API and its events name it, where that is another id than that of LTI."""
    username: Mapped[str | None]
    """By what the person logs in, as the platform said it last, in the letters of `claims.comparable_username`.

    Nothing makes it unique: one may have been given to somebody else since.
    """
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship(back_populates="accounts")


class Course(Base):
    """An LTI context, with the service URLs that its last launch gave."""

    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("registration_id", "context_id"),
        Index("ix_course_api_id", "registration_id", "api_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    context_id: Mapped[str]
    api_id: Mapped[str | None]
    """By which the platform's own API and its events name it, where that is another id than that of LTI."""
    title: Mapped[str] = mapped_column(default="")
    url: Mapped[str | None]
    """Its own page at the platform, as far as launches tell it."""
    memberships_url: Mapped[str | None]
    line_items_url: Mapped[str | None]
    completions_url: Mapped[str | None]
    notices_url: Mapped[str | None]
    """Where the platform takes the address to which it is to send notices."""
    ends_at: Mapped[datetime | None]
    """When it ends, by the platform."""
    notice_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The types of notices that it can send."""
    concluded_at: Mapped[datetime | None]
    members_seen_at: Mapped[datetime | None]
    """When its list of members was read last: until then whoever is on it was seen enrolled."""
    registration: Mapped[RegistrationRow] = relationship()
