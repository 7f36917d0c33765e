"""Queries for checks whether a badge is somebody's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Award, CredentialRow, IdentityCheck, IdentityCheckRefusal, Person
from lti_tool.store.queries.common import insert_if_missing


def with_token(session: Session, token_hash: str) -> IdentityCheck | None:
    """The check whose visitor has the token with this SHA-256."""
    return session.scalar(select(IdentityCheck).where(IdentityCheck.token_hash == token_hash))


def with_hash_beginning(session: Session, beginning: str) -> IdentityCheck | None:
    """The check whose `token_hash` begins so, with hexadecimal digits."""
    return session.scalar(
        select(IdentityCheck).where(IdentityCheck.token_hash.startswith(beginning)).limit(1)
    )


def lock(session: Session, token_hash: str) -> IdentityCheck | None:
    """As `with_token`; locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it."""
    query = select(IdentityCheck).where(IdentityCheck.token_hash == token_hash)
    return session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))


def number_mailed(session: Session, check: IdentityCheck, since: datetime) -> int:
    """How often the holder was mailed about the credential, by other checks."""
    is_it = (IdentityCheck.credential_id == check.credential_id) & (IdentityCheck.id != check.id)
    query = select(func.count()).where(is_it, IdentityCheck.mailed_at >= since)
    return session.scalar(query) or 0


def number_mailed_to(session: Session, email: str, check: IdentityCheck, since: datetime) -> int:
    """How often the address was mailed about any badge, whoever's it is, by other checks."""
    query = (
        select(func.count())
        .select_from(IdentityCheck)
        .join(CredentialRow, CredentialRow.id == IdentityCheck.credential_id)
        .join(Award, Award.id == CredentialRow.award_id)
        .join(Person, Person.id == Award.person_id)
        .where(
            func.lower(Person.email) == email.lower(),
            IdentityCheck.mailed_at >= since,
            IdentityCheck.id != check.id,
        )
    )
    return session.scalar(query) or 0


def is_refused(session: Session, person_id: int) -> bool:
    """Whether the person does not want to be asked."""
    return session.get(IdentityCheckRefusal, person_id) is not None


def refuse(session: Session, person_id: int, now: datetime) -> bool:
    """Stores that the person does not want to be asked any more; whether that is new."""
    return insert_if_missing(session, IdentityCheckRefusal, {"person_id": person_id, "refused_at": now})


def forget_refusal(session: Session, person_id: int) -> bool:
    """Deletes that the person does not want to be asked; whether it was there."""
    of_them = delete(IdentityCheckRefusal).where(IdentityCheckRefusal.person_id == person_id)
    return session.scalar(of_them.returning(IdentityCheckRefusal.person_id)) is not None


def delete_begun_before(session: Session, moment: datetime) -> None:
    """Deletes the checks that were begun before then."""
    session.execute(delete(IdentityCheck).where(IdentityCheck.begun_at < moment))
