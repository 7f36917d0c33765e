"""Links to badges in courses, and the rules by which they are awarded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, index_where, one_where
from lti_tool.store.models.people import Course, Person
from lti_tool.store.models.templates import TemplateVersion

#: Of many versions few wait. A query names the condition with these very words, or the index is not taken.
PROPOSED = "status = 'proposed'"


class ResourceLink(Base):
    """A resource link of a course that was launched, and what its activity asked for then."""

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("course_id", "link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    link_id: Mapped[str]
    """The id of the platform."""
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The custom parameters that choose a badge and its rule, as the last launch sent them."""
    line_item_url: Mapped[str | None]
    missing_looks: Mapped[int] = mapped_column(default=0)
    """How many looks in a row found that the platform no longer has the link or its column."""
    missing_in: Mapped[str] = mapped_column(String(40), default="")
    """The name of the source whose look missed it."""
    look_again: Mapped[bool] = mapped_column(default=False)
    """Whether the link was opened since its column was missed, so that the next look asks for it even if it is gone."""
    created_at: Mapped[datetime]
    course: Mapped[Course] = relationship()


class Placement(Base):
    """A badge and a rule that a teacher chose in deep linking; the link of the platform carries the id."""

    __tablename__ = "placement"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36))
    tree: Mapped[str] = mapped_column(Text)
    in_gradebook: Mapped[bool] = mapped_column(default=False)
    """Whether the column that comes with the link is to show who has the badge."""
    placed_at: Mapped[datetime]
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("award_rule.id"), index=True)
    """The rule of the first link that was launched with it; a further link with it is a copy."""


class AwardRule(Base):
    """The rule of a resource link, or of the issuer alone; what it asks for is in its versions.

    A rule of the issuer has neither course nor link: no page, look, mail or number of a course has anything of it.
    """

    __tablename__ = "award_rule"
    __table_args__ = (
        CheckConstraint(
            "(course_id IS NULL) = (resource_link_id IS NULL)",
            name="award_rule_has_course_and_link_or_neither",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    """The issuer of the badge that its active version awards; before the first, that of the platform."""
    # Null in a rule of the issuer, and typed as there all the same: nearly all that reads them has found the rule by
    # its course. What has found it otherwise, by an award or its number, asks `is_of_course` first.
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True, nullable=True)
    resource_link_id: Mapped[int] = mapped_column(ForeignKey("resource_link.id"), unique=True, nullable=True)
    paused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    decided: Mapped[dict[str, Any] | None]
    """How far everybody is decided: `lti_tool.awarding.progress.Decided` as JSON; None where everybody is to be."""
    trouble: Mapped[dict[str, Any] | None]
    """Why the last look failed: a UserFacingError as JSON, to be shown to the teacher."""
    column_url: Mapped[str | None]
    """The line item in which the gradebook shows who has the badge; None where no teacher wants that."""
    outcome_columns: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """The line items whose grades decide the levels of single outcomes, by the names of their assessments."""
    removed_at: Mapped[datetime | None]
    """When a teacher removed it, because its link is no longer in the course; its awards stay."""
    course: Mapped[Course] = relationship()
    link: Mapped[ResourceLink] = relationship()
    versions: Mapped[list[RuleVersion]] = relationship(back_populates="rule", order_by="RuleVersion.version")

    @property
    def is_of_course(self) -> bool:
        """Whether it has a course and a link; else it is of the issuer alone."""
        return self.course_id is not None


class RuleVersion(Base):
    """What a rule asks for, and which template it awards.

    `status`: proposed; active; replaced, by a later active one; declined, by a teacher; withdrawn, where the activity
    changed again before a teacher answered. An active version is never changed. `tree` is the JSON that
    `lti_tool.conditions.tree.written` returns, where what cannot be read is null, and nothing else is.
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        UniqueConstraint("rule_id", "version"),
        one_where("ix_rule_version_active", "rule_id", "status = 'active'"),
        index_where("ix_rule_version_proposed", "rule_id", PROPOSED),
        # So no active rule lacks a value that it needs, such as the minimum of a grade.
        CheckConstraint(
            "status <> 'active' OR (replace(tree, '\":null', '') = tree"
            " AND (replace(tree, '\"result_at_least\"', '') = tree"
            " OR replace(tree, '\"minimum\":\"', '') <> tree))".replace(":", "\\:"),
            name="active_rule_version_is_readable",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"))
    version: Mapped[int]
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    tree: Mapped[str] = mapped_column(Text)
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The custom parameters of the link that it came from; a version edited on the page keeps those before it."""
    status: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20), default="")
    """Where it came from: placed, changed (in the activity), copied, unreadable, no_badge (the activity no longer
    names one), edited or chosen (both on the page), issuer (its own rule)."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    rule: Mapped[AwardRule] = relationship(back_populates="versions")
    template_version: Mapped[TemplateVersion] = relationship()


class Question(Base):
    """A question to the teachers of a rule's course, open until `closed_at`. `people` are those it is about, by id."""

    __tablename__ = "question"
    __table_args__ = (one_where("ix_question_open", "rule_id", "closed_at IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    people: Mapped[list[str]] = mapped_column(default=list)
    asked_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    mailed_to: Mapped[list[int]] = mapped_column(JSON, default=list)
    """The teachers who were mailed it, by id; each is mailed it once."""
    closed_at: Mapped[datetime | None]
    why_closed: Mapped[str] = mapped_column(String(20), default="")
    """answered; witness (the platform's lists have answered it); nobody (there is nobody left to ask about); changed or
    removed (the rule awards nothing until a teacher says so)."""
    answer: Mapped[str] = mapped_column(String(20), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    rule: Mapped[AwardRule] = relationship()
    answered_by: Mapped[Person | None] = relationship()
