"""A self-test as it is made: each step asks what it needs, and says what it has found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.access_tokens import TokenCache
from lti_tool.platforms.service_errors import is_web_page
from lti_tool.platforms.services import WRITE_LINE_ITEMS, Connection
from lti_tool.self_test.launches_seen import NEWEST, tested_cookies
from lti_tool.self_test.platform_answers import (
    MOST_SECONDS,
    SCOPES,
    Granted,
    granted_scopes,
    key_trouble,
    seconds_apart,
    unreached_code,
)
from lti_tool.self_test.results import SelfTest, Step, in_order, not_in_order, untried
from lti_tool.self_test.throwaway_badge import tested_badge
from lti_tool.store import Session, queries
from lti_tool.values import Registration
from lti_tool.wiring import Tool

#: To make a column in the gradebook is asked for too: without it only some badges lack something.
ASKED = (*SCOPES, WRITE_LINE_ITEMS)
#: Of a list of members so many are read: the first page proves that it can be.
MEMBERS = 50
_NO_SCOPES = Granted(granted=(), missing=())


def made_self_test(tool: Tool, registration_id: int) -> SelfTest | None:
    """What the self-test of that registration finds; None where there is none any more, or it is disabled."""
    with tool.store.read() as session:
        row = queries.platforms.registration_row(session, registration_id)
        if row is None or row.disabled_at is not None:
            return None
        registration, issuer_id = queries.platforms.as_registration(row), row.issuer_id
        course, cookies = _list_of_course(session, registration_id), tested_cookies(session, registration_id)
    platform, scopes = _tested_platform(tool, registration, course)
    return SelfTest(
        steps=[*platform, cookies, tested_badge(tool, issuer_id)],
        granted=scopes.granted,
        missing=scopes.missing,
    )


def _list_of_course(session: Session, registration_id: int) -> tuple[int, str | None] | None:
    """The number of a course that was launched, and where its members are listed; None where there is no course."""
    course = queries.platform_launches.launched_course(session, registration_id, NEWEST)
    return None if course is None else (course.id, course.memberships_url)


def _tested_platform(
    tool: Tool, registration: Registration, course: tuple[int, str | None] | None
) -> tuple[Sequence[Step], Granted]:
    host = urlsplit(registration.jwks_url).hostname or ""
    about: Mapping[str, str | int] = {"number": registration.id, "host": host}
    try:
        answer = tool.outgoing.get(registration.jwks_url)
    except OutgoingError as error:
        # Whoever does not answer is not asked for more: each call would wait for as long.
        unreached = not_in_order("keys", unreached_code(error), about, error)
        return [
            unreached,
            *(untried(each, "unreached") for each in ("clock", "token", "scopes", "members")),
        ], (_NO_SCOPES)
    steps = [_keys(answer, about), _clock(answer, tool, about)]
    # Of its own: a token that was given before says nothing of now.
    connection = replace(tool, tokens=TokenCache()).connect(registration)
    try:
        scopes = granted_scopes(connection, ASKED)
    except (PlatformError, OutgoingError) as error:
        no_token = not_in_order("token", "platform_gives_no_token", about, error)
        return [*steps, no_token, *(untried(each, "no_token") for each in ("scopes", "members"))], _NO_SCOPES
    return [
        *steps,
        in_order("token", "token_given"),
        _scopes(scopes, about),
        _members(connection, course),
    ], scopes


def _keys(answer: HttpResponse, about: Mapping[str, str | int]) -> Step:
    if 300 <= answer.status < 400:
        return not_in_order("keys", "keys_elsewhere", about)
    code = key_trouble(answer)
    if code == "platform_keys_unusable" and is_web_page(answer.body[:1000].decode("utf-8", "replace")):
        return not_in_order("keys", "keys_web_page", about)
    if code is not None:
        return not_in_order("keys", code, {"status": answer.status, **about})
    return in_order("keys", "keys_given")


def _clock(answer: HttpResponse, tool: Tool, about: Mapping[str, str | int]) -> Step:
    seconds = seconds_apart(answer, tool.clock())
    if seconds is None:
        return untried("clock", "clock_not_told")
    if seconds > MOST_SECONDS:
        return not_in_order("clock", "platform_clock_differs", {"seconds": seconds, **about})
    return in_order("clock", "clock_right", {"seconds": seconds})


def _scopes(scopes: Granted, about: Mapping[str, str | int]) -> Step:
    missing = [scope.rpartition("/")[2] for scope in scopes.missing]
    if missing:
        return not_in_order("scopes", "platform_grants_less", {"scopes": ", ".join(missing), **about})
    return in_order("scopes", "scopes_granted")


def _members(connection: Connection, course: tuple[int, str | None] | None) -> Step:
    if course is None:
        return untried("members", "members_no_course")
    number, url = course
    if url is None:
        return not_in_order("members", "members_not_offered", {"course": number})
    try:
        # Counted and forgotten: a self-test keeps nobody.
        count = sum(1 for _ in islice(connection.members(url), MEMBERS))
    except (PlatformError, OutgoingError) as error:
        return not_in_order("members", "members_not_read", {"course": number}, error)
    return in_order("members", "members_read" if count else "members_none", {"course": number})
