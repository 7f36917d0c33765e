"""What Canvas sends of its own accord: Live Events, which an administrator of Canvas subscribes the tool to.

What it cannot see: an event that got lost. Of scores nothing is believed: events of grades come in any order and do not
have what a teacher has set by hand. Where a teacher lets the tool read the course, they bring that reading forward.
"""

from __future__ import annotations

import hmac
from functools import partial

from lti_tool.errors import LaunchError
from lti_tool.observations import COURSE_COMPLETED
from lti_tool.platforms.live_events import KEYS_URL, LiveEvent, read_event
from lti_tool.platforms.services import Connection
from lti_tool.sources import _canvas
from lti_tool.sources.found import Answer, Asked, Found, Known, Message, Reply
from lti_tool.sources.set_up import Setting, https_url

NAME = "canvas_live_events"
GIVES = frozenset({COURSE_COMPLETED})
RANK = 2
PRODUCTS = frozenset({"canvas"})

#: `secret` is the end of the address: Canvas sends to one address for an institution, and puts nothing into it.
SET_UP = (
    Setting(name="jwks_url", read=https_url, is_optional=True),
    Setting(name="secret", is_made=True),
)


def is_open(asked: Asked) -> bool:
    """Whether an operator has set it up for the course's Canvas."""
    return asked.product == "canvas" and NAME in asked.access


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """Nobody's completion, but whose numbers in Canvas are new: events name people by these. Raises PlatformError."""
    found = _canvas.people(asked, connection, known)
    return Answer(members=found.learnt, counts={"people": len(found.user_ids)})


def receive(message: Message) -> Reply:
    """An event: whoever has completed the course by it, or a course in which a look will tell more."""
    access = message.access
    if access is None or not _is_address(message):
        return Reply(status=404)
    find_key = partial(message.find_key_in, access.settings.get("jwks_url", KEYS_URL))
    try:
        event = read_event(message.body, find_key, message.received_at)
    except LaunchError as error:
        # Canvas tries again for some minutes; somebody who forges learns no more than that.
        return Reply(status=503 if error.code == "key_set_unreachable" else 401)
    course = message.find_course(event.course) if event is not None and event.course else None
    if event is None or course is None:
        return Reply(status=204)
    user_id = message.find_user(course.context_id, event.user) if event.user else None
    found = _completion(event, user_id)
    return Reply(
        status=204,
        found={course.context_id: [found]} if found is not None else {},
        changed=frozenset({course.context_id}) if _canvas.reads_by_api(course) else frozenset(),
    )


def _is_address(message: Message) -> bool:
    secret = message.access.secrets(message.decrypt).get("secret", "") if message.access else ""
    return bool(secret) and hmac.compare_digest(message.path.encode("utf-8", "replace"), secret.encode())


def _completion(event: LiveEvent, user_id: str | None) -> Found | None:
    if event.completed_at is None or user_id is None:
        return None
    return Found(
        user_id=user_id,
        kind=COURSE_COMPLETED,
        value={
            "completed_at": event.completed_at.isoformat(),
            "as_of": event.at.isoformat() if event.at else event.completed_at.isoformat(),
            "waits": "",
            "criteria": [{"kind": "requirements"}],
            "activities": [],
        },
        is_event=True,
    )
