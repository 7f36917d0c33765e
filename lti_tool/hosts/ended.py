"""A host is told that the tokens of an ended access are over (RFC 7009), until it says so, or for some times.

What is told says nothing of whose the access was: who was erased is known nowhere any more, but by the host.
"""

from __future__ import annotations

import json
from datetime import timedelta

from lti_tool.deliveries.recording import record
from lti_tool.hosts.client import Client, Tokens, revoke
from lti_tool.hosts.connecting import Calls
from lti_tool.people.ended_accesses import TASK, job_of
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import EndedAccess
from lti_tool.values import Json
from signing.errors import DecryptionError

#: After so many the tokens are deleted, whatever the host knows: they end by themselves there.
ATTEMPTS = 5
WAIT = timedelta(hours=1)


def tell(tool: Calls, job_id: str, payload: Json) -> None:
    """Tells the host of a job, and ends the job or has it done later. Raises nothing of the host."""
    ended_id = payload["ended_id"]
    is_told = _is_told(tool, ended_id)

    def write(session: Session) -> None:
        row = queries.hosts.lock_ended_access(session, ended_id)
        if row is not None and not is_told and row.attempts + 1 < ATTEMPTS:
            row.attempts += 1
            outbox.reschedule(session, job_id, TASK, payload, tool.clock() + WAIT)
            return
        _forget(session, row, ended_id)

    record(tool.store, write)


def tell_now(tool: Calls, ended_id: int) -> bool:
    """Whether the host says now that it takes the tokens no more; else its job tries again."""
    if not _is_told(tool, ended_id):
        return False
    with tool.store.begin() as session:
        _forget(session, queries.hosts.lock_ended_access(session, ended_id), ended_id)
    return True


def _is_told(tool: Calls, ended_id: int) -> bool:
    """Whether there is nothing to tell any more."""
    with tool.store.read() as session:
        row = queries.hosts.ended_access(session, ended_id)
    if row is None:
        return True
    try:
        client, tokens = _opened(tool, row)
    except DecryptionError:
        # Encrypted with a key that is lost: nobody can tell it any more.
        return True
    return revoke(tool.verifier_outgoing, row.revocation, client, tokens)


def _opened(tool: Calls, row: EndedAccess) -> tuple[Client, Tokens]:
    tokens = json.loads(tool.decrypt(row.encrypted_tokens))
    secret = tool.decrypt(row.encrypted_secret).decode()
    return (
        Client(client_id=row.client_id, secret=secret),
        Tokens(access=tokens["access"], refresh=tokens["refresh"], ends_at=tool.clock()),
    )


def _forget(session: Session, row: EndedAccess | None, ended_id: int) -> None:
    if row is not None:
        session.delete(row)
    outbox.finish(session, job_of(ended_id))
