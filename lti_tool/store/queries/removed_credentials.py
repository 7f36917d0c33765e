"""Queries for credentials that were removed, and what stays of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from lti_tool.store.models import Award, CredentialRow, RemovedCredential


def removed(session: Session, credential_id: str) -> RemovedCredential | None:
    """What stays of the credential with that id; None where it was not removed, or there never was one."""
    return session.get(RemovedCredential, credential_id)


def note_removed(session: Session, credential_ids: Sequence[str], why: str, now: datetime) -> None:
    """Keeps of these credentials what stays once their rows are deleted, which the caller does."""
    for credential_id in credential_ids:
        # One after the other: the texts of all would fill the memory.
        row = session.get_one(CredentialRow, credential_id, options=[undefer(CredentialRow.packed)])
        as_json, as_jwt = row.texts
        session.add(
            RemovedCredential(
                id=row.id,
                issuer_id=row.issuer_id,
                status_list_id=row.status_list_id,
                status_index=row.status_index,
                json_sha256=hashlib.sha256(as_json.encode()).hexdigest(),
                jwt_sha256=hashlib.sha256(as_jwt.encode()).hexdigest(),
                revoked_at=row.revoked_at,
                revoked_as=row.revoked_as,
                removed_at=now,
                why=why,
            )
        )
        session.flush()
        session.expunge(row)


def ids_of_person(session: Session, person_id: int) -> Sequence[str]:
    """The ids of all credentials of the person's awards, whatever became of them."""
    query = select(CredentialRow.id).join(Award, CredentialRow.award_id == Award.id)
    return session.scalars(query.where(Award.person_id == person_id).order_by(CredentialRow.id)).all()
