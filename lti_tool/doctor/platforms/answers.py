"""What is wrong with what a platform answers when it is asked for its keys and for tokens."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from lti_tool.doctor.findings import Finding, finding
from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.services import Connection
from lti_tool.self_test.platform_answers import (
    MOST_SECONDS,
    granted_scopes,
    key_trouble,
    seconds_apart,
    unreached_code,
)
from lti_tool.values import Registration
from lti_tool.wiring import Tool


def of(registration: Registration, tool: Tool) -> Iterator[Finding]:
    """What is wrong with the answers of a platform; one that cannot be reached is not asked for more."""
    number, host = registration.id, urlsplit(registration.jwks_url).hostname or ""
    try:
        answer = tool.outgoing.get(registration.jwks_url)
    except OutgoingError as error:
        yield finding(unreached_code(error), number=number, host=host, why=str(error))
        return
    code = key_trouble(answer)
    if code is not None:
        yield finding(code, number=number, host=host, status=answer.status)
    yield from _of_clock(number, host, answer, tool)
    yield from _of_tokens(number, host, tool.connect(registration))


def _of_clock(number: int, host: str, answer: HttpResponse, tool: Tool) -> Iterator[Finding]:
    seconds = seconds_apart(answer, tool.clock())
    if seconds is not None and seconds > MOST_SECONDS:
        yield finding("platform_clock_differs", number=number, host=host, seconds=seconds)


def _of_tokens(number: int, host: str, connection: Connection) -> Iterator[Finding]:
    try:
        missing = granted_scopes(connection).missing
    except (PlatformError, OutgoingError) as error:
        yield finding("platform_gives_no_token", number=number, host=host, why=str(error))
        return
    if missing:
        names = ", ".join(scope.rpartition("/")[2] for scope in missing)
        yield finding("platform_grants_less", number=number, host=host, scopes=names)
