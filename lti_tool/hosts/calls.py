"""Calls to a host that a learner named. Anybody may have written its answers, so each ends here as a value or an error.

Redirects are never followed: a host could lead the tool, and the tokens with it, anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lti_tool.errors import HostError, OutgoingError, TooLargeError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.values import Json

#: A host that says nothing for so long does not hold up a worker or a page any longer.
SECONDS = 10
MAX_BYTES = 1_000_000
#: What a host may ask the tool to wait, at most: longer would look as if nothing came any more.
LONGEST_WAIT = 86_400


def call(
    outgoing: Outgoing,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: Mapping[str, str] | bytes | None = None,
) -> HttpResponse:
    """The answer, whatever its status.

    Raises HostError `refused_address` where the address may not be called, `answer_too_large`, `unreachable`.
    """
    try:
        outgoing.check_url(url)
    except OutgoingError as error:
        raise HostError("refused_address") from error
    try:
        return outgoing.request(method, url, headers=headers, data=data, max_bytes=MAX_BYTES, seconds=SECONDS)
    except TooLargeError as error:
        raise HostError("answer_too_large") from error
    except OutgoingError as error:
        # Permanent is what is not to be called: asking again does not change that.
        raise HostError("refused_address" if error.permanent else "unreachable") from error


def json_object(answer: HttpResponse) -> Json:
    """The JSON object of an answer. Raises HostError `redirected`, `web_page` or `not_a_host`."""
    if 300 <= answer.status < 400:
        raise HostError("redirected")
    body = answer.body.decode("utf-8", "replace")
    if body.lstrip("\ufeff \t\r\n").startswith("<"):
        raise HostError("web_page")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HostError("not_a_host") from error
    if not isinstance(value, dict):
        raise HostError("not_a_host")
    return value


def retry_after(answer: HttpResponse, now: datetime) -> float | None:
    """For how many seconds the host asks to be left alone, by a number or a date; None where it does not say."""
    value = answer.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,9}", value):
        return float(min(int(value), LONGEST_WAIT))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT)
