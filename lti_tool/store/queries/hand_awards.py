"""Queries for what teachers want to award by hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.store.models import HandAward
from lti_tool.store.queries.common import is_possible_id


def hand_award(session: Session, hand_award_id: int) -> HandAward | None:
    return session.get(HandAward, hand_award_id) if is_possible_id(hand_award_id) else None


def lock_hand_award(session: Session, row: HandAward) -> None:
    """Locks the row (SELECT ... FOR UPDATE) and reloads it, so that it is settled only once."""
    session.refresh(row, with_for_update=True)


def waiting(session: Session, rule_id: int) -> Sequence[HandAward]:
    """Those of a rule that wait for a second person, oldest first, with whom they are about and who asked."""
    query = select(HandAward).where(HandAward.rule_id == rule_id, HandAward.status == "waiting")
    loaded = (joinedload(HandAward.person), joinedload(HandAward.asked_by))
    return session.scalars(query.order_by(HandAward.id).options(*loaded)).all()


def waiting_for(session: Session, rule_id: int, person_id: int) -> HandAward | None:
    """The one of a rule that waits for a second person, about that learner."""
    return session.scalar(
        select(HandAward).where(
            HandAward.rule_id == rule_id, HandAward.person_id == person_id, HandAward.status == "waiting"
        )
    )
