"""Queries for awards and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import Award, AwardRule, Delivery, ObservationRow
from lti_tool.store.queries.common import FOR_UPDATE, is_possible_id


def award(session: Session, award_id: int) -> Award | None:
    return session.get(Award, award_id) if is_possible_id(award_id) else None


def lock_award(session: Session, award: Award) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it."""
    session.refresh(award, with_for_update=FOR_UPDATE)


def newest_awards(session: Session, rule: AwardRule, template_id: str) -> Mapping[int, Award]:
    """The newest award of the template, whatever its status, of everybody in the rule's course who ever had one.

    By person id. It may have been awarded in another course: an achievement is awarded once over all of them.
    """
    seen_here = select(ObservationRow.person_id).where(ObservationRow.course_id == rule.course_id)
    query = select(Award).where(
        Award.issuer_id == rule.issuer_id, Award.template_id == template_id, Award.person_id.in_(seen_here)
    )
    return {award.person_id: award for award in session.scalars(query.order_by(Award.id))}


def awards_without_name(session: Session, course_id: int) -> Sequence[Award]:
    """The awards of the course that wait for the name or address of their learner."""
    query = select(Award).where(Award.course_id == course_id, Award.status == "waiting")
    return [award for award in session.scalars(query) if "learner" in award.waiting_for]


def newest_award(session: Session, issuer_id: str, template_id: str, person_id: int) -> Award | None:
    """The learner's newest award of a template, in whichever course, whatever its status."""
    query = select(Award).where(
        Award.issuer_id == issuer_id, Award.template_id == template_id, Award.person_id == person_id
    )
    return session.scalar(query.order_by(Award.id.desc()).limit(1))


def awards_in_course(session: Session, course_id: int, person_id: int) -> Sequence[Award]:
    """The learner's awards in a course, oldest first."""
    query = select(Award).where(Award.course_id == course_id, Award.person_id == person_id)
    return session.scalars(query.order_by(Award.earned_at, Award.id)).all()


def awards_of_rule(session: Session, rule_id: int) -> Sequence[Award]:
    """In the order in which they were earned, with learners, credentials and deliveries loaded."""
    query = (
        select(Award)
        .where(Award.rule_id == rule_id)
        .options(selectinload(Award.person), selectinload(Award.credential), selectinload(Award.deliveries))
        .order_by(Award.earned_at, Award.id)
    )
    return session.scalars(query).all()


def waiting_awards(session: Session, person_id: int) -> Sequence[Award]:
    """The learner's awards that wait for anything."""
    query = select(Award).where(Award.person_id == person_id, Award.status == "waiting")
    return session.scalars(query).all()


def awards_waiting_for(session: Session, name: str) -> Sequence[Award]:
    """All awards that wait for `name`: "issuer", or a missing element."""
    waiting = session.scalars(select(Award).where(Award.status == "waiting")).all()
    return [award for award in waiting if name in award.waiting_for]


def delivery(session: Session, delivery_id: int) -> Delivery | None:
    return session.get(Delivery, delivery_id)


def lock_delivery(session: Session, delivery_id: int) -> Delivery:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and returns it. Raises NoResultFound where there is none."""
    return session.get_one(Delivery, delivery_id, with_for_update=FOR_UPDATE, populate_existing=True)
