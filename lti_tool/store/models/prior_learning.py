"""Recognition of prior learning: what is open for it, applications with their portfolios, assessments and decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, one_where
from lti_tool.store.models.issuers import IssuerRow
from lti_tool.store.models.people import Person
from lti_tool.store.models.templates import TemplateVersion


class PriorLearningOffer(Base):
    """That an issuer awards a template also to whoever has learned elsewhere what it asks for, until `closed_at`."""

    __tablename__ = "prior_learning_offer"
    __table_args__ = (
        one_where("ix_prior_learning_offer_open", ("issuer_id", "template_id"), "closed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36))
    terms: Mapped[dict[str, Any]]
    """Fees, rubric and days for an appeal: a `lti_tool.prior_learning.terms.Terms` as JSON."""
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    issuer: Mapped[IssuerRow] = relationship()


class PriorLearningApplication(Base):
    """A person's application to have what they learned elsewhere recognised as a template's achievement.

    `state`: identification, documentation, assessment, certification, granted, refused, withdrawn. `version` and
    `terms` are those of the day on which it was begun. `round`: 1; 2 once an appeal is assessed anew. What was handed
    in (`handed_in_at`) is never changed. Operators are named by their numbers.
    """

    __tablename__ = "prior_learning_application"
    __table_args__ = (
        one_where(
            "ix_prior_learning_application_running",
            ("issuer_id", "template_id", "person_id"),
            "closed_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    """By which its pages name it: numbers would say how many there are."""
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36))
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="identification")
    round: Mapped[int] = mapped_column(default=1)
    terms: Mapped[dict[str, Any]]
    language: Mapped[str]
    self_assessment: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """What the person says of each learning outcome: `answer` (yes, partly, no) and `words`."""
    help_asked_at: Mapped[datetime | None]
    counsellor_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"), index=True)
    advice: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    identified_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    assessed_at: Mapped[datetime | None]
    appeal: Mapped[str] = mapped_column(Text, default="")
    appeal_until: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    person: Mapped[Person] = relationship()
    version: Mapped[TemplateVersion] = relationship()
    items: Mapped[list[PriorLearningItem]] = relationship(order_by="PriorLearningItem.id", viewonly=True)
    assessments: Mapped[list[PriorLearningAssessment]] = relationship(
        order_by="PriorLearningAssessment.round, PriorLearningAssessment.place", viewonly=True
    )
    decisions: Mapped[list[PriorLearningDecision]] = relationship(
        order_by="PriorLearningDecision.round", viewonly=True
    )
    identity_checks: Mapped[list[PriorLearningIdentityCheck]] = relationship(
        order_by="PriorLearningIdentityCheck.id", viewonly=True
    )


class PriorLearningItem(Base):
    """A part of a portfolio. `kind`: text, link, file, or badge (one that was kept, as it was verified when put in).

    `sha256` and `size` are those of the bytes of a file, and of the text of a badge. `outcomes`: the numbers of the
    learning outcomes that it is to show, from 1.
    """

    __tablename__ = "prior_learning_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    application_id: Mapped[int] = mapped_column(ForeignKey("prior_learning_application.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str]
    words: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    verdict: Mapped[str] = mapped_column(String(20), default="")
    issuer_name: Mapped[str] = mapped_column(default="")
    """Of a badge: who issued it, by what it says itself."""
    outcomes: Mapped[list[int]] = mapped_column(JSON, default=list)
    added_at: Mapped[datetime]
    application: Mapped[PriorLearningApplication] = relationship()


class PriorLearningPart(Base):
    """A part of the bytes of an item, in the order of `number` from 0: a whole file is never in memory twice."""

    __tablename__ = "prior_learning_part"

    item_id: Mapped[int] = mapped_column(ForeignKey("prior_learning_item.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class PriorLearningAssessment(Base):
    """What one assessor says in one round: of each learning outcome, and how they checked who the person is.

    Until all who were appointed have said it, it is `sealed`, for nobody but that assessor. Then it is moved to `found`
    (`revealed_at`), so whatever else reads the row cannot read it too early. `place`: 1 and 2; 3 where these differ.
    """

    __tablename__ = "prior_learning_assessment"
    __table_args__ = (
        # Also in a later round it is somebody else.
        UniqueConstraint("application_id", "operator_id"),
        UniqueConstraint("application_id", "round", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("prior_learning_application.id"))
    round: Mapped[int]
    place: Mapped[int]
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    appointed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    sealed: Mapped[dict[str, Any] | None]
    revealed_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None]


class PriorLearningDecision(Base):
    """The decision of a round. `outcome`: granted or refused; `reference`: its number in the institution's register.

    `level_reference`: of the decision by which the level is recognised (in Latvia by MK 505). `reasons`: of each
    learning outcome that is not recognised, by its number, and `""` for the whole.
    """

    __tablename__ = "prior_learning_decision"
    __table_args__ = (UniqueConstraint("application_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("prior_learning_application.id"))
    round: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(8))
    reference: Mapped[str]
    level_reference: Mapped[str] = mapped_column(default="")
    reasons: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime]
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)


class PriorLearningIdentityCheck(Base):
    """That an operator has checked, before the decision of a round, that the candidate is called `name`.

    `method`: document, document_online or known. What assessors have checked stands in what they found.
    """

    __tablename__ = "prior_learning_identity_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("prior_learning_application.id"), index=True)
    round: Mapped[int]
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    method: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    checked_at: Mapped[datetime]
