"""Courses that were made as copies of others, where the platform sends notices of it (LtiContextCopyNotice).

A copy is offered the rules of its origin; nothing is awarded by that. It tells nothing of anybody.
"""

from __future__ import annotations

from lti_tool.errors import LaunchError, PlatformError
from lti_tool.observations import COURSE_COPIED
from lti_tool.platforms.notices import COPY_NOTICE_TYPE, copied_courses
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import Answer, Asked, Known, Message, Reply

NAME = "context_copies"
GIVES = frozenset({COURSE_COPIED})
RANK = 6
#: After so many looks at a course the platform is asked anew: about once a day, should it have forgotten.
LOOKS_BETWEEN = 144


def is_open(asked: Asked) -> bool:
    """Whether the platform can send such notices."""
    return asked.notices_url is not None and COPY_NOTICE_TYPE in asked.notice_types


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """Nothing is found: the platform is asked to send notices. That it refuses is no trouble of the course."""
    since = known.counts(NAME).get("looks_since_asked", LOOKS_BETWEEN)
    if asked.notices_url is None or since < LOOKS_BETWEEN:
        return Answer(counts={"looks_since_asked": since + 1})
    try:
        connection.ask_for_notices(asked.notices_url, COPY_NOTICE_TYPE, asked.messages_url.format(NAME))
    except PlatformError:
        return Answer(counts={"refused": 1, "looks_since_asked": 0})
    return Answer(counts={"looks_since_asked": 0})


def receive(message: Message) -> Reply:
    """A notice that a course was copied."""
    try:
        copies = copied_courses(message.body, message.registration, message.find_key, message.received_at)
    except LaunchError as error:
        return Reply(status=503 if error.code == "key_set_unreachable" else 401)
    return Reply(status=204, copies=copies)
