"""Queries for the list of all people of a badge: light for everybody in it, whole rows only for those who are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, or_, select, text
from sqlalchemy.orm import Session, joinedload

from lti_tool.store.models import Award, AwardRule, CredentialRow, Delivery, Outbox, Person
from lti_tool.store.models.awards import IS_CURRENT, NOT_DELIVERED
from lti_tool.store.queries.common import dialect_of, is_in_parameter
from lti_tool.store.queries.course_page import people_seen_as_staff

#: Of how many awards whole rows are read at once.
WHOLE_AT_ONCE = 500


class Named(NamedTuple):
    """A person, as a list names them."""

    person_id: int
    name: str | None
    email: str | None


class Standing(NamedTuple):
    """An award and its learner: what the state of the award follows from.

    No dataclass, as `Named` is none: there are thousands at once, and making them so takes a fifth of the time.

    `why_ended` as in Award. `valid_until` and `suspended_at` are those of its credential. `is_renamed`: the platform
    names the learner otherwise since the credential was made, or their address. `has_failed`: something about it was
    given up, be it making the badge or delivering it. `was_staff`: the learner was ever seen as staff of the course.
    `renews_id`: the id of the award that it renews.
    `is_claimed`: the learner has opened the badge.
    """

    award_id: int
    person_id: int
    name: str | None
    email: str | None
    status: str
    why_ended: str | None
    earned_at: datetime
    valid_until: datetime | None
    suspended_at: datetime | None
    is_renamed: bool
    has_failed: bool
    was_staff: bool
    renews_id: int | None
    is_claimed: bool


def standings_of_rule(session: Session, rule: AwardRule) -> Sequence[Standing]:
    """All awards of the rule, the oldest first."""
    rows = session.execute(_standings(), {"rule_id": rule.id, "course_id": rule.course_id})
    return [Standing._make(row) for row in rows]


@cache
def _standings() -> Select[*tuple[Any, ...]]:
    # In the order of the fields of Standing.
    failed = exists().where(Delivery.award_id == Award.id, text(NOT_DELIVERED))
    dead = exists().where(Outbox.award_id == Award.id, Outbox.died_at.is_not(None))
    return (
        select(
            Award.id,
            Award.person_id,
            Person.name,
            Person.email,
            Award.status,
            Award.why_ended,
            Award.earned_at,
            CredentialRow.valid_until,
            CredentialRow.suspended_at,
            and_(Person.renamed_at.is_not(None), Person.renamed_at > CredentialRow.issued_at),
            or_(failed, dead),
            Award.person_id.in_(people_seen_as_staff()),
            Award.renews_id,
            Award.claimed_at.is_not(None),
        )
        .join(Person, Person.id == Award.person_id)
        .outerjoin(CredentialRow, IS_CURRENT)
        .where(Award.rule_id == bindparam("rule_id"))
        .order_by(Award.id)
    )


def named(session: Session, person_ids: Collection[int]) -> Sequence[Named]:
    """The people with those ids, by their numbers."""
    if not person_ids:
        return []
    rows = session.execute(_named(dialect_of(session)), {"person_ids": list(person_ids)})
    return [Named._make(row) for row in rows]


@cache
def _named(dialect: str) -> Select[*tuple[Any, ...]]:
    is_one = is_in_parameter(dialect, Person.id, "person_ids")
    return select(Person.id, Person.name, Person.email).where(is_one).order_by(Person.id)


def whole_awards(session: Session, award_ids: Sequence[int]) -> Iterator[Award]:
    """These awards with learners, deliveries, and credentials without their texts; those that are gone are left out."""
    for start in range(0, len(award_ids), WHOLE_AT_ONCE):
        some = session.scalars(_whole(), {"ids": list(award_ids[start : start + WHOLE_AT_ONCE])})
        yield from some.unique()


@cache
def _whole() -> Select[Award]:
    loaded = (
        joinedload(Award.person),
        joinedload(Award.credential).joinedload(CredentialRow.status_list),
        joinedload(Award.deliveries),
    )
    return select(Award).where(Award.id.in_(bindparam("ids", expanding=True))).options(*loaded)
