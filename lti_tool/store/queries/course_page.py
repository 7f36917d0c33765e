"""Queries for the teacher's page of a course: they bring as much for thirty awards as for three thousand.

No text of a credential is read by them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, or_, select, text
from sqlalchemy.orm import Session, aliased, selectinload

from lti_tool.observations import ROLE
from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    Delivery,
    ObservationRow,
    Outbox,
    Person,
    TemplateVersion,
)
from lti_tool.store.models.awards import NOT_DELIVERED


def counts_of_rule(session: Session, rule_id: int) -> Mapping[str, int]:
    """How many awards of the rule have each status."""
    query = select(Award.status, func.count()).where(Award.rule_id == rule_id).group_by(Award.status)
    return {status: number for status, number in session.execute(query)}


def listed_awards(session: Session, rule_id: int, now: datetime, *, after: int, most: int) -> Sequence[Award]:
    """At most so many awards of the rule after the first ones: those that need the teacher, then the newest.

    With learners, deliveries, and credentials without their texts.
    """
    # First the ids: a database sorts whole rows, with their traces, much slower.
    ids = (
        select(Award.id)
        .join(Award.person)
        .where(Award.rule_id == rule_id)
        .order_by(case((_needs_teacher(now), 0), else_=1), Award.earned_at.desc(), Award.id)
        .offset(after)
        .limit(most)
    )
    place = {award_id: number for number, award_id in enumerate(session.scalars(ids))}
    loaded = (
        selectinload(Award.person),
        selectinload(Award.deliveries),
        selectinload(Award.credential).joinedload(CredentialRow.status_list),
    )
    awards = session.scalars(select(Award).where(Award.id.in_(place)).options(*loaded))
    return sorted(awards, key=lambda award: place[award.id])


def _needs_teacher(now: datetime) -> ColumnElement[bool]:
    """That the award is held up, was not delivered, or may name its learner otherwise than the platform does now."""
    names_another = exists().where(
        CredentialRow.award_id == Award.id,
        CredentialRow.replaced_at.is_(None),
        CredentialRow.issued_at < Person.renamed_at,
        or_(CredentialRow.valid_until.is_(None), CredentialRow.valid_until > now),
    )
    failed = exists().where(Delivery.award_id == Award.id, text(NOT_DELIVERED))
    dead = exists().where(Outbox.award_id == Award.id, Outbox.died_at.is_not(None))
    # No credential is older than its award, so few are looked at.
    renamed = and_(Award.status == "issued", Person.renamed_at > Award.earned_at, names_another)
    return and_(Award.status != "revoked", or_(Award.status == "waiting", failed, dead, renamed))


def earned_together(session: Session, rule_id: int, most: int) -> Sequence[tuple[datetime, int]]:
    """When several awards of the rule that are not revoked were earned at once, and how many; the newest first."""
    number = func.count()
    query = (
        select(Award.earned_at, number)
        .where(Award.rule_id == rule_id, Award.status != "revoked")
        .group_by(Award.earned_at)
        .having(number > 1)
        .order_by(Award.earned_at.desc())
        .limit(most)
    )
    return [(earned_at, count) for earned_at, count in session.execute(query)]


def awards_earned_at(session: Session, rule_id: int, earned_at: datetime) -> Sequence[Award]:
    """The awards of the rule that were earned at that moment and are not revoked, with their learners."""
    query = select(Award).where(
        Award.rule_id == rule_id, Award.earned_at == earned_at, Award.status != "revoked"
    )
    return session.scalars(query.options(selectinload(Award.person)).order_by(Award.id)).all()


def awards_of_staff(session: Session, rule: AwardRule) -> Sequence[Award]:
    """The awards of the rule to people who were ever seen as staff of its course and that are not revoked."""
    staff = select(ObservationRow.person_id).where(
        ObservationRow.course_id == rule.course_id,
        ObservationRow.kind == ROLE,
        cast(ObservationRow.value, Text) == json.dumps("staff"),
    )
    query = select(Award).where(
        Award.rule_id == rule.id, Award.status != "revoked", Award.person_id.in_(staff)
    )
    return session.scalars(
        query.options(selectinload(Award.person)).order_by(Award.earned_at, Award.id)
    ).all()


def people_to_decide(
    session: Session, course_id: int, template: TemplateVersion, ends_by: datetime
) -> Sequence[int]:
    """The ids of the people of the course who never had an award of the template, or one that ends by then."""
    people = _people_of(course_id)
    held = _awards_of(template, people.c.person_id)
    is_asked = ~held.exists()
    if _ends(session, template):
        ending = held.join(CredentialRow, CredentialRow.award_id == Award.id).where(
            Award.ended_at.is_(None), CredentialRow.valid_until <= ends_by
        )
        is_asked = or_(is_asked, ending.exists())
    return session.scalars(select(people.c.person_id).where(is_asked).order_by(people.c.person_id)).all()


def _ends(session: Session, template: TemplateVersion) -> bool:
    """Whether the badges of any version of the template end: else no credential has to be looked at."""
    of_template = (
        TemplateVersion.issuer_id == template.issuer_id,
        TemplateVersion.template_id == template.template_id,
    )
    bodies = session.scalars(select(TemplateVersion.body).where(*of_template))
    return any(body.get("validity") for body in bodies)


def people_awarded_elsewhere(session: Session, rule: AwardRule, template: TemplateVersion) -> Sequence[int]:
    """The ids of the people of the rule's course whose newest award of the template is of another rule."""
    people = _people_of(rule.course_id)
    newest = (
        _awards_of(template, people.c.person_id)
        .with_only_columns(Award.rule_id)
        .order_by(Award.id.desc())
        .limit(1)
    )
    query = select(people.c.person_id).where(newest.scalar_subquery() != rule.id)
    return session.scalars(query.order_by(people.c.person_id)).all()


def last_values(session: Session, course_id: int, kind: str, resource: str) -> Sequence[tuple[Any, int]]:
    """The last value of each person's observations of the kind about the resource, with how many people have it."""
    of_kind = (
        ObservationRow.course_id == course_id,
        ObservationRow.kind == kind,
        ObservationRow.resource == resource,
        ObservationRow.person_id.is_not(None),
    )
    # They are stored in the order in which they were seen.
    last = select(func.max(ObservationRow.id)).where(*of_kind).group_by(ObservationRow.person_id)
    value = cast(ObservationRow.value, Text)
    query = select(value, func.count()).where(ObservationRow.id.in_(last)).group_by(value)
    return [(json.loads(value), number) for value, number in session.execute(query)]


def _people_of(course_id: int) -> Any:
    """A subquery of everybody of whom anything was observed in the course."""
    seen = aliased(ObservationRow)
    query = select(seen.person_id).where(seen.course_id == course_id, seen.person_id.is_not(None))
    return query.distinct().subquery()


def _awards_of(template: TemplateVersion, person_id: Any) -> Any:
    return select(Award.id).where(
        Award.issuer_id == template.issuer_id,
        Award.template_id == template.template_id,
        Award.person_id == person_id,
    )
