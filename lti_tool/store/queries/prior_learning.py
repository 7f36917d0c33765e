"""Queries for the recognition of prior learning."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from lti_tool.store.models import (
    Award,
    AwardRule,
    LearnerSession,
    Person,
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningDecision,
    PriorLearningIdentityCheck,
    PriorLearningItem,
    PriorLearningOffer,
    PriorLearningPart,
    RuleVersion,
)
from lti_tool.store.queries.common import FOR_UPDATE, is_possible_id

Application = PriorLearningApplication
Assessment = PriorLearningAssessment
Item = PriorLearningItem


# --- Offers


def offer(session: Session, offer_id: int) -> PriorLearningOffer | None:
    return session.get(PriorLearningOffer, offer_id) if is_possible_id(offer_id) else None


def open_offers(session: Session, issuer_id: str | None = None) -> Sequence[PriorLearningOffer]:
    """What is open now, of one issuer or of all, oldest first."""
    query = select(PriorLearningOffer).where(PriorLearningOffer.closed_at.is_(None))
    if issuer_id is not None:
        query = query.where(PriorLearningOffer.issuer_id == issuer_id)
    return session.scalars(query.order_by(PriorLearningOffer.id)).all()


def open_offer(session: Session, issuer_id: str, template_id: str) -> PriorLearningOffer | None:
    """The open one of a template."""
    found = open_offers(session, issuer_id)
    return next((row for row in found if row.template_id == template_id), None)


# --- Applications


def application(session: Session, key: str) -> Application | None:
    return session.scalar(select(Application).where(Application.key == key))


def application_with_id(session: Session, application_id: int) -> Application | None:
    return session.get(Application, application_id) if is_possible_id(application_id) else None


def lock_application(session: Session, row: Application) -> None:
    """Locks the row and reloads it: what is done in an application is done one after the other."""
    session.refresh(row, with_for_update=FOR_UPDATE)
    session.expire(row, ["items", "assessments", "decisions", "identity_checks"])


def lock_sessions(session: Session, address: str) -> None:
    """Locks the sessions that a code to the address began, so that two of them make one person of it."""
    query = select(LearnerSession.token_hash).where(LearnerSession.address == address)
    session.execute(query.order_by(LearnerSession.token_hash).with_for_update(key_share=True)).all()


def is_named(session: Session, person_id: int) -> bool:
    """Whether a platform names the person, or they have said themselves what they are called."""
    row = session.get(Person, person_id)
    return row is not None and bool(row.name or row.stated_name)


def of_people(session: Session, person_ids: Collection[int]) -> Sequence[Application]:
    """The applications of these people, newest first."""
    query = (
        select(Application)
        .where(Application.person_id.in_(person_ids))
        .options(joinedload(Application.version))
    )
    return session.scalars(query.order_by(Application.id.desc())).all()


def people_with(session: Session, keys: Collection[str]) -> set[int]:
    """Whose applications these are."""
    return set(session.scalars(select(Application.person_id).where(Application.key.in_(keys))))


def running(
    session: Session, issuer_id: str, template_id: str, person_ids: Collection[int]
) -> Application | None:
    """The application of one of these people for that template that has not ended."""
    return session.scalar(
        select(Application).where(
            Application.issuer_id == issuer_id,
            Application.template_id == template_id,
            Application.person_id.in_(person_ids),
            Application.closed_at.is_(None),
        )
    )


def number_running(session: Session, person_id: int) -> int:
    """How many applications of the person have not ended, at whichever issuers."""
    of_them = (Application.person_id == person_id) & Application.closed_at.is_(None)
    return session.scalar(select(func.count(Application.id)).where(of_them)) or 0


def namesakes(session: Session, row: Application, name: str) -> bool:
    """Whether another person of that name has applied to the issuer for the same template, or was awarded it."""
    is_called_so = (Person.name == name) | (Person.stated_name == name)
    of_others = is_called_so & (Person.id != row.person_id) & Person.erased_at.is_(None)
    applied = select(Application.id).join(Person, Person.id == Application.person_id)
    awarded = select(Award.id).join(Person, Person.id == Award.person_id)
    return bool(name) and any(
        session.scalar(
            query.where(
                of_others, table.issuer_id == row.issuer_id, table.template_id == row.template_id
            ).limit(1)
        )
        is not None
        for query, table in ((applied, Application), (awarded, Award))
    )


def of_issuer(session: Session, issuer_id: str, most: int) -> Sequence[Application]:
    """The issuer's applications, those that have not ended first, then the newest; `most` at most."""
    return _listed(session, Application.issuer_id == issuer_id, most)


def of_assessor(session: Session, issuer_id: str, operator_id: int, most: int) -> Sequence[Application]:
    """The issuer's applications for which the operator was appointed."""
    theirs = exists().where(
        Assessment.application_id == Application.id, Assessment.operator_id == operator_id
    )
    return _listed(session, (Application.issuer_id == issuer_id) & theirs, most)


def of_counsellor(session: Session, issuer_id: str, operator_id: int, most: int) -> Sequence[Application]:
    """The issuer's applications in which the operator counsels, or may: help is asked for, and nobody has given it."""
    asks = (
        Application.help_asked_at.is_not(None)
        & Application.counsellor_id.is_(None)
        & Application.state.in_(("identification", "documentation"))
    )
    theirs = asks | (Application.counsellor_id == operator_id)
    return _listed(session, (Application.issuer_id == issuer_id) & theirs, most)


def _listed(session: Session, where: ColumnElement[bool], most: int) -> Sequence[Application]:
    # A list says of each whose it is and what waits: not a query for each.
    whole = joinedload(Application.version), joinedload(Application.person)
    parts = selectinload(Application.assessments), selectinload(Application.decisions)
    query = select(Application).where(where).options(*whole, *parts)
    ordered = query.order_by(Application.closed_at.is_not(None), Application.id.desc())
    return session.scalars(ordered.limit(most)).all()


# --- Portfolios


def item(session: Session, key: str) -> Item | None:
    return session.scalar(select(Item).where(Item.key == key))


def sizes_of_person(session: Session, person_id: int) -> tuple[int, int]:
    """How many parts all portfolios of the person have, and their bytes together."""
    query = select(func.count(), func.coalesce(func.sum(Item.size), 0)).join(Item.application)
    count, size = session.execute(query.where(Application.person_id == person_id)).one()
    return count, int(size)


def contents(session: Session, item_id: int) -> Iterator[bytes]:
    """The bytes of an item, part by part: outside of a transaction PostgreSQL has no cursor, and would send all."""
    part = session.scalar(_part(item_id, 0))
    number = 0
    while part is not None:
        yield part
        number += 1
        part = session.scalar(_part(item_id, number))


def _part(item_id: int, number: int) -> Select[bytes]:
    of_it = (PriorLearningPart.item_id == item_id, PriorLearningPart.number == number)
    return select(PriorLearningPart.content).where(*of_it)


def delete_item(session: Session, item_id: int) -> None:
    """Deletes a part of a portfolio, with its bytes."""
    _delete(session, PriorLearningPart, PriorLearningPart.item_id == item_id)
    _delete(session, Item, Item.id == item_id)
    session.expire_all()


# --- Assessments and decisions


def assessments(session: Session, application_id: int) -> Sequence[Assessment]:
    """All of the application, by round and place."""
    query = select(Assessment).where(Assessment.application_id == application_id)
    return session.scalars(query.order_by(Assessment.round, Assessment.place)).all()


def delete_assessment(session: Session, row: Assessment) -> None:
    """Takes an appointment back."""
    session.delete(row)
    session.flush()
    session.expire_all()


def decisions(session: Session, application_id: int) -> Sequence[PriorLearningDecision]:
    """The decisions of the application, by round."""
    query = select(PriorLearningDecision).where(PriorLearningDecision.application_id == application_id)
    return session.scalars(query.order_by(PriorLearningDecision.round)).all()


def rule_of(session: Session, template_version_id: int, tree: str) -> AwardRule | None:
    """The rule of the issuer alone that awards this version of a template by that tree."""
    query = select(AwardRule).join(RuleVersion, RuleVersion.rule_id == AwardRule.id)
    query = query.where(
        AwardRule.course_id.is_(None),
        AwardRule.removed_at.is_(None),
        RuleVersion.status == "active",
        RuleVersion.template_version_id == template_version_id,
        RuleVersion.tree == tree,
    )
    return session.scalar(query.order_by(AwardRule.id).limit(1))


# --- Erasure and retention


def delete_of_person(session: Session, person_id: int, issuer_id: str | None = None) -> None:
    """Deletes the applications of the person with all that belongs to them: those of one issuer, or all."""
    theirs = select(Application.id).where(Application.person_id == person_id)
    if issuer_id is not None:
        theirs = theirs.where(Application.issuer_id == issuer_id)
    _delete_all(session, session.scalars(theirs).all())


def move_to(session: Session, person_id: int, issuer_ids: Collection[str], to: int) -> None:
    """Makes the applications at these issuers those of the person `to`."""
    theirs = (Application.person_id == person_id) & Application.issuer_id.in_(issuer_ids)
    session.execute(update(Application).where(theirs).values(person_id=to))
    session.expire_all()


def issuers_of_person(session: Session, person_id: int) -> Collection[str]:
    """The keys of the issuers at which the person has applied."""
    return set(session.scalars(select(Application.issuer_id).where(Application.person_id == person_id)))


def forget_awards(session: Session, award_ids: Collection[int]) -> None:
    """Takes these awards, which are about to be deleted, out of the applications that they came of."""
    of_them = Application.award_id.in_(award_ids)
    session.execute(
        update(Application).where(of_them).values(award_id=None).execution_options(synchronize_session=False)
    )


def last_acts(session: Session, person_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these people last did something in an application, or had one decided."""
    last = func.max(Application.changed_at)
    query = select(Application.person_id, last).where(Application.person_id.in_(person_ids))
    return {person_id: at for person_id, at in session.execute(query.group_by(Application.person_id))}


def delete_unchanged_since(session: Session, before: datetime, most: int) -> int:
    """Deletes the applications in which nothing happened since then, `most` at most; how many that were."""
    old = select(Application.id).where(Application.changed_at < before).order_by(Application.id).limit(most)
    return _delete_all(session, session.scalars(old).all())


def _delete_all(session: Session, ids: Sequence[int]) -> int:
    items = select(Item.id).where(Item.application_id.in_(ids))
    _delete(session, PriorLearningPart, PriorLearningPart.item_id.in_(items))
    _delete(session, Item, Item.application_id.in_(ids))
    _delete(session, Assessment, Assessment.application_id.in_(ids))
    _delete(session, PriorLearningDecision, PriorLearningDecision.application_id.in_(ids))
    of_them = PriorLearningIdentityCheck.application_id.in_(ids)
    _delete(session, PriorLearningIdentityCheck, of_them)
    number = _delete(session, Application, Application.id.in_(ids))
    session.expire_all()
    return number


def _delete(session: Session, table: type[Any], of_it: ColumnElement[bool]) -> int:
    session.flush()
    deleted: Any = session.execute(
        delete(table).where(of_it), execution_options={"synchronize_session": False}
    )
    return cast(CursorResult[Any], deleted).rowcount
