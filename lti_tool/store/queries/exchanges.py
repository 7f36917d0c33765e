"""Queries for the links that give a badge to a wallet, which are expiring values."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lti_tool.store.models import ExpiringValue
from lti_tool.store.queries.common import FOR_UPDATE


def found(session: Session, key: str) -> ExpiringValue | None:
    """The value with that key; it may have expired."""
    return session.get(ExpiringValue, key)


def lock(session: Session, key: str) -> ExpiringValue | None:
    """As `found`, locked and reloaded, so that of several visitors one is the first."""
    return session.get(ExpiringValue, key, with_for_update=FOR_UPDATE, populate_existing=True)
