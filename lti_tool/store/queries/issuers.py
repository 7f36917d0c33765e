"""Keys, status lists and stored settings of the issuer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    CredentialRow,
    InstallationSetting,
    SigningKeyRow,
    StatusList,
    ToolKeyRow,
)
from lti_tool.store.queries.common import is_possible_id


def tool_key_rows(session: Session) -> Sequence[ToolKeyRow]:
    """Newest first."""
    return session.scalars(select(ToolKeyRow).order_by(ToolKeyRow.created_at.desc())).all()


def stored_setting(session: Session, name: str) -> InstallationSetting | None:
    return session.get(InstallationSetting, name)


def store_setting(session: Session, name: str, value: str, now: datetime) -> None:
    session.merge(InstallationSetting(name=name, value=value, stored_at=now))


def signing_keys(session: Session, issuer_id: str) -> Sequence[SigningKeyRow]:
    """Newest first; retired ones too, because what they signed still verifies."""
    return session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.issuer_id == issuer_id)
        .order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.kid)
    ).all()


def status_list(session: Session, list_id: int) -> StatusList | None:
    return session.get(StatusList, list_id) if is_possible_id(list_id) else None


def status_lists(session: Session, issuer_id: str) -> Sequence[StatusList]:
    question = select(StatusList).where(StatusList.issuer_id == issuer_id).order_by(StatusList.id)
    return session.scalars(question).all()


def restart_status_list_ids(session: Session) -> None:
    """PostgreSQL counts by itself, and knows nothing of ids that were written by hand."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('status_list', 'id'), max(id)) FROM status_list")
        )


def lock_status_list(session: Session, list_id: int) -> StatusList | None:
    return session.get(StatusList, list_id, with_for_update=True, populate_existing=True)


def newest_status_list(session: Session, issuer_id: str, purpose: str) -> StatusList | None:
    return session.scalar(
        select(StatusList)
        .where(StatusList.issuer_id == issuer_id, StatusList.purpose == purpose)
        .order_by(StatusList.id.desc())
        .limit(1)
    )


def count_taken_indexes(session: Session, list_id: int) -> int:
    question = select(func.count()).where(CredentialRow.status_list_id == list_id)
    return session.scalar(question) or 0


def is_index_taken(session: Session, list_id: int, index: int) -> bool:
    question = select(CredentialRow.id).where(
        CredentialRow.status_list_id == list_id, CredentialRow.status_index == index
    )
    return session.scalar(question) is not None
