"""The journal's entries, noted in the transaction of the act; a job writes them to the file that is kept apart."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from lti_tool.store import outbox
from lti_tool.store.models import CredentialRow, JournalEntry
from lti_tool.values import Json

TASK = "write_journal"
#: Where a session notes that it has asked for the job: once is enough, however many entries there are.
_ASKED = "journal asked for"


def note(session: Session, kind: str, data: Json, now: datetime) -> None:
    """Notes what has to be done once more where an older backup is restored.

    A new row and a new job, and no lock on anything: transactions that revoke at once wait for nobody here.
    """
    session.add(JournalEntry(id=str(uuid4()), kind=kind, at=now, data=data))
    if not session.info.get(_ASKED):
        session.info[_ASKED] = True
        outbox.add(session, TASK, {}, now)


def note_status(session: Session, kind: str, row: CredentialRow, now: datetime) -> None:
    """Notes that the bit of a credential was set or cleared (`status_set`, `status_cleared`), and why."""
    data = {
        "credential": row.id,
        "list": row.status_list_id,
        "index": row.status_index,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at is not None else None,
        "revoked_as": row.revoked_as,
        "suspended_at": row.suspended_at.isoformat() if row.suspended_at is not None else None,
    }
    note(session, kind, data, now)
