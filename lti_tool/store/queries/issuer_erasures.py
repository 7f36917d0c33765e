"""Queries for an erasure by one issuer, while another one goes on with the person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.store.account_hashes import ERASED, account_hash
from lti_tool.store.models import (
    Award,
    AwardRule,
    BulkAct,
    BulkActPerson,
    HandAward,
    IdentityCheckRefusal,
    IssuerErasure,
    MailRefusal,
    Pathway,
    PathwayClaim,
    PlatformAccount,
    ProvedAddress,
    RegistrationRow,
)
from lti_tool.store.queries.common import insert_missing


def move_awards(session: Session, person_id: int, issuer_ids: Collection[str], to: int) -> None:
    """Makes the awards that these issuers gave to the person those of the person `to`."""
    theirs = (Award.person_id == person_id) & Award.issuer_id.in_(issuer_ids)
    session.execute(update(Award).where(theirs).values(person_id=to))
    session.expire_all()


def move_claims(session: Session, person_id: int, issuer_ids: Collection[str], to: int) -> None:
    """Makes what the person has claimed for parts of these issuers' pathways that of the person `to`."""
    pathways = select(Pathway.id).where(Pathway.issuer_id.in_(issuer_ids))
    theirs = (PathwayClaim.person_id == person_id) & PathwayClaim.pathway_id.in_(pathways)
    session.execute(
        update(PathwayClaim).where(theirs).values(person_id=to).execution_options(synchronize_session=False)
    )
    session.expire_all()


def copy_proofs(session: Session, person_id: int, to: int) -> None:
    """Gives the person `to` the addresses that the other one has proved."""
    for row in session.scalars(select(ProvedAddress).where(ProvedAddress.person_id == person_id)).all():
        session.add(
            ProvedAddress(
                person_id=to,
                address=row.address,
                proved_at=row.proved_at,
                confirmed_until=row.confirmed_until,
            )
        )


def copy_objections(session: Session, person_id: int, to: int) -> None:
    """Notes of the person `to` which reminders the other one does not want, and that nobody is to ask who they are."""
    for reminder in session.scalars(select(MailRefusal).where(MailRefusal.person_id == person_id)).all():
        session.add(MailRefusal(person_id=to, kind=reminder.kind, refused_at=reminder.refused_at))
    check = session.get(IdentityCheckRefusal, person_id)
    if check is not None:
        session.add(IdentityCheckRefusal(person_id=to, refused_at=check.refused_at))


def delete_asked_of(session: Session, issuer_id: str, person_id: int) -> None:
    """Deletes what was to be awarded to the person by hand, and done to them with others, by rules of the issuer.

    And what they have claimed for parts of its pathways.
    """
    rules = select(AwardRule.id).where(AwardRule.issuer_id == issuer_id)
    acts = select(BulkAct.id).where(BulkAct.rule_id.in_(rules))
    theirs = (BulkActPerson.person_id == person_id) & BulkActPerson.bulk_act_id.in_(acts)
    about = select(BulkActPerson.bulk_act_id).where(theirs)
    ended = BulkAct.id.in_(about) & BulkAct.ended_at.is_not(None)
    by_hand = (HandAward.person_id == person_id) & HandAward.rule_id.in_(rules)
    pathways = select(Pathway.id).where(Pathway.issuer_id == issuer_id)
    claims = (PathwayClaim.person_id == person_id) & PathwayClaim.pathway_id.in_(pathways)
    for statement in (
        update(BulkAct).where(ended).values(reason=""),
        delete(BulkActPerson).where(theirs),
        delete(HandAward).where(by_hand),
        delete(PathwayClaim).where(claims),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()


def hashes_of(session: Session, person_id: int) -> Sequence[tuple[int, str]]:
    """The registration and the hash of each account of the person."""
    query = select(PlatformAccount.registration_id, PlatformAccount.user_id)
    return [
        (number, user_id if user_id.startswith(ERASED) else account_hash(session, number, user_id))
        for number, user_id in session.execute(query.where(PlatformAccount.person_id == person_id))
    ]


def keep_erased(
    session: Session, issuer_id: str, accounts: Collection[tuple[int, str]], now: datetime
) -> None:
    """Keeps that the issuer awards nothing to these accounts any more: registrations and hashes.

    An account of a registration that is not there is left out.
    """
    rows = [
        {"issuer_id": issuer_id, "registration_id": number, "account_hash": hashed, "erased_at": now}
        for number, hashed in accounts
        if session.get(RegistrationRow, number) is not None
    ]
    if rows:
        insert_missing(session, IssuerErasure, rows)


def whom_it_erased(session: Session, issuer_id: str, person_ids: Collection[int]) -> set[int]:
    """Those of these people to whom the issuer awards nothing any more."""
    hashes = select(IssuerErasure.account_hash).where(IssuerErasure.issuer_id == issuer_id)
    # Few issuers have erased anybody whom others go on with: nothing more is asked then.
    erased = set(session.scalars(hashes)) if person_ids else set()
    if not erased:
        return set()
    found: set[int] = set()
    ids = sorted(person_ids)
    for start in range(0, len(ids), 500):
        some = PlatformAccount.person_id.in_(ids[start : start + 500])
        query = select(PlatformAccount.person_id, PlatformAccount.registration_id, PlatformAccount.user_id)
        for number, registration_id, user_id in session.execute(query.where(some)):
            if account_hash(session, registration_id, user_id) in erased:
                found.add(number)
    return found
