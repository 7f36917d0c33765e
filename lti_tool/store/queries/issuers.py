"""Queries for the issuer's keys, status lists and stored settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    CredentialRow,
    InstallationSetting,
    IssuerRow,
    SigningKeyRow,
    StatusList,
    ToolKeyRow,
)
from lti_tool.store.queries.common import add_if_absent, is_possible_id


def ensure_issuer(session: Session, issuer_id: str, now: datetime) -> None:
    """Adds the issuer, unless it is there already."""
    if session.get(IssuerRow, issuer_id) is None:
        add_if_absent(session, IssuerRow(id=issuer_id, created_at=now))


def tool_key_rows(session: Session) -> Sequence[ToolKeyRow]:
    """All keys for LTI messages, newest first."""
    return session.scalars(select(ToolKeyRow).order_by(ToolKeyRow.created_at.desc())).all()


def published_tool_key_rows(session: Session) -> Sequence[ToolKeyRow]:
    """The keys for LTI messages that are neither retired nor compromised, newest first: that one signs."""
    return [row for row in tool_key_rows(session) if row.retired_at is None and row.compromised_at is None]


def stored_setting(session: Session, name: str) -> InstallationSetting | None:
    """The setting of that name, with the time it was stored."""
    return session.get(InstallationSetting, name)


def store_setting(session: Session, name: str, value: str, now: datetime) -> None:
    """Stores the setting, in place of an earlier value."""
    session.merge(InstallationSetting(name=name, value=value, stored_at=now))


def signing_keys(session: Session, issuer_id: str) -> Sequence[SigningKeyRow]:
    """All signing keys of the issuer, newest first; retired ones too, because what they signed has to verify."""
    return session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.issuer_id == issuer_id)
        .order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.kid)
    ).all()


def status_list(session: Session, list_id: int) -> StatusList | None:
    return session.get(StatusList, list_id) if is_possible_id(list_id) else None


def status_lists(session: Session, issuer_id: str) -> Sequence[StatusList]:
    """All status lists of the issuer, oldest first."""
    query = select(StatusList).where(StatusList.issuer_id == issuer_id).order_by(StatusList.id)
    return session.scalars(query).all()


def restart_status_list_ids(session: Session) -> None:
    """To be called after rows with chosen ids were inserted: PostgreSQL would give those ids out once more."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('status_list', 'id'), max(id)) FROM status_list")
        )


def lock_status_list(session: Session, list_id: int) -> StatusList | None:
    """Locks the row (SELECT ... FOR UPDATE) and returns it reloaded."""
    return session.get(StatusList, list_id, with_for_update=True, populate_existing=True)


def newest_status_list(session: Session, issuer_id: str, purpose: str) -> StatusList | None:
    """The newest status list of the issuer with that purpose."""
    return session.scalar(
        select(StatusList)
        .where(StatusList.issuer_id == issuer_id, StatusList.purpose == purpose)
        .order_by(StatusList.id.desc())
        .limit(1)
    )


def count_taken_indexes(session: Session, list_id: int) -> int:
    """The number of credentials that have an entry in the list."""
    query = select(func.count()).where(CredentialRow.status_list_id == list_id)
    return session.scalar(query) or 0


def is_index_taken(session: Session, list_id: int, index: int) -> bool:
    """Whether a credential has the entry at that index."""
    query = select(CredentialRow.id).where(
        CredentialRow.status_list_id == list_id, CredentialRow.status_index == index
    )
    return session.scalar(query) is not None
