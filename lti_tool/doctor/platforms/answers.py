"""What a platform answers when it is asked for its keys and for tokens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from lti_tool.doctor.findings import Finding, finding
from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms import scores
from lti_tool.platforms.key_sets import read_key_set
from lti_tool.platforms.service_errors import ScopeRefusedError
from lti_tool.platforms.services import READ_LINE_ITEMS, READ_MEMBERS, READ_RESULTS, Connection
from lti_tool.values import Registration
from lti_tool.wiring import Tool

#: The assertion that asks for a token is dated half a minute back, and lives for some minutes.
MOST_SECONDS = 30
#: What a platform is asked for at each look, and for writing badges into the gradebook.
SCOPES = (READ_MEMBERS, READ_LINE_ITEMS, READ_RESULTS, scores.SCOPE)


def of(registration: Registration, tool: Tool) -> Iterator[Finding]:
    """What is wrong with the answers of a platform; one that cannot be reached is not asked for more."""
    number, host = registration.id, urlsplit(registration.jwks_url).hostname or ""
    try:
        answer = tool.outgoing.get(registration.jwks_url)
    except OutgoingError as error:
        yield _unreached(number, host, error)
        return
    yield from _of_keys(number, host, answer)
    yield from _of_clock(number, host, answer, tool.clock())
    yield from _of_tokens(number, host, tool.connect(registration))


def _unreached(number: int, host: str, error: OutgoingError) -> Finding:
    # What `lti_tool.outgoing` says of its two refusals that a setting mends.
    if error.sentence == "{host} is a private address":
        return finding("platform_private", number=number, host=host)
    if error.sentence == "the certificate of {host} is not trusted":
        return finding("platform_not_trusted", number=number, host=host)
    return finding("platform_unreachable", number=number, host=host, why=str(error))


def _of_keys(number: int, host: str, answer: HttpResponse) -> Iterator[Finding]:
    if answer.status != 200:
        yield finding("platform_keys_refused", number=number, host=host, status=answer.status)
        return
    try:
        has_keys = bool(read_key_set(answer.body))
    except ValueError:
        has_keys = False
    if not has_keys:
        yield finding("platform_keys_unusable", number=number, host=host)


def _of_clock(number: int, host: str, answer: HttpResponse, now: datetime) -> Iterator[Finding]:
    try:
        seconds = round((parsedate_to_datetime(answer.headers.get("Date", "")) - now).total_seconds())
    except (TypeError, ValueError):  # no Date, or one without a zone
        return
    if abs(seconds) > MOST_SECONDS:
        yield finding("platform_clock_differs", number=number, host=host, seconds=abs(seconds))


def _of_tokens(number: int, host: str, connection: Connection) -> Iterator[Finding]:
    missing = []
    for scope in SCOPES:
        try:
            connection.ask_for(scope)
        except ScopeRefusedError:
            missing.append(scope.rpartition("/")[2])
        except (PlatformError, OutgoingError) as error:
            yield finding("platform_gives_no_token", number=number, host=host, why=str(error))
            return
    if missing:
        yield finding("platform_grants_less", number=number, host=host, scopes=", ".join(missing))
