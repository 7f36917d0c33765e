"""Queries for proved addresses, the codes that prove them, and sessions of learners."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from lti_tool.store.models import AddressCode, LearnerSession, Person, ProvedAddress
from lti_tool.store.queries import backpack, hosts
from lti_tool.store.queries.common import is_possible_id


def of_person(session: Session, person_id: int) -> Sequence[ProvedAddress]:
    """The addresses that the person has proved, in that order."""
    query = select(ProvedAddress).where(ProvedAddress.person_id == person_id)
    return session.scalars(query.order_by(ProvedAddress.proved_at, ProvedAddress.id)).all()


def with_address(session: Session, address: str) -> Sequence[ProvedAddress]:
    """Each person's proof of this address, oldest first; without people who were erased."""
    query = select(ProvedAddress).join(ProvedAddress.person)
    query = query.where(ProvedAddress.address == address, Person.erased_at.is_(None))
    return session.scalars(query.order_by(ProvedAddress.proved_at, ProvedAddress.id)).all()


def hold(session: Session, address: str) -> None:
    """Has whoever takes the address back, or is erased with it, wait until this transaction is over.

    SELECT ... FOR SHARE: what is given to readers of its mail is seen, and deleted, by them.
    """
    query = select(ProvedAddress.id).where(ProvedAddress.address == address)
    session.execute(query.with_for_update(read=True))


def proof(session: Session, proof_id: int) -> ProvedAddress | None:
    return session.get(ProvedAddress, proof_id) if is_possible_id(proof_id) else None


def code(session: Session, code_id: int) -> AddressCode | None:
    return session.get(AddressCode, code_id)


def count_try(
    session: Session, ticket_hash: str, person_id: int | None, most: int, now: datetime
) -> AddressCode | None:
    """The code with that ticket that this person asked for, once one more try of it is counted.

    None where there is none, it has expired, or was tried `most` times. Counted by one statement, so that tries at the
    same moment are as many as they are.
    """
    asked_by = AddressCode.person_id.is_(None) if person_id is None else AddressCode.person_id == person_id
    counted = session.execute(
        update(AddressCode)
        .where(
            AddressCode.ticket_hash == ticket_hash,
            asked_by,
            AddressCode.expires_at > now,
            AddressCode.tries < most,
        )
        .values(tries=AddressCode.tries + 1)
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], counted).rowcount != 1:
        return None
    return session.scalar(select(AddressCode).where(AddressCode.ticket_hash == ticket_hash))


def delete_expired_codes(session: Session, now: datetime) -> None:
    """Deletes the codes that have expired."""
    session.execute(delete(AddressCode).where(AddressCode.expires_at <= now))


def learner_session(session: Session, token_hash: str) -> LearnerSession | None:
    return session.get(LearnerSession, token_hash)


def sessions_with(session: Session, address: str) -> Sequence[LearnerSession]:
    """The sessions that a code to the address began, oldest first."""
    query = select(LearnerSession).where(LearnerSession.address == address)
    return session.scalars(query.order_by(LearnerSession.created_at, LearnerSession.token_hash)).all()


def delete_learner_sessions(session: Session, idle_since: datetime, created_before: datetime) -> None:
    """Deletes the sessions that were last used, or created, no later than that."""
    ended = (LearnerSession.last_used_at <= idle_since) | (LearnerSession.created_at <= created_before)
    session.execute(delete(LearnerSession).where(ended))


def delete_all_of(session: Session, person_ids: Collection[int]) -> None:
    """Deletes the proofs and codes of these people, what they keep here, and what is held of addresses that nobody else
    has proved.

    They are no more than one statement takes.
    """
    proofs = ProvedAddress.person_id.in_(person_ids)
    addresses = set(session.scalars(select(ProvedAddress.address).where(proofs)))
    backpack.delete_kept(session, person_ids)
    session.execute(delete(AddressCode).where(AddressCode.person_id.in_(person_ids)))
    session.execute(delete(ProvedAddress).where(proofs))
    delete_sessions_of_nobody(session, addresses)


def delete_sessions_of_nobody(session: Session, addresses: Collection[str]) -> None:
    """Deletes what is held of those of the addresses that nobody has proved any more.

    Sessions, codes, let-in programs and accesses to hosts.
    """
    proved = set(session.scalars(select(ProvedAddress.address).where(ProvedAddress.address.in_(addresses))))
    left = set(addresses) - proved
    session.execute(delete(LearnerSession).where(LearnerSession.address.in_(left)))
    session.execute(delete(AddressCode).where(AddressCode.address.in_(left)))
    backpack.delete_accesses_of(session, left)
    hosts.delete_accesses_of(session, left)
