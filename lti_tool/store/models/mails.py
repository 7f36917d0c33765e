"""What people have said about the mails they get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class MailRefusal(Base):
    """A kind of reminder that a person does not want: a Reminder of `lti_tool.mails.refusals`."""

    __tablename__ = "mail_refusal"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    refused_at: Mapped[datetime]


class TeacherMailChoice(Base):
    """What a teacher has chosen about the mails of a course: a MailChoice of `lti_tool.mails.teacher_choices`."""

    __tablename__ = "teacher_mail_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)
    frequency: Mapped[str] = mapped_column(String(10))
    left_out: Mapped[list[str]] = mapped_column(JSON, default=list)
    chosen_at: Mapped[datetime]


class MailedMatter(Base):
    """What a teacher was mailed about a rule: of each once.

    `kind` says of what `numbers` are ids: to_confirm, of learners who wait; undelivered, of awards; unread, when looks
    began to fail. They are only of what was still so when the teacher was mailed last.
    """

    __tablename__ = "mailed_matter"

    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    """The teacher."""
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    numbers: Mapped[list[int]] = mapped_column(JSON, default=list)
    mailed_at: Mapped[datetime]
