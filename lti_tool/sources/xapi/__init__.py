"""Completions of courses that a learning platform sends by itself, in statements of the Experience API (xAPI).

It takes the place of a store of statements (LRS), as far as Moodle's plugin logstore_xapi and others need one to send
to, and keeps nothing but the completions.

What it cannot see: whatever it was not sent, such as completions from before the sending was switched on; that a
statement was voided later.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections import defaultdict
from uuid import uuid4

from lti_tool.observations import COURSE_COMPLETED
from lti_tool.platforms.xapi_statements import (
    CourseCompletion,
    StatementError,
    completions,
    is_statement_id,
    read_statements,
)
from lti_tool.sources.found import Asked, Found, Message, Reply
from lti_tool.sources.set_up import Setting

NAME = "xapi"
GIVES = frozenset({COURSE_COMPLETED})
RANK = 2
SET_UP = (Setting(name="password", is_made=True),)
METHODS = frozenset({"GET", "POST", "PUT"})

USER = "nozimite"
VERSION = "1.0.3"
_HEADERS = {"X-Experience-API-Version": VERSION}


def is_open(asked: Asked) -> bool:
    """Whether an operator has made a password for the platform."""
    return NAME in asked.access


def receive(message: Message) -> Reply:
    """The reply of an LRS to statements: their ids, once all of them are sound.

    Whom or what they are about need not be known; what is not is passed over.
    """
    path = message.path.strip("/")
    if (message.method, path) == ("GET", "about"):
        return _json(200, {"version": [VERSION]})
    if not _is_authorised(message):
        refusal = _refusal(401, "the user name or the password is wrong")
        return Reply(
            status=refusal.status,
            body=refusal.body,
            media_type=refusal.media_type,
            headers={**_HEADERS, "WWW-Authenticate": 'Basic realm="xAPI"'},
        )
    if path != "statements":
        return _refusal(404, "there are only statements here")
    if message.method == "GET":
        return _refusal(405, "statements are taken here, but not given out")
    if not _header(message, "X-Experience-API-Version").startswith(("1.0", "2.0")):
        return _refusal(400, "the header X-Experience-API-Version is missing, or of another version")
    if _header(message, "Content-Type").partition(";")[0].strip().lower() != "application/json":
        return _refusal(400, "statements are sent as application/json; attachments are not taken")
    try:
        return _taken(message)
    except StatementError as error:
        return _refusal(403 if error.is_foreign else 400, str(error))


def _taken(message: Message) -> Reply:
    """Raises StatementError."""
    statements = read_statements(message.body)
    if message.method == "PUT":
        own_id = message.query.get("statementId", "")
        is_one = not message.body.lstrip().startswith(b"[")
        if not is_one or not is_statement_id(own_id) or statements[0].get("id", own_id) != own_id:
            raise StatementError("one statement is put, under its own statementId")
    found = defaultdict(list)
    for each in completions(statements, message.registration.platform_id, message.received_at):
        found[each.course_id].append(_found(each))
    if message.method == "PUT":
        return Reply(status=204, headers=_HEADERS, found=found)
    ids = [each.get("id") or str(uuid4()) for each in statements]
    reply = _json(200, ids)
    return Reply(
        status=reply.status, body=reply.body, media_type=reply.media_type, headers=_HEADERS, found=found
    )


def _found(completion: CourseCompletion) -> Found:
    at = completion.completed_at.isoformat()
    # As of the time of the statement itself, so that the same statement sent again tells the same.
    value = {"completed_at": at, "as_of": at, "waits": "", "criteria": [], "activities": []}
    return Found(user_id=completion.user_id, kind=COURSE_COMPLETED, value=value, is_event=True)


def _is_authorised(message: Message) -> bool:
    """Whether it has the user name and the password that were made for the platform (Basic, RFC 7617)."""
    password = message.access.secrets(message.decrypt)["password"] if message.access is not None else ""
    scheme, _, told = _header(message, "Authorization").partition(" ")
    try:
        given = base64.b64decode(told.strip(), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    # Compared in any case, so that the time of the answer does not tell whether the platform has a password.
    is_same = hmac.compare_digest(given, f"{USER}:{password}".encode())
    return is_same and scheme.lower() == "basic" and message.access is not None


def _header(message: Message, name: str) -> str:
    return next((value for key, value in message.headers.items() if key.lower() == name.lower()), "")


def _refusal(status: int, why: str) -> Reply:
    return _json(status, {"error": why})


def _json(status: int, body: object) -> Reply:
    return Reply(
        status=status, body=json.dumps(body).encode(), media_type="application/json", headers=_HEADERS
    )
