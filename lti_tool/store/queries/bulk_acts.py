"""Queries for acts on several people at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.store.models import Award, BulkAct, BulkActPerson, HandAward, Person
from lti_tool.store.queries.common import FOR_UPDATE, is_among, is_possible_id


class Result(NamedTuple):
    """What came out of an act for one of its people, as a code; `name` is None where nobody knows it."""

    name: str | None
    outcome: str


def bulk_act(session: Session, act_id: int) -> BulkAct | None:
    return session.get(BulkAct, act_id) if is_possible_id(act_id) else None


def asked_once(session: Session, once: str) -> BulkAct | None:
    """The act that the page with this hash has asked for."""
    return session.scalar(select(BulkAct).where(BulkAct.once == once))


def lock(session: Session, act_id: int) -> BulkAct | None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and returns it reloaded; None where it is gone."""
    return session.get(BulkAct, act_id, with_for_update=FOR_UPDATE, populate_existing=True)


def add_people(session: Session, act_id: int, awards: Mapping[int, int | None]) -> None:
    """Adds those whom the act is about: by person id, the id of the award that it is about."""
    rows: list[dict[str, Any]] = [
        {"bulk_act_id": act_id, "person_id": person_id, "award_id": award_id, "outcome": ""}
        for person_id, award_id in awards.items()
    ]
    session.execute(insert(BulkActPerson), rows)


def next_people(session: Session, act_id: int, most: int) -> Sequence[BulkActPerson]:
    """Those whose turn is next, `most` at most."""
    query = select(BulkActPerson).where(BulkActPerson.bulk_act_id == act_id, BulkActPerson.outcome == "")
    return session.scalars(query.order_by(BulkActPerson.id).limit(most)).all()


def numbers(session: Session, act_id: int) -> Mapping[str, int]:
    """How many of its people have each outcome; "" is that of those whose turn is still to come."""
    query = select(BulkActPerson.outcome, func.count()).where(BulkActPerson.bulk_act_id == act_id)
    return {outcome: number for outcome, number in session.execute(query.group_by(BulkActPerson.outcome))}


def results(session: Session, act_id: int, outcomes: Collection[str], most: int) -> Sequence[Result]:
    """The first of its people by name with one of these outcomes, `most` at most."""
    query = (
        select(Person.name, BulkActPerson.outcome)
        .join(Person, Person.id == BulkActPerson.person_id)
        .where(BulkActPerson.bulk_act_id == act_id, BulkActPerson.outcome.in_(outcomes))
        .order_by(Person.name, Person.id)
        .limit(most)
    )
    return [Result._make(row) for row in session.execute(query)]


def newest(session: Session, rule_id: int, most: int) -> Sequence[BulkAct]:
    """The newest acts of a rule's list, with who asked for them."""
    query = select(BulkAct).where(BulkAct.rule_id == rule_id).order_by(BulkAct.id.desc()).limit(most)
    return session.scalars(query.options(joinedload(BulkAct.asked_by))).all()


def awards_left(session: Session, act_id: int) -> Sequence[BulkActPerson]:
    """Of an act that awards: those whose award is not revoked, or waits for a second person."""
    waits = exists().where(
        HandAward.rule_id == BulkAct.rule_id,
        HandAward.person_id == BulkActPerson.person_id,
        HandAward.status == "waiting",
        HandAward.asked_by_id == BulkAct.asked_by_id,
        HandAward.asked_at >= BulkAct.asked_at,
    )
    return _people_where(session, act_id, (Award.status != "revoked") | (Award.id.is_(None) & waits))


def revocations_left(session: Session, act_id: int) -> Sequence[BulkActPerson]:
    """Of an act that revokes: those whose award is revoked still."""
    return _people_where(session, act_id, Award.status == "revoked")


def _people_where(session: Session, act_id: int, is_left: ColumnElement[bool]) -> Sequence[BulkActPerson]:
    query = (
        select(BulkActPerson)
        .join(BulkAct, BulkAct.id == BulkActPerson.bulk_act_id)
        .outerjoin(Award, Award.id == BulkActPerson.award_id)
        .where(BulkActPerson.bulk_act_id == act_id, BulkActPerson.outcome.in_(("done", "asked")), is_left)
        .order_by(BulkActPerson.id)
    )
    return session.scalars(query.options(joinedload(BulkActPerson.person))).all()


def delete_person(session: Session, person_id: int) -> None:
    """Deletes that acts were about the person; and acts that were about nobody else, with their reasons."""
    theirs = select(BulkActPerson.bulk_act_id).where(BulkActPerson.person_id == person_id)
    acts = session.scalars(theirs).all()
    session.execute(delete(BulkActPerson).where(BulkActPerson.person_id == person_id))
    is_about_somebody = exists().where(BulkActPerson.bulk_act_id == BulkAct.id)
    session.execute(delete(BulkAct).where(BulkAct.id.in_(acts), ~is_about_somebody))


def forget_reasons(session: Session, person_id: int) -> None:
    """Empties the reasons of acts that were about the person, or that they asked for, once these have ended.

    One that goes on still needs it; it is deleted with the act.
    """
    about = select(BulkActPerson.bulk_act_id).where(BulkActPerson.person_id == person_id)
    theirs = BulkAct.id.in_(about) | (BulkAct.asked_by_id == person_id)
    session.execute(update(BulkAct).where(theirs, BulkAct.ended_at.is_not(None)).values(reason=""))


def delete_asked_before(session: Session, moment: datetime) -> int:
    """Deletes the acts that were asked for before then, with what came out of them; how many that were."""
    acts = select(BulkAct.id).where(BulkAct.asked_at < moment)
    session.execute(delete(BulkActPerson).where(BulkActPerson.bulk_act_id.in_(acts)))
    deleted: Any = session.execute(
        delete(BulkAct).where(BulkAct.asked_at < moment), execution_options={"preserve_rowcount": True}
    )
    return cast(CursorResult[Any], deleted).rowcount


def lock_awards(session: Session, people: Collection[BulkActPerson]) -> Mapping[int, Award]:
    """The awards that the act is about for these people, by their ids; locked in that order, and reloaded."""
    ids = [each.award_id for each in people if each.award_id is not None]
    if not ids:
        return {}
    query = select(Award).where(Award.id.in_(ids)).order_by(Award.id).with_for_update(key_share=True)
    found = session.scalars(query.execution_options(populate_existing=True))
    return {award.id: award for award in found}


class LightAward(NamedTuple):
    """An award with whose it is, and of which rule."""

    id: int
    person_id: int
    rule_id: int


def light_awards(session: Session, award_ids: Collection[int]) -> Sequence[LightAward]:
    """The awards with these ids, by their ids; thousands at once."""
    if not award_ids:
        return []
    query = select(Award.id, Award.person_id, Award.rule_id).where(is_among(session, Award.id, award_ids))
    return [LightAward._make(row) for row in session.execute(query.order_by(Award.id))]
