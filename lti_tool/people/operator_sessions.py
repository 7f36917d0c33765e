"""The operator at the editor, outside of any platform: a code opens a session once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from lti_tool.errors import NotAllowedError
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.values import secret_hash

EDITOR_INVITATION_LIFE = timedelta(minutes=15)

EDITOR_LIFE = timedelta(hours=4)


def invite_operator(expiring_values: ExpiringValues) -> str:
    """A code that opens the editor once, within a quarter of an hour."""
    code = secrets.token_urlsafe(24)
    expiring_values.put(f"editor-code-{secret_hash(code)}", {}, int(EDITOR_INVITATION_LIFE.total_seconds()))
    return code


def start_operator_session(expiring_values: ExpiringValues, code: str) -> str:
    """The token of the institution's session, for which the code is used up; raises NotAllowedError."""
    if expiring_values.take(f"editor-code-{secret_hash(code)}") is None:
        raise NotAllowedError("the code was used, has expired or never was")
    token = secrets.token_urlsafe(32)
    expiring_values.put(f"editor-{secret_hash(token)}", {}, int(EDITOR_LIFE.total_seconds()))
    return token


def is_operator_session(expiring_values: ExpiringValues, token: str) -> bool:
    return expiring_values.peek(f"editor-{secret_hash(token)}") is not None
