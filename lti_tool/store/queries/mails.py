"""Queries for what people have said about the mails they get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.store.models import MailRefusal
from lti_tool.store.queries.common import insert_if_missing


def has_refused(session: Session, person_id: int, kind: str) -> bool:
    """Whether the person does not want that kind of reminder."""
    return session.get(MailRefusal, (person_id, kind)) is not None


def refuse(session: Session, person_id: int, kind: str, now: datetime) -> bool:
    """Stores that the person wants no such reminder; whether that is new."""
    return insert_if_missing(session, MailRefusal, {"person_id": person_id, "kind": kind, "refused_at": now})


def take_back_refusal(session: Session, person_id: int, kind: str) -> bool:
    """Deletes the refusal; whether there was one."""
    row = session.get(MailRefusal, (person_id, kind))
    if row is not None:
        session.delete(row)
    return row is not None
