"""Pathways: larger badges that are awarded for parts, and what learners claim for a part."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import Award
from lti_tool.store.models.base import Base, one_where
from lti_tool.store.models.people import Person
from lti_tool.store.models.rules import AwardRule

#: What counts, or may come to count. A query names the condition with these very words, or the index is not taken.
RUNNING = "status IN ('asked', 'counted')"


class Pathway(Base):
    """A template of an issuer, the whole, that is awarded for parts.

    `draft` is the tree of its parts as it was saved last, as `lti_tool.conditions.tree.written` returns it; what it
    awards by is the active version of `rule`, which there is from its first publication on. `status`: draft, published,
    retired.
    """

    __tablename__ = "pathway"
    __table_args__ = (
        one_where("ix_pathway_of_template", ("issuer_id", "template_id"), "status <> 'retired'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36), index=True)
    """The whole."""
    status: Mapped[str] = mapped_column(String(10), default="draft")
    is_listed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether learners who know the issuer find it before they have a part; others have to be given its link."""
    draft: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("award_rule.id"), unique=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When the draft was saved last: a form carries it, so nobody overwrites what they have not seen."""
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    rule: Mapped[AwardRule | None] = relationship()


class PathwayClaim(Base):
    """What a learner wants to have counted as a part of a pathway: a badge of this site that another account of theirs
    has, or one of another issuer that they keep here.

    `status`: asked, counted, refused, withdrawn. A badge of this site counts at once, because it is the badge that the
    part names; for another one somebody of the issuer finds it equivalent, and says why. A kept badge is known by the
    hash of the text that was judged: another text in its place counts as nothing.
    """

    __tablename__ = "pathway_claim"
    __table_args__ = (
        one_where("ix_pathway_claim_running", ("pathway_id", "part", "person_id"), RUNNING),
        CheckConstraint(
            "(award_id IS NULL) <> (kept_badge_id IS NULL)", name="pathway_claim_is_of_one_badge"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pathway_id: Mapped[int] = mapped_column(ForeignKey("pathway.id"), index=True)
    part: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """Who is to be awarded the whole."""
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    # Without a foreign key: its learner removes it from their list whenever they want, and then it counts no more.
    kept_badge_id: Mapped[int | None] = mapped_column(index=True)
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    """The SHA-256 of the kept badge's text."""
    status: Mapped[str] = mapped_column(String(10))
    claimed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(100))
    """The account of the operator who found it equivalent or not."""
    settled_by_name: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, default="")
    pathway: Mapped[Pathway] = relationship()
    person: Mapped[Person] = relationship()
    award: Mapped[Award | None] = relationship()
