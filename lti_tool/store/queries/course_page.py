"""Queries for the teacher's pages of a course: who is to be decided, and what was awarded at once or to whom.

No text of a credential is read by them. Those that are long to make are made once: that takes longer than the answer.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, selectinload

from lti_tool.observations import ROLE
from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    ObservationRow,
    Outbox,
    TemplateVersion,
)


def being_made(session: Session, rule_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """By rule, of its awards from the oldest whose badge is being made on: how many badges are made, and of how many.

    A rule that waits for none is left out; so are badges that no job is making: those that were given up or dropped,
    and those that wait for something.
    """
    rows = session.execute(_being_made(), {"rule_ids": list(rule_ids)})
    return {rule_id: (made, number) for rule_id, made, number in rows}


@cache
def _being_made() -> Select[int, Any, int]:
    def is_made_next(award: Any) -> ColumnElement[bool]:
        job = exists().where(Outbox.award_id == award.id, Outbox.died_at.is_(None))
        return and_(award.status == "earned", job)

    oldest = aliased(Award)
    since = (
        select(oldest.rule_id, func.min(oldest.earned_at).label("earned_at"))
        .where(oldest.rule_id.in_(bindparam("rule_ids", expanding=True)), is_made_next(oldest))
        .group_by(oldest.rule_id)
        .subquery()
    )
    return (
        select(Award.rule_id, func.sum(case((Award.status == "issued", 1), else_=0)), func.count())
        .join(since, since.c.rule_id == Award.rule_id)
        .where(Award.earned_at >= since.c.earned_at, or_(Award.status == "issued", is_made_next(Award)))
        .group_by(Award.rule_id)
    )


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
    values = {"course_id": rule.course_id, "rule_id": rule.id}
    return session.scalars(_of_staff(), values).all()


@cache
def _of_staff() -> Select[Award]:
    query = select(Award).where(
        Award.rule_id == bindparam("rule_id"),
        Award.status != "revoked",
        Award.person_id.in_(people_seen_as_staff()),
    )
    return query.options(selectinload(Award.person)).order_by(Award.earned_at, Award.id)


def people_seen_as_staff() -> Select[int | None]:
    """Everybody who was ever seen as staff of the course `course_id`, a parameter: for a statement about others."""
    return select(ObservationRow.person_id).where(
        ObservationRow.course_id == bindparam("course_id"),
        ObservationRow.kind == ROLE,
        cast(ObservationRow.value, Text) == json.dumps("staff"),
    )


def people_to_decide(
    session: Session, course_id: int, template: TemplateVersion, ends_by: datetime
) -> Sequence[int]:
    """The ids of the people of the course who never had an award of the template, or one that ends by then."""
    if not ends(session, template):
        return people_never_awarded(session, course_id, template)
    return people_never_awarded_or_ending(session, course_id, template, ends_by)


def people_never_awarded_or_ending(
    session: Session, course_id: int, template: TemplateVersion, ends_by: datetime
) -> Sequence[int]:
    """As `people_to_decide`, of a template whose badges end."""
    values = {"ends_by": ends_by, **_in_course(course_id, template)}
    return session.scalars(_never_awarded_or_ending(), values).all()


def people_never_awarded(session: Session, course_id: int, template: TemplateVersion) -> Sequence[int]:
    """The ids of the people of the course who never had an award of the template."""
    return session.scalars(_never_awarded(), _in_course(course_id, template)).all()


def ends(session: Session, template: TemplateVersion) -> bool:
    """Whether the badges of any version of the template end: else no credential has to be looked at."""
    of_template = (
        TemplateVersion.issuer_id == template.issuer_id,
        TemplateVersion.template_id == template.template_id,
    )
    bodies = session.scalars(select(TemplateVersion.body).where(*of_template))
    return any(body.get("validity") for body in bodies)


@cache
def _never_awarded() -> Select[int]:
    people = _people()
    # A scalar, which is looked up person by person: without statistics PostgreSQL would compare each person with every
    # award of the template for "not exists".
    held = _awards_of(people.c.person_id).limit(1).scalar_subquery()
    return select(people.c.person_id).where(held.is_(None)).order_by(people.c.person_id)


@cache
def _never_awarded_or_ending() -> Select[int]:
    people = _people()
    held = _awards_of(people.c.person_id)
    ending = held.join(CredentialRow, CredentialRow.award_id == Award.id).where(
        Award.ended_at.is_(None), CredentialRow.valid_until <= bindparam("ends_by")
    )
    query = select(people.c.person_id).where(or_(~held.exists(), ending.exists()))
    return query.order_by(people.c.person_id)


def people_awarded_elsewhere(session: Session, rule: AwardRule, template: TemplateVersion) -> Sequence[int]:
    """The ids of the people of the rule's course whose newest award of the template is of another rule."""
    values = {"rule_id": rule.id, **_in_course(rule.course_id, template)}
    return session.scalars(_awarded_elsewhere(), values).all()


@cache
def _awarded_elsewhere() -> Select[int]:
    people = _people()
    newest = (
        _awards_of(people.c.person_id).with_only_columns(Award.rule_id).order_by(Award.id.desc()).limit(1)
    )
    query = select(people.c.person_id).where(newest.scalar_subquery() != bindparam("rule_id"))
    return query.order_by(people.c.person_id)


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


def _in_course(course_id: int, template: TemplateVersion) -> dict[str, Any]:
    """The parameters of `_people` and `_awards_of`."""
    return {
        "course_id": course_id,
        "issuer_id": template.issuer_id,
        "template_id": template.template_id,
    }


def _people() -> Any:
    """A subquery of everybody of whom anything was observed in the course `course_id`."""
    seen = aliased(ObservationRow)
    query = select(seen.person_id).where(
        seen.course_id == bindparam("course_id"), seen.person_id.is_not(None)
    )
    return query.distinct().subquery()


def _awards_of(person_id: Any) -> Any:
    return select(Award.id).where(
        Award.issuer_id == bindparam("issuer_id"),
        Award.template_id == bindparam("template_id"),
        Award.person_id == person_id,
    )
