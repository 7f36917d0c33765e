"""Queries for what platforms are to show no longer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.store.models import Award, AwardRule, Course, Outbox


class TakeBack(NamedTuple):
    """A job that has the platform of a registration show a badge no longer, in a course by its title."""

    id: str
    delivery_id: int
    registration_id: int
    course: str


def waiting(session: Session, award_ids: Collection[int]) -> Sequence[TakeBack]:
    """The jobs of these awards that are not done yet, given up or not, in the order of the awards."""
    query = (
        select(Outbox.id, Outbox.payload, Course.registration_id, Course.title)
        .join(Award, Award.id == Outbox.award_id)
        .join(AwardRule, AwardRule.id == Award.rule_id)
        .join(Course, Course.id == AwardRule.course_id)
        .where(Outbox.award_id.in_(award_ids), Outbox.task == "take_back")
        .order_by(Award.id, Outbox.id)
    )
    return [
        TakeBack(id=id, delivery_id=payload["delivery_id"], registration_id=registration_id, course=title)
        for id, payload, registration_id, title in session.execute(query)
    ]
