"""Queries for award rules and their sightings of learners."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import Award, AwardRule, Sighting
from lti_tool.store.queries.common import FOR_UPDATE, is_possible_id


def rule(session: Session, rule_id: int) -> AwardRule | None:
    return session.get(AwardRule, rule_id) if is_possible_id(rule_id) else None


def lock_rule(session: Session, rule: AwardRule) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it.

    To be called before sightings of the rule are written.
    """
    session.refresh(rule, with_for_update=FOR_UPDATE)


def rule_of_link(session: Session, course_id: int, resource_link_id: str) -> AwardRule | None:
    """The rule of a resource link of a course."""
    return session.scalar(
        select(AwardRule).where(
            AwardRule.course_id == course_id, AwardRule.resource_link_id == resource_link_id
        )
    )


def rules_of(session: Session, course_id: int) -> Sequence[AwardRule]:
    """The rules of a course, oldest first, with their template versions loaded."""
    query = select(AwardRule).where(AwardRule.course_id == course_id).order_by(AwardRule.id)
    return session.scalars(query.options(selectinload(AwardRule.template_version))).all()


def all_rules(session: Session) -> Sequence[AwardRule]:
    """The rules of all courses, oldest first."""
    return session.scalars(select(AwardRule).order_by(AwardRule.id)).all()


def sightings(session: Session, rule_id: int) -> dict[int, Sighting]:
    """The sightings of a rule by person id, with the people loaded."""
    query = select(Sighting).where(Sighting.rule_id == rule_id).options(selectinload(Sighting.person))
    return {row.person_id: row for row in session.scalars(query)}


def waiting_sightings(session: Session, rule: AwardRule) -> Sequence[Sighting]:
    """Those a teacher may confirm: they can open the link, or reached the grade, and have no award yet."""
    awarded = select(Award.person_id).where(
        Award.course_id == rule.course_id, Award.template_id == rule.template_version.template_id
    )
    query = (
        select(Sighting)
        .where(
            Sighting.rule_id == rule.id,
            Sighting.inside_at.is_not(None),
            Sighting.person_id.not_in(awarded),
        )
        .options(selectinload(Sighting.person))
        .order_by(Sighting.id)
    )
    return session.scalars(query).all()


def outside_count(session: Session, rule_id: int) -> int:
    """The number of learners who, at the last look, could not open the link or had not reached the grade."""
    query = select(func.count()).where(Sighting.rule_id == rule_id, Sighting.inside_at.is_(None))
    return session.scalar(query) or 0
