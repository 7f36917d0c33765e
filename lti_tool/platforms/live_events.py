"""Canvas's Live Events: signed messages to one address for a whole institution, about what happens in its courses.

They come late, twice, in any order, or never; the institution (root account) stands in them, the platform of LTI does
not. Source: "Data Services, Live Events" of Canvas's documentation; events in Canvas's own format, signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lti_tool.errors import LaunchError
from lti_tool.platforms.claims import MAX_NUMBER_LENGTH, identifier, qualified_id, text
from lti_tool.platforms.service_values import moment
from lti_tool.platforms.signed_tokens import (
    LEEWAY_SECONDS,
    FindKey,
    claims_of,
    seconds,
    unverified_header,
)

ISSUER = "https://live-events.canvas.instructure.com"
#: Where Canvas publishes the keys of all its institutions: the last, the present and the next one, of a month each.
KEYS_URL = "https://8axpcl50e4.execute-api.us-east-1.amazonaws.com/main/jwks"
MAX_TOKEN_LENGTH = 200_000
#: A global id is the number of the shard times this, and the institution's own id.
SHARD = 10**13

COURSE_EVENTS = frozenset({"course_completed", "course_progress"})
SCORE_EVENTS = frozenset({"grade_change", "course_grade_change", "grade_override", "final_grade_override"})
#: Hosts of copies of Canvas that are there to try things in: they have the courses and people of the real one.
_COPIES = (".beta.instructure.com", ".test.instructure.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """An event about a course. `course` and `user` are ids as `claims.api_id` has them, "" where it names none.

    `completed_at`: the user has met all requirements of the course since then; None where it does not say so.
    """

    name: str
    at: datetime | None
    course: str
    user: str
    completed_at: datetime | None = None


def read_event(body: bytes, find_key: FindKey, now: datetime) -> LiveEvent | None:
    """The event in a message; None where it is about nothing that the tool knows.

    The message is a JWS, which may stand between double quotes. Raises LaunchError as `claims_of` does for one that is
    not signed, or is out of date.
    """
    claims = _claims(body, find_key, now)
    metadata, about = claims.get("metadata"), claims.get("body")
    if not isinstance(metadata, dict) or not isinstance(about, dict):
        raise LaunchError("bad_token", "the event has no metadata or no body")
    name = text(metadata.get("event_name")) or ""
    root_account = identifier(metadata.get("root_account_uuid"))
    if root_account is None or _is_copy(metadata.get("hostname")):
        return None
    if name in COURSE_EVENTS:
        course, user = _object(about, "course").get("id"), _object(about, "user").get("id")
    elif name in SCORE_EVENTS:
        is_course = metadata.get("context_type") == "Course"
        course = about.get("course_id") or (metadata.get("context_id") if is_course else None)
        user = about.get("user_id")
    else:
        return None
    shard = _number(metadata.get("root_account_id")) // SHARD
    return LiveEvent(
        name=name,
        at=moment(metadata.get("event_time")),
        course=_api_id(root_account, course, shard),
        user=_api_id(root_account, user, shard),
        completed_at=_completed_at(_object(about, "progress")) if name == "course_completed" else None,
    )


def _claims(body: bytes, find_key: FindKey, now: datetime) -> Mapping[str, Any]:
    token = body.decode("ascii", "replace").strip().strip('"').strip()
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise LaunchError("bad_token", "the event is too long, or no ASCII")
    claims = claims_of(token, unverified_header(token), find_key, ISSUER, None, ("iss",))
    # Canvas's documentation does not say that these are there.
    if "exp" in claims and seconds(claims, "exp") <= now.timestamp() - LEEWAY_SECONDS:
        raise LaunchError("bad_token", "the event has expired")
    if "iat" in claims and seconds(claims, "iat") > now.timestamp() + LEEWAY_SECONDS:
        raise LaunchError("bad_token", "the event is from the future: compare the clocks")
    return claims


def _completed_at(progress: Mapping[str, Any]) -> datetime | None:
    """Since when all requirements are met; None unless the event counts them all as met.

    Canvas takes a course for completed as soon as all modules are in which it has a row for the person: the date alone
    proves nothing.
    """
    met, asked = progress.get("requirement_completed_count"), progress.get("requirement_count")
    counts = [met, asked]
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in counts):
        return None
    return moment(progress.get("completed_at")) if met == asked and int(asked or 0) > 0 else None


def _api_id(root_account: str, value: Any, shard: int) -> str:
    """The id as a launch in that institution has it: an id of its own shard without the shard.

    Somebody of another shard is somebody else than whoever has the same number here.
    """
    number = _number(value)
    if not number:
        return ""
    of_shard, own = divmod(number, SHARD)
    return qualified_id(root_account, str(own if of_shard == shard or not shard else number))


def _number(value: Any) -> int:
    """The number; 0, which is no id, for anything that is none."""
    told = identifier(value)
    is_one = told is not None and told.isascii() and told.isdigit() and len(told) <= MAX_NUMBER_LENGTH
    return int(told) if told is not None and is_one else 0


def _is_copy(hostname: Any) -> bool:
    host = urlsplit(f"//{hostname}").hostname if isinstance(hostname, str) and "/" not in hostname else None
    return (host or "").endswith(_COPIES)


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
