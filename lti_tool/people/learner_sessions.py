"""Sessions of learners outside of platforms: begun by a code to a proved address, found again by a token."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from lti_tool.people.sessions import RECORD_USE_EVERY, SESSION_NAME_LENGTH
from lti_tool.store import Session, events, queries
from lti_tool.store.models import LearnerSession
from lti_tool.values import secret_hash

#: A session ends this long after its last use: it may be on a shared computer,
SESSION_IDLE = timedelta(minutes=30)
#: and in any case this long after its beginning.
SESSION_LIFE = timedelta(hours=4)


def start_session(session: Session, address: str, now: datetime) -> str:
    """The token of a new session of whoever has just proved to read the mail of that address."""
    token = secrets.token_urlsafe(32)
    row = LearnerSession(token_hash=secret_hash(token), address=address, created_at=now, last_used_at=now)
    session.add(row)
    people = [each.person_id for each in queries.proved_addresses.with_address(session, address)]
    data = {"people": people}
    events.record(session, "learner_signed_in", "learner_session", name_of(row), now, data=data)
    return token


def find_session(session: Session, token: str, now: datetime) -> LearnerSession | None:
    """The running session of a token; None where there is none, or it has ended."""
    row = queries.proved_addresses.learner_session(session, secret_hash(token)) if token else None
    return row if row is not None and _is_running(row, now) else None


def is_use_to_record(row: LearnerSession, now: datetime) -> bool:
    """Whether the last use that is recorded is so long ago that another one is to be."""
    return now - row.last_used_at > RECORD_USE_EVERY


def end_session(session: Session, row: LearnerSession, now: datetime) -> None:
    """Ends the session: its token opens nothing any more."""
    if row.revoked_at is None:
        row.revoked_at = now
        events.record(session, "learner_signed_out", "learner_session", name_of(row), now)


def running_sessions(session: Session, address: str, now: datetime) -> Sequence[LearnerSession]:
    """The running sessions that a code to the address began, in whichever browser, oldest first."""
    rows = queries.proved_addresses.sessions_with(session, address)
    return [row for row in rows if _is_running(row, now)]


def end_all_sessions(session: Session, address: str, now: datetime) -> None:
    """Ends every session that a code to the address began, in whichever browser."""
    for row in running_sessions(session, address, now):
        end_session(session, row, now)


def delete_ended(session: Session, now: datetime) -> None:
    """Deletes the sessions that have ended, and codes that have expired."""
    queries.proved_addresses.delete_learner_sessions(session, now - SESSION_IDLE, now - SESSION_LIFE)
    queries.proved_addresses.delete_expired_codes(session, now)


def _is_running(row: LearnerSession, now: datetime) -> bool:
    return (
        row.revoked_at is None
        and now < row.last_used_at + SESSION_IDLE
        and now < row.created_at + SESSION_LIFE
    )


def name_of(row: LearnerSession) -> str:
    """By what pages and events call it: the beginning of the hash of its token, which opens nothing."""
    return row.token_hash[:SESSION_NAME_LENGTH]
