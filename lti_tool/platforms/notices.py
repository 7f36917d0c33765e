"""Notices of platforms: of our plugin for Moodle that something has changed in a course, of others that one was copied.

Source: LTI Platform Notification Service 1.0. The type of the notices of our plugin is ours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lti_tool.errors import LaunchError
from lti_tool.platforms.admission import check_deployment
from lti_tool.platforms.claims import CLAIM, identifier, words
from lti_tool.platforms.signed_tokens import FindKey, check_times, unverified_header, verified_claims
from lti_tool.values import CourseCopy, Json, Registration

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
NOTICE_TYPE = "NozimiteProgressNotice"
COPY_NOTICE_TYPE = "LtiContextCopyNotice"
#: The most that one message may have: it is asked for no more.
MAX_NOTICES = 20
#: More courses than any is made of.
MAX_ORIGINS = 100
_REQUIRED = ("exp", "iat", "iss", "aud")


def changed_courses(
    body: bytes, registration: Registration, find_key: FindKey, now: datetime
) -> frozenset[str]:
    """The context ids of the courses in which something has changed, by notices of our plugin for Moodle.

    Raises LaunchError as `verified_claims` and `check_times` do, for the first notice that is not sound.
    """
    return frozenset(_context(each)[0] for each in _notices(body, NOTICE_TYPE, registration, find_key, now))


def copied_courses(
    body: bytes, registration: Registration, find_key: FindKey, now: datetime
) -> tuple[CourseCopy, ...]:
    """The courses that were made of others, by notices of copies. Raises LaunchError as `changed_courses` does."""
    return tuple(map(_copy, _notices(body, COPY_NOTICE_TYPE, registration, find_key, now)))


def _notices(
    body: bytes, notice_type: str, registration: Registration, find_key: FindKey, now: datetime
) -> Sequence[Json]:
    """The verified claims of each notice of a message. Raises LaunchError."""
    try:
        message = json.loads(body)
        tokens = [notice["jwt"] for notice in message["notices"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LaunchError("bad_token", "the message has no notices") from error
    if len(tokens) > MAX_NOTICES:
        raise LaunchError("bad_token", "the message has too many notices")
    return [_verified(token, notice_type, registration, find_key, now) for token in tokens]


def _verified(
    token: Any, notice_type: str, registration: Registration, find_key: FindKey, now: datetime
) -> Json:
    claims = verified_claims(token, unverified_header(token), registration, find_key, _REQUIRED)
    check_times(claims, now.timestamp())
    check_deployment(registration, str(claims.get(CLAIM + "deployment_id")))
    notice = claims.get(CLAIM + "notice")
    if not isinstance(notice, dict) or notice.get("type") != notice_type:
        raise LaunchError("wrong_message", "the notice is of another kind")
    return claims


def _context(claims: Json) -> tuple[str, str]:
    """Id and title of the course that a notice is about. Raises LaunchError."""
    context = claims.get(CLAIM + "context")
    context_id = identifier(context.get("id")) if isinstance(context, dict) else None
    if context_id is None or not isinstance(context, dict):
        raise LaunchError("wrong_message", "the notice names no course")
    return context_id, words(context.get("title")) or ""


def _copy(claims: Json) -> CourseCopy:
    context_id, title = _context(claims)
    listed = claims.get(CLAIM + "origin_contexts")
    origins = listed if isinstance(listed, list) else []
    found = [identifier(each) for each in origins[:MAX_ORIGINS]]
    return CourseCopy(
        context_id=context_id,
        title=title,
        origins=tuple(each for each in found if each is not None and each != context_id),
    )
