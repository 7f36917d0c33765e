"""Award rules and their sightings of learners."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base
from lti_tool.store.models.people import Course, Person
from lti_tool.store.models.templates import TemplateVersion


class AwardRule(Base):
    """Which template a resource link awards, by which trigger, and from which score."""

    __tablename__ = "award_rule"
    __table_args__ = (UniqueConstraint("course_id", "resource_link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[str]
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    trigger: Mapped[str] = mapped_column(String(40))
    minimum_score: Mapped[Decimal | None]
    line_item_url: Mapped[str | None]
    not_before: Mapped[datetime | None]
    """Nothing is awarded earlier. Platforms list grades to the tool even while they are hidden from learners."""
    needs_tick: Mapped[bool] = mapped_column(default=False)
    """Whether a teacher has to confirm each learner."""
    paused: Mapped[bool] = mapped_column(default=False)
    gate_confirmed_at: Mapped[datetime | None]
    """When a teacher confirmed that the link is restricted, for platforms whose member lists do not show it."""
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    trouble: Mapped[dict[str, Any] | None]
    """Why the last look failed: a UserFacingError as JSON, to be shown to the teacher."""
    everyone_can_open: Mapped[bool] = mapped_column(default=False)
    course: Mapped[Course] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()


class Sighting(Base):
    """What is known of a member and the rule's link: when first listed as unable, and as able, to open it."""

    __tablename__ = "sighting"
    __table_args__ = (UniqueConstraint("rule_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outside_at: Mapped[datetime | None]
    inside_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    """When the learner opened the link themselves, in the learner's role."""
    score: Mapped[Decimal | None]
    person: Mapped[Person] = relationship()
