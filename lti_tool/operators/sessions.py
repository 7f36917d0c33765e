"""Sessions of operators: begun by a passkey or by the provider, short, listed, ended at once, made fresh again.

They are rows and no signed values, so that a session that is revoked, or an account that is disabled, opens nothing
from the next request on.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lti_tool.operators.accounts import actor_of
from lti_tool.people.sessions import RECORD_USE_EVERY, SESSION_NAME_LENGTH
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import OperatorRow, OperatorSession
from lti_tool.values import secret_hash

#: A session ends this long after its last use,
SESSION_IDLE = timedelta(minutes=30)
#: and in any case this long after its beginning.
SESSION_LIFE = timedelta(hours=8)
#: What changes who may do what asks who it is, unless they showed it so short a time ago.
FRESH = timedelta(minutes=5)

How = Literal["passkey", "openid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """That an operator has shown who they are: how, and when; None where the provider does not say when."""

    how: How
    at: datetime | None


def start_session(session: Session, row: OperatorRow, shown: Shown, now: datetime) -> str:
    """The token of a new session of the operator."""
    token = secrets.token_urlsafe(32)
    started = OperatorSession(
        token_hash=secret_hash(token),
        operator=row,
        how=shown.how,
        created_at=now,
        last_used_at=now,
        authenticated_at=shown.at,
    )
    session.add(started)
    session.flush()
    _record(session, "operator_signed_in", started, now, actor_of(row.id), shown.how)
    return token


def find_session(session: Session, token: str, now: datetime) -> OperatorSession | None:
    """The running session of a token; None where there is none, it has ended, or its account is disabled."""
    row = queries.operators.session_of(session, secret_hash(token)) if token else None
    return row if row is not None and _is_running(row, now) else None


def is_use_to_record(row: OperatorSession, now: datetime) -> bool:
    """Whether the last use that is recorded is so long ago that another one is to be."""
    return now - row.last_used_at > RECORD_USE_EVERY


def is_fresh(row: OperatorSession, now: datetime) -> bool:
    """Whether the operator has shown a short time ago who they are."""
    return row.authenticated_at is not None and now - row.authenticated_at <= FRESH


def make_fresh(session: Session, row: OperatorSession, shown: Shown, now: datetime) -> None:
    """Notes that the operator of the session has just shown again who they are."""
    row.authenticated_at = shown.at
    _record(session, "operator_confirmed", row, now, actor_of(row.operator_id), shown.how)


def running(session: Session, now: datetime, operator_id: int | None = None) -> Sequence[OperatorSession]:
    """The sessions that have not ended, of an operator or of all, oldest first."""
    return [row for row in queries.operators.sessions(session, operator_id) if _is_running(row, now)]


def sign_out(session: Session, row: OperatorSession, now: datetime) -> None:
    """Ends the session by its operator's own wish."""
    _end(session, "operator_signed_out", row, now, actor_of(row.operator_id), "")


def revoke(session: Session, row: OperatorSession, now: datetime, by: Actor) -> None:
    """Ends the session from elsewhere: no page of it answers any more."""
    _end(session, "session_revoked", row, now, by, "by_operator")


def name_of(row: OperatorSession) -> str:
    """By what events and lists call it: the beginning of the hash of its token, which opens nothing."""
    return row.token_hash[:SESSION_NAME_LENGTH]


def delete_ended(session: Session, now: datetime) -> None:
    """Deletes the sessions that have ended."""
    queries.operators.delete_ended_sessions(session, now - SESSION_IDLE, now - SESSION_LIFE)


def _is_running(row: OperatorSession, now: datetime) -> bool:
    return (
        row.revoked_at is None
        and row.operator.disabled_at is None
        and now < row.last_used_at + SESSION_IDLE
        and now < row.created_at + SESSION_LIFE
    )


def _end(session: Session, what: str, row: OperatorSession, now: datetime, by: Actor, why: str) -> None:
    if row.revoked_at is None:
        row.revoked_at = now
        _record(session, what, row, now, by, why)


def _record(session: Session, what: str, row: OperatorSession, now: datetime, by: Actor, why: str) -> None:
    data = {"operator": row.operator_id}
    events.record(session, what, "session", name_of(row), now, actor=by, why=why, data=data)
