"""What people have said about the mails they get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class MailRefusal(Base):
    """A kind of reminder that a person does not want: a Reminder of `lti_tool.mails.refusals`."""

    __tablename__ = "mail_refusal"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    refused_at: Mapped[datetime]
