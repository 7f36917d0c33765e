"""Queries for what learners ask to have corrected."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import Award, CorrectionRequest


def open_of(session: Session, award_id: int) -> CorrectionRequest | None:
    """What is asked about an award and not settled yet."""
    query = select(CorrectionRequest).where(CorrectionRequest.award_id == award_id)
    return session.scalar(query.where(CorrectionRequest.settled_at.is_(None)))


def open_outside_courses(session: Session, issuer_id: str) -> Sequence[CorrectionRequest]:
    """What is asked about awards of the issuer that no teacher sees, and not settled yet, oldest first."""
    query = (
        select(CorrectionRequest)
        .join(CorrectionRequest.award)
        .where(
            Award.issuer_id == issuer_id, Award.course_id.is_(None), CorrectionRequest.settled_at.is_(None)
        )
        .options(selectinload(CorrectionRequest.award).selectinload(Award.person))
    )
    return session.scalars(query.order_by(CorrectionRequest.asked_at, CorrectionRequest.id)).all()


def open_in(session: Session, course_ids: Collection[int]) -> Sequence[CorrectionRequest]:
    """What is asked about the awards of these courses and not settled yet, oldest first, with awards and learners."""
    query = (
        select(CorrectionRequest)
        .join(CorrectionRequest.award)
        .where(Award.course_id.in_(course_ids), CorrectionRequest.settled_at.is_(None))
        .options(selectinload(CorrectionRequest.award).selectinload(Award.person))
        .order_by(CorrectionRequest.asked_at, CorrectionRequest.id)
    )
    return session.scalars(query).all()
