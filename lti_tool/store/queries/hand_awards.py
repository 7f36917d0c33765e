"""Queries for what teachers want to award by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lti_tool.store.models import HandAward
from lti_tool.store.queries.common import is_among, is_possible_id


class Asked(NamedTuple):
    """An award by hand that waits for a second person: its id, and the person id of who asked for it."""

    id: int
    asked_by_id: int


def hand_award(session: Session, hand_award_id: int) -> HandAward | None:
    return session.get(HandAward, hand_award_id) if is_possible_id(hand_award_id) else None


def lock_hand_award(session: Session, row: HandAward) -> None:
    """Locks the row (SELECT ... FOR UPDATE) and reloads it, so that it is settled only once."""
    session.refresh(row, with_for_update=True)


def waiting(session: Session, rule_id: int, most: int) -> Sequence[HandAward]:
    """The first of a rule that wait for a second person, oldest first, with whom they are about and who asked."""
    query = select(HandAward).where(HandAward.rule_id == rule_id, HandAward.status == "waiting")
    loaded = (joinedload(HandAward.person), joinedload(HandAward.asked_by))
    return session.scalars(query.order_by(HandAward.id).options(*loaded).limit(most)).all()


def number_waiting(session: Session, rule_id: int) -> int:
    """How many of a rule wait for a second person."""
    query = select(func.count()).where(HandAward.rule_id == rule_id, HandAward.status == "waiting")
    return session.execute(query).scalar_one()


def asked(session: Session, rule_id: int) -> Mapping[int, Asked]:
    """All of a rule that wait for a second person, by the person id of whom they are about."""
    query = select(HandAward.person_id, HandAward.id, HandAward.asked_by_id)
    query = query.where(HandAward.rule_id == rule_id, HandAward.status == "waiting")
    return {person_id: Asked(hand_award_id, by) for person_id, hand_award_id, by in session.execute(query)}


def people_of(session: Session, rule_id: int, hand_award_ids: Collection[int]) -> Sequence[int]:
    """The ids of the people whom these are about, as far as they are of the rule and wait; thousands at once."""
    query = select(HandAward.person_id).where(
        HandAward.rule_id == rule_id,
        HandAward.status == "waiting",
        is_among(session, HandAward.id, hand_award_ids),
    )
    return session.scalars(query).all()


def with_teachers(session: Session, hand_award_ids: Collection[int]) -> Sequence[HandAward]:
    """The whole rows with these ids, with who asked."""
    if not hand_award_ids:
        return []
    query = select(HandAward).where(HandAward.id.in_(hand_award_ids))
    return session.scalars(query.options(joinedload(HandAward.asked_by))).all()


def waiting_for(session: Session, rule_id: int, person_id: int) -> HandAward | None:
    """The one of a rule that waits for a second person, about that learner."""
    return session.scalar(
        select(HandAward).where(
            HandAward.rule_id == rule_id, HandAward.person_id == person_id, HandAward.status == "waiting"
        )
    )
