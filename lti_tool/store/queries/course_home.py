"""Queries for the home of a course: how many have each of its badges, and what there is that needs a teacher at all.

One statement each, however many badges and awards the course has. Their results are no more than numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    extract,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from lti_tool.observations import ASSESSMENT_RESULT, COURSE_COPIED, FINAL_SCORE, RESULT
from lti_tool.store.models import (
    Award,
    AwardRule,
    CorrectionRequest,
    CredentialRow,
    Delivery,
    HandAward,
    ObservationRow,
    Outbox,
    Person,
    Question,
    RuleVersion,
    TemplateVersion,
)
from lti_tool.store.models.awards import IS_CURRENT, NOT_DELIVERED
from lti_tool.store.queries.common import dialect_of, is_among, is_in_query
from lti_tool.store.queries.course_page import people_seen_as_staff


class AwardCounts(NamedTuple):
    """How many awards of a rule began in a quarter of an hour, and how many of these are so now.

    `began_at`: the beginning of the quarter, in seconds since 1970; days begin with one in every time zone. `awarded`
    were not revoked. `held`: the badge is valid now, or being made; `pending`: it is held up, or could not be made;
    both may earn it no further. `claimed`: those of `held` that their learners have opened. `in_trouble`: held up, or
    something about them was given up. `ending`: valid until `soon` at most. `unissued`: the badge is still to be made.
    `of_staff`: to people who were ever seen as staff of the course.
    """

    rule_id: int
    began_at: int
    number: int
    awarded: int
    held: int
    pending: int
    claimed: int
    in_trouble: int
    ending: int
    unissued: int
    of_staff: int


def counts_in_course(
    session: Session, course_id: int, now: datetime, soon: datetime
) -> Sequence[AwardCounts]:
    """The awards of the course's rules, by rule and quarter of an hour, the oldest first."""
    rows = session.execute(_counts(), {"course_id": course_id, "now": now, "soon": soon})
    return [AwardCounts._make(int(each) for each in row) for row in rows]


@cache
def _counts() -> Select[*tuple[Any, ...]]:
    """The states are those that `lti_tool.web.teacher.roster.entries` finds; a test compares the two."""
    award = _award_states().subquery()
    seconds = award.c.seconds
    began_at = (seconds - seconds % literal_column("900")).label("began_at")

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, literal_column("1")), else_=literal_column("0")))

    is_open = award.c.status != "revoked"
    is_waiting = award.c.status == "waiting"
    is_unissued = award.c.status == "earned"
    is_held = or_(award.c.is_valid, and_(is_unissued, not_(award.c.has_failed)))
    return (
        select(
            award.c.rule_id,
            began_at,
            func.count(),
            number(is_open),
            number(is_held),
            number(or_(is_waiting, and_(is_unissued, award.c.has_failed))),
            number(and_(is_held, award.c.claimed_at.is_not(None))),
            number(and_(is_open, or_(is_waiting, award.c.has_failed))),
            number(and_(award.c.is_valid, award.c.valid_until <= bindparam("soon"))),
            number(is_unissued),
            number(and_(is_open, award.c.is_of_staff)),
        )
        .group_by(award.c.rule_id, literal_column("began_at"))
        .order_by(award.c.rule_id, literal_column("began_at"))
    )


def _award_states() -> Select[*tuple[Any, ...]]:
    failed = exists().where(Delivery.award_id == Award.id, text(NOT_DELIVERED))
    dead = exists().where(Outbox.award_id == Award.id, Outbox.died_at.is_not(None))
    until, now = CredentialRow.valid_until, bindparam("now", type_=CredentialRow.valid_until.type)
    is_valid = and_(
        Award.status == "issued",
        CredentialRow.suspended_at.is_(None),
        or_(until.is_(None), until > now),
        or_(Award.why_ended.is_(None), Award.why_ended != "renewed"),
    )
    return (
        select(
            Award.rule_id,
            Award.status,
            Award.claimed_at,
            until.label("valid_until"),
            extract("epoch", Award.earned_at).label("seconds"),
            is_valid.label("is_valid"),
            or_(failed, dead).label("has_failed"),
            Award.person_id.in_(people_seen_as_staff()).label("is_of_staff"),
        )
        .outerjoin(CredentialRow, IS_CURRENT)
        .where(Award.rule_id.in_(_rules()))
    )


def _rules() -> Select[int]:
    return select(AwardRule.id).where(AwardRule.course_id == bindparam("course_id"))


def number_of_rule(session: Session, rule_id: int, award_ids: Collection[int]) -> int:
    """How many of the awards are of the rule; of no awards none is asked for."""
    if not award_ids:
        return 0
    query = select(func.count()).where(is_among(session, Award.id, award_ids), Award.rule_id == rule_id)
    return session.scalar(query) or 0


class OpenMatters(NamedTuple):
    """Whether there may be anything of a kind in the course that a teacher is told of; most courses have none of them.

    `other_results`: of somebody more than one result of the same kind was seen, or a grade that decides a level.
    """

    stated_names: bool
    corrections: bool
    hand_awards: bool
    questions: bool
    other_results: bool
    newer_templates: bool
    origins: bool


def open_matters(session: Session, course_id: int) -> OpenMatters:
    """What to look up in the course, in one statement: what there is not, nobody has to ask for."""
    row = session.execute(_open_matters(dialect_of(session)), {"course_id": course_id}).one()
    return OpenMatters._make(bool(each) for each in row)


@cache
def _open_matters(dialect: str) -> Select[*tuple[Any, ...]]:
    """In the order of the fields of OpenMatters."""
    is_here: BindParameter[int] = bindparam("course_id")
    seen = ObservationRow
    awarded = is_in_query(dialect, Person.id, select(Award.person_id).where(Award.course_id == is_here))
    changed = (
        select(seen.person_id)
        .where(seen.course_id == is_here, seen.kind.in_((RESULT, FINAL_SCORE, ASSESSMENT_RESULT)))
        .group_by(seen.person_id, seen.kind, seen.resource)
        .having(or_(func.count() > literal_column("1"), seen.kind == ASSESSMENT_RESULT))
    )
    return select(
        exists().where(Person.stated_name.is_not(None), Person.name.is_(None), awarded),
        exists().where(
            CorrectionRequest.award_id == Award.id,
            Award.course_id == is_here,
            CorrectionRequest.settled_at.is_(None),
        ),
        exists().where(HandAward.rule_id.in_(_rules()), HandAward.status == "waiting"),
        exists().where(Question.rule_id.in_(_rules()), Question.closed_at.is_(None)),
        changed.exists(),
        _newer_templates(),
        exists().where(seen.course_id == is_here, seen.person_id.is_(None), seen.kind == COURSE_COPIED),
    )


def _newer_templates() -> ColumnElement[bool]:
    """That a version of a template is published that is newer than one that a rule may still award."""
    newer = aliased(TemplateVersion, name="newer")
    return exists().where(
        RuleVersion.rule_id.in_(_rules()),
        RuleVersion.status != "replaced",
        RuleVersion.template_version_id == TemplateVersion.id,
        newer.template_id == TemplateVersion.template_id,
        newer.version > TemplateVersion.version,
        newer.status == "published",
    )
