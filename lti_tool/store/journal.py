"""The journal's entries, noted in the transaction of the act; a job writes them to the file that is kept apart."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from lti_tool.store import outbox, queries
from lti_tool.store.models import CredentialRow, JournalEntry
from lti_tool.values import Json

TASK = "write_journal"
#: `CredentialRow.revoked_as` where the award has ended too, and was not given another credential.
FINAL = ("revoked", "mistake")
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
    """Notes that the bit of a credential was set or cleared (`status_set`, `status_cleared`), and why.

    Of what is revoked for good it also notes the award, by ids and keyed hashes of accounts: an older backup may not
    know of this credential, and the award must not come back by another one.
    """
    data: Json = {
        "credential": row.id,
        "list": row.status_list_id,
        "index": row.status_index,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at is not None else None,
        "revoked_as": row.revoked_as,
        "suspended_at": row.suspended_at.isoformat() if row.suspended_at is not None else None,
    }
    if row.revoked_as in FINAL:
        data["award"] = _award_of(session, row)
    note(session, kind, data, now)


def note_key(session: Session, kind: str, kid: str, since: datetime, now: datetime) -> None:
    """Notes that a key of issuers or for LTI messages no longer signs: `key_retired`, `key_compromised`."""
    note(session, kind, {"key": kid, "since": since.isoformat()}, now)


def _award_of(session: Session, row: CredentialRow) -> Json:
    award = row.award
    accounts = queries.issuer_erasures.hashes_of(session, award.person_id)
    return {
        "subject": award.subject_id,
        "issuer": award.issuer_id,
        "template": award.template_id,
        "rule": award.rule_id,
        "earned_at": award.earned_at.isoformat(),
        "accounts": [list(each) for each in accounts],
    }
