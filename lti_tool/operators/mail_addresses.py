"""Where operators get mails about their work: an address of their own, which they have shown to read, or none."""

from __future__ import annotations

from datetime import datetime

from lti_tool.operators import accounts
from lti_tool.store import Session, events, queries
from lti_tool.store.models import OperatorMailAddress


def save(session: Session, operator_id: int, address: str, language: str, now: datetime) -> None:
    """Keeps an address whose code the operator has typed, instead of the one before. Raises NotFoundError."""
    account = accounts.find(session, operator_id)
    row = queries.operators.mail_address(session, account.id)
    if row is None:
        row = OperatorMailAddress(operator_id=account.id)
        session.add(row)
    row.address, row.language, row.proved_at = address, language, now
    _record(session, "operator_address_proved", account.id, now)


def remove(session: Session, operator_id: int, now: datetime) -> None:
    """Forgets the address: the operator gets no more mails about their work."""
    if queries.operators.mail_address(session, operator_id) is not None:
        queries.operators.delete_mail_address(session, operator_id)
        _record(session, "operator_address_removed", operator_id, now)


def _record(session: Session, what: str, operator_id: int, now: datetime) -> None:
    session.flush()
    events.record(session, what, "operator", operator_id, now, actor=accounts.actor_of(operator_id))
