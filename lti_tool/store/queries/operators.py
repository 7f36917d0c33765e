"""Queries for operators, their ways to sign in, and their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lti_tool.store.models import (
    OperatorIdentity,
    OperatorMailAddress,
    OperatorPasskey,
    OperatorRole,
    OperatorRow,
    OperatorSession,
    PlatformAccount,
    RegistrationRow,
)
from lti_tool.store.queries.common import is_possible_id


def operator(session: Session, operator_id: int) -> OperatorRow | None:
    return session.get(OperatorRow, operator_id) if is_possible_id(operator_id) else None


def operators(session: Session) -> Sequence[OperatorRow]:
    """All accounts, oldest first, each with what it has."""
    query = select(OperatorRow).options(
        selectinload(OperatorRow.roles),
        selectinload(OperatorRow.passkeys),
        selectinload(OperatorRow.identities),
    )
    return session.scalars(query.order_by(OperatorRow.id)).all()


def operators_of(session: Session, issuer_id: str) -> Sequence[OperatorRow]:
    """The accounts with a role at the issuer, oldest first."""
    theirs = select(OperatorRole.operator_id).where(OperatorRole.issuer_id == issuer_id)
    query = select(OperatorRow).options(selectinload(OperatorRow.roles)).where(OperatorRow.id.in_(theirs))
    return session.scalars(query.order_by(OperatorRow.id)).all()


def operator_by_identity(session: Session, iss: str, sub: str) -> OperatorRow | None:
    """The account that a provider's identity signs in."""
    identity = select(OperatorIdentity.operator_id).where(
        OperatorIdentity.iss == iss, OperatorIdentity.sub == sub
    )
    return session.scalar(select(OperatorRow).where(OperatorRow.id.in_(identity)))


def people_of(session: Session, operator_id: int) -> frozenset[int]:
    """The people whose account on a platform is the one by which the operator signs in: of one issuer and subject."""
    query = (
        select(PlatformAccount.person_id)
        .join(RegistrationRow, RegistrationRow.id == PlatformAccount.registration_id)
        .join(
            OperatorIdentity,
            (OperatorIdentity.iss == RegistrationRow.platform_id)
            & (OperatorIdentity.sub == PlatformAccount.user_id),
        )
        .where(OperatorIdentity.operator_id == operator_id)
    )
    return frozenset(session.scalars(query))


def passkey(session: Session, credential_id: str) -> OperatorPasskey | None:
    """The passkey with that id, in base64url; locked, so that of two uses at once the second sees the new count."""
    query = select(OperatorPasskey).where(OperatorPasskey.credential_id == credential_id)
    return session.scalar(query.with_for_update(key_share=True))


def session_of(session: Session, token_hash: str) -> OperatorSession | None:
    """The session with its operator and their roles."""
    query = select(OperatorSession).where(OperatorSession.token_hash == token_hash)
    with_roles = joinedload(OperatorSession.operator).joinedload(OperatorRow.roles)
    return session.scalars(query.options(with_roles)).unique().one_or_none()


def sessions(session: Session, operator_id: int | None = None) -> Sequence[OperatorSession]:
    """The sessions of an operator, or of all, oldest first, also those that have ended."""
    query = select(OperatorSession).options(joinedload(OperatorSession.operator))
    if operator_id is not None:
        query = query.where(OperatorSession.operator_id == operator_id)
    return session.scalars(query.order_by(OperatorSession.created_at, OperatorSession.token_hash)).all()


def mail_address(session: Session, operator_id: int) -> OperatorMailAddress | None:
    """Where the operator gets mails about their work; None where they want none."""
    return session.get(OperatorMailAddress, operator_id)


def delete_mail_address(session: Session, operator_id: int) -> None:
    """Forgets where the operator gets mails."""
    session.execute(delete(OperatorMailAddress).where(OperatorMailAddress.operator_id == operator_id))


def delete_sessions_of(session: Session, operator_id: int) -> None:
    """Deletes the sessions of an operator."""
    session.execute(delete(OperatorSession).where(OperatorSession.operator_id == operator_id))


def delete_ended_sessions(session: Session, idle_since: datetime, created_before: datetime) -> None:
    """Deletes the sessions that were last used, or created, no later than that."""
    ended = (OperatorSession.last_used_at <= idle_since) | (OperatorSession.created_at <= created_before)
    session.execute(delete(OperatorSession).where(ended))
