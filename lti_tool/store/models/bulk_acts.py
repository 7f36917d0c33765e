"""Acts on several people of a badge at once, with what came out of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import Award
from lti_tool.store.models.base import Base
from lti_tool.store.models.people import Person
from lti_tool.store.models.rules import AwardRule


class BulkAct(Base):
    """What a teacher has asked to be done to several people of a rule's list.

    `kind`: confirm, award (by hand), approve and decline (what somebody else awards by hand), resend, revoke;
    mistake, which undoes awards, and again, which undoes revocations.
    """

    __tablename__ = "bulk_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    """As it was typed; what is done keeps a copy of its own."""
    once: Mapped[str] = mapped_column(String(64), unique=True)
    """A hash of the page that asked and of its session: a page that is sent twice asks for one act."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """When it was done to the last of them, or found that it cannot be."""
    rule: Mapped[AwardRule] = relationship()
    asked_by: Mapped[Person | None] = relationship()


class BulkActPerson(Base):
    """One of those whom a bulk act is about; `outcome` is "" until it was their turn, else what came out, as a code."""

    __tablename__ = "bulk_act_person"
    __table_args__ = (UniqueConstraint("bulk_act_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_act_id: Mapped[int] = mapped_column(ForeignKey("bulk_act.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    """The award that it is about, or that came of it."""
    outcome: Mapped[str] = mapped_column(String(20), default="")
    bulk_act: Mapped[BulkAct] = relationship()
    person: Mapped[Person] = relationship()
    award: Mapped[Award | None] = relationship()
