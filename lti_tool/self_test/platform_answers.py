"""What a platform answers when it is asked for its keys and for tokens: for the self-test, and for `doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from lti_tool.errors import OutgoingError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms import scores
from lti_tool.platforms.key_sets import read_key_set
from lti_tool.platforms.service_errors import ScopeRefusedError
from lti_tool.platforms.services import READ_LINE_ITEMS, READ_MEMBERS, READ_RESULTS, Connection

#: By how much the clock of a platform may differ: the assertion that asks for a token is dated half a minute back, and
#: lives for some minutes.
MOST_SECONDS = 30
#: What a platform is asked for at each look, and for writing badges into the gradebook.
SCOPES = (READ_MEMBERS, READ_LINE_ITEMS, READ_RESULTS, scores.SCOPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Which of the scopes that were asked for, one by one, the platform grants."""

    granted: Sequence[str]
    missing: Sequence[str]


def unreached_code(error: OutgoingError) -> str:
    """The code of the finding that an address of the platform could not be called."""
    # What `lti_tool.outgoing` says of its two refusals that a setting mends.
    if error.sentence == "{host} is a private address":
        return "platform_private"
    if error.sentence == "the certificate of {host} is not trusted":
        return "platform_not_trusted"
    return "platform_unreachable"


def key_trouble(answer: HttpResponse) -> str | None:
    """The code of what is wrong with the answer of a key set; None where it has keys that sign launches."""
    if answer.status != 200:
        return "platform_keys_refused"
    try:
        has_keys = bool(read_key_set(answer.body))
    except ValueError:
        has_keys = False
    return None if has_keys else "platform_keys_unusable"


def seconds_apart(answer: HttpResponse, now: datetime) -> int | None:
    """By how many seconds the clock of whoever answered differs; None where it tells no time that there is."""
    try:
        return abs(round((parsedate_to_datetime(answer.headers.get("Date", "")) - now).total_seconds()))
    # No Date, or one without a zone; a year or an offset that no date has.
    except (TypeError, ValueError, OverflowError):
        return None


def granted_scopes(connection: Connection, scopes: Sequence[str] = SCOPES) -> Granted:
    """Which of the scopes the platform grants.

    Raises PlatformError and OutgoingError where it gives no token at all.
    """
    granted, missing = [], []
    for scope in scopes:
        try:
            connection.ask_for(scope)
        except ScopeRefusedError:
            missing.append(scope)
        else:
            granted.append(scope)
    return Granted(granted=granted, missing=missing)
