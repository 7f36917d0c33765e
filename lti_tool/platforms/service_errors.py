"""Why a call to a platform's service failed: its HTTP response as a PlatformError for people.

The sentence of each error completes "cannot reach ...: because ...", and says whether trying again is of use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse


class ScopeRefusedError(PlatformError):
    """The platform grants nothing of the scope that was asked for."""


class NotOnPlatformError(PlatformError):
    """The platform answers that the course, link or line item does not exist, or no longer does."""


class NoAnswerError(PlatformError):
    """The platform cannot be reached, or has not answered in time."""


class OutdatedScoreError(PlatformError):
    """The platform has a score of that time already, or a later one."""


def service_error(answer: HttpResponse, now: datetime) -> PlatformError:
    """The error for an answer other than 2xx. `permanent` where only a person on the platform can change it."""
    body = answer.body[:4000].decode("utf-8", "replace")
    # 403 is the older way of Canvas to say that there were too many requests.
    if answer.status == 429 or (answer.status == 403 and "rate limit exceeded" in body.lower()):
        return PlatformError(
            "the platform received too many requests and asks the tool to wait",
            retry_after=_retry_after(answer.headers, now),
        )
    if answer.status == 401:
        return PlatformError("the platform no longer gives the tool access to this course", permanent=True)
    if answer.status == 403:
        return PlatformError("the platform does not permit the tool to do this", permanent=True)
    if answer.status == 422 and "concluded" in body.lower():
        return PlatformError("the course has ended on the platform", permanent=True, concluded=True)
    if answer.status == 404:
        return NotOnPlatformError(
            "the course, link or grade column no longer exists on the platform", permanent=True
        )
    if answer.status == 409:
        return OutdatedScoreError(
            "the platform rejected the request (status {status})", {"status": 409}, permanent=True
        )
    if 300 <= answer.status < 400:
        return PlatformError("the platform redirected the tool to another address")
    if answer.status >= 500:
        return PlatformError(
            "the platform has an internal error (status {status})",
            {"status": answer.status},
            retry_after=_retry_after(answer.headers, now),
        )
    return PlatformError(
        "the platform rejected the request (status {status})", {"status": answer.status}, permanent=True
    )


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds, which the header gives as a number or as a date."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def is_web_page(body: str) -> bool:
    """Whether a text is HTML, as the error pages of platforms and proxies are, whatever media type they have."""
    start = body.lstrip("\ufeff \t\r\n")[:200].lower()
    return start.startswith("<")
