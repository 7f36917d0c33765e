"""Notices of our plugin for Moodle: something has changed in a course. Which course is all that they say.

Source: LTI Platform Notification Service 1.0, whose shape they have; the type of notice is ours.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lti_tool.errors import LaunchError
from lti_tool.platforms.admission import check_deployment
from lti_tool.platforms.claims import CLAIM, identifier
from lti_tool.platforms.signed_tokens import FindKey, check_times, unverified_header, verified_claims
from lti_tool.values import Registration

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
NOTICE_TYPE = "NozimiteProgressNotice"
#: The most that one message may have: the plugin sends one.
MAX_NOTICES = 20
_REQUIRED = ("exp", "iat", "iss", "aud")


def changed_courses(
    body: bytes, registration: Registration, find_key: FindKey, now: datetime
) -> frozenset[str]:
    """The context ids of the courses in which something has changed.

    Raises LaunchError as `verified_claims` and `check_times` do, for the first notice that is not sound.
    """
    try:
        message = json.loads(body)
        tokens = [notice["jwt"] for notice in message["notices"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LaunchError("bad_token", "the message has no notices") from error
    if len(tokens) > MAX_NOTICES:
        raise LaunchError("bad_token", "the message has too many notices")
    return frozenset(_context(token, registration, find_key, now) for token in tokens)


def _context(token: Any, registration: Registration, find_key: FindKey, now: datetime) -> str:
    claims = verified_claims(token, unverified_header(token), registration, find_key, _REQUIRED)
    check_times(claims, now.timestamp())
    check_deployment(registration, str(claims.get(CLAIM + "deployment_id")))
    notice, context = claims.get(CLAIM + "notice"), claims.get(CLAIM + "context")
    context_id = identifier(context.get("id")) if isinstance(context, dict) else None
    if not isinstance(notice, dict) or notice.get("type") != NOTICE_TYPE or context_id is None:
        raise LaunchError("wrong_message", "the notice is of another kind, or names no course")
    return context_id
