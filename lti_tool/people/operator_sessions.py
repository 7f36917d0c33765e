"""The operator's sessions in the editor, which no platform launches."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.errors import NotAllowedError
from lti_tool.people.sessions import SESSION_NAME_LENGTH
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.store import events
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.values import Json, secret_hash

INVITATION_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=4)

_SESSION = "editor-session-"


def invite_operator(expiring_values: ExpiringValues, account: str = "", issuer_id: str = "") -> str:
    """A code that starts one session of the operator with that account, within INVITATION_LIFE.

    It opens the templates of the issuer with that key, else of that of ISSUER_FILE.
    """
    code = secrets.token_urlsafe(24)
    invitation = {"account": account, "issuer_id": issuer_id}
    expiring_values.put(_code_key(code), invitation, int(INVITATION_LIFE.total_seconds()))
    return code


def start_operator_session(expiring_values: ExpiringValues, code: str) -> str:
    """The token of a new session; the code is used up. Raises NotAllowedError where it is not valid."""
    invitation = expiring_values.take(_code_key(code))
    if invitation is None:
        raise NotAllowedError("the code was used, has expired or never was")
    token = secrets.token_urlsafe(32)
    expiring_values.put(_token_key(token), invitation, int(SESSION_LIFE.total_seconds()))
    return token


def operator_of(expiring_values: ExpiringValues, token: str) -> Actor | None:
    """The operator whose session the token is that of; None where there is none, or it has ended."""
    found = expiring_values.peek(_token_key(token))
    return events.operator(found["account"]) if found is not None else None


def issuer_of(expiring_values: ExpiringValues, token: str) -> str:
    """The key of the issuer whose templates the session opens; empty for that of ISSUER_FILE."""
    return _issuer_in(expiring_values.peek(_token_key(token)))


def issuer_of_code(expiring_values: ExpiringValues, code: str) -> str:
    """As `issuer_of`, for the session that a code would start; it is not used up. Empty for an unknown code too."""
    return _issuer_in(expiring_values.peek(_code_key(code)))


def _issuer_in(stored: Json | None) -> str:
    return str(stored["issuer_id"]) if stored is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSession:
    """A session of an operator in the editor. `name` is the beginning of the hash of its token, which opens nothing."""

    key: str
    name: str
    operator: Actor


def running(expiring_values: ExpiringValues) -> Sequence[OperatorSession]:
    """The sessions that have not ended, oldest first."""
    return [
        OperatorSession(
            key=key,
            name=key.removeprefix(_SESSION)[:SESSION_NAME_LENGTH],
            operator=events.operator(value["account"]),
        )
        for key, value in expiring_values.all_of(_SESSION).items()
    ]


def revoke(
    store: Store, expiring_values: ExpiringValues, ended: OperatorSession, now: datetime, by: Actor
) -> None:
    """Ends the session: no page of it answers any more."""
    _end(store, expiring_values, ended, now, by, "by_operator")


def leave(store: Store, expiring_values: ExpiringValues, token: str, now: datetime) -> None:
    """Ends the session of the token, if it runs, because its operator leaves."""
    for each in running(expiring_values):
        if each.key == _token_key(token):
            _end(store, expiring_values, each, now, each.operator, "left")


def _end(
    store: Store,
    expiring_values: ExpiringValues,
    ended: OperatorSession,
    now: datetime,
    by: Actor,
    why: str,
) -> None:
    if expiring_values.take(ended.key) is None:
        return
    with store.begin() as session:
        data = {"operator": ended.operator.id}
        events.record(session, "session_revoked", "session", ended.name, now, actor=by, why=why, data=data)


def _code_key(code: str) -> str:
    return f"editor-code-{secret_hash(code)}"


def _token_key(token: str) -> str:
    return _SESSION + secret_hash(token)
