"""What a platform's services tell: Names and Role Provisioning 2.0, Assignment and Grade 2.0.

Platforms answer JSON called HTML, pages of HTML for errors, lists in pages; all that ends here, as values or as
a PlatformError whose message completes "cannot reach ...: because ...".
"""

from __future__ import annotations

import html
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import jwt
from pylti1p3.lineitem import LineItem as LibraryLineItem

from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.outgoing import Answer, Outgoing
from lti_tool.platforms.adapters import origin
from lti_tool.platforms.claims import clean, email, full_name, identifier, roles, text
from lti_tool.values import LineItem, LineItemResult, Member, Registration, ToolKey

MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"

READ_MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
READ_LINE_ITEMS = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
WRITE_LINE_ITEMS = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
READ_RESULTS = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"

#: Moodle accepts no assertion from a clock that is ahead of its own, Canvas none older than five minutes.
ASSERTION_AGE = timedelta(seconds=30)
ASSERTION_LIFETIME = timedelta(minutes=4)
#: A token is used no longer than this before it expires.
TOKEN_MARGIN = timedelta(seconds=60)

MAX_PAGES = 500
MAX_BYTES = 20_000_000
CANVAS_PAGE = "100"

#: One link of a Link header (RFC 8288): its address and its relation, quoted or not.
_LINK = re.compile(r"""<([^<>]*)>[^<]*?;\s*rel\s*=\s*(?:"([^"]*)"|([^;,<]*))""", re.IGNORECASE)


class TokenCache:
    """Access tokens by registration, token address and scopes; shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[tuple[int, str, str, str], tuple[str, datetime]] = {}

    def find(self, registration: Registration, scopes: Sequence[str], now: datetime) -> str | None:
        with self._lock:
            token, expires_at = self._tokens.get(_token_key(registration, scopes), ("", now))
        return token if token and now < expires_at else None

    def keep(
        self, registration: Registration, scopes: Sequence[str], token: str, expires_at: datetime
    ) -> None:
        with self._lock:
            self._tokens[_token_key(registration, scopes)] = (token, expires_at)

    def drop(self, registration: Registration, scopes: Sequence[str]) -> None:
        with self._lock:
            self._tokens.pop(_token_key(registration, scopes), None)


class Connection:
    """The services of one platform, called in the name of one registration."""

    def __init__(
        self,
        registration: Registration,
        key: ToolKey,
        outgoing: Outgoing,
        tokens: TokenCache,
        clock: Callable[[], datetime],
    ) -> None:
        self._registration = registration
        self._key = key
        self._outgoing = outgoing
        self._tokens = tokens
        self._clock = clock

    def members(self, url: str, resource_link_id: str | None = None) -> tuple[Member, ...]:
        """The members of a course; with `resource_link_id`, those who may open that link."""
        if resource_link_id is not None:
            url = _with_parameter(url, "rlid", resource_link_id)
        listed: list[Any] = []
        for page in self._pages(url, MEMBERS, READ_MEMBERS):
            members = page.get("members") if isinstance(page, dict) else None
            if not isinstance(members, list):
                raise PlatformError("the platform's list of members cannot be read")
            listed += members
        found = (_member(entry) for entry in listed)
        return tuple({member.user_id: member for member in found if member}.values())

    def line_items(self, url: str) -> tuple[LineItem, ...]:
        """The line items that belong to the tool in this course."""
        url = self._limited(url)
        try:
            pages = self._line_item_pages(url)
        except _NotFoundError as error:
            if self._registration.product == "canvas":
                raise PlatformError(
                    "the course has ended or was deleted on the platform", permanent=True, concluded=True
                ) from error
            raise
        found = (_line_item(entry) for page in pages for entry in _entries(page))
        return tuple(item for item in found if item)

    def create_line_item(
        self,
        url: str,
        label: str,
        score_maximum: Decimal,
        *,
        tag: str = "",
        resource_id: str = "",
        resource_link_id: str = "",
    ) -> LineItem:
        """A new column in the gradebook. It counts towards the course total unless the teacher changes that."""
        wanted = LibraryLineItem().set_label(label).set_score_maximum(float(score_maximum))
        wanted.set_tag(tag).set_resource_id(resource_id).set_resource_link_id(resource_link_id)
        answer = self._call("POST", url, LINE_ITEM, WRITE_LINE_ITEMS, wanted.get_value().encode())
        made = _line_item(_parsed(answer))
        if made is None:
            raise PlatformError("the platform's answer contains no grade column")
        return made

    def results(self, line_item_url: str) -> tuple[LineItemResult, ...]:
        """The results on a line item, hidden and hand-typed ones too; a learner without a grade has no score."""
        url = self._limited(_with_path(line_item_url, "/results"))
        found = [
            _result(entry) for page in self._pages(url, RESULTS, READ_RESULTS) for entry in _entries(page)
        ]
        return tuple({result.user_id: result for result in found if result}.values())

    def _limited(self, url: str) -> str:
        """Canvas gives ten at a time unless asked for more; Moodle's results die of being asked."""
        is_canvas = self._registration.product == "canvas"
        return _with_parameter(url, "limit", CANVAS_PAGE) if is_canvas else url

    def _line_item_pages(self, url: str) -> list[Any]:
        try:
            return list(self._pages(url, LINE_ITEMS, READ_LINE_ITEMS))
        except _ScopeRefusedError:
            # Where only the writing scope was granted, it gives leave to read too.
            return list(self._pages(url, LINE_ITEMS, WRITE_LINE_ITEMS))

    def _pages(self, url: str, media_type: str, scope: str) -> Iterator[Any]:
        first, seen = origin(url), {url}
        while True:
            answer = self._call("GET", url, media_type, scope)
            yield _parsed(answer)
            following = _next(answer)
            if following is None:
                return
            # A list cut short would look like people who left, so all of this is an error and no end.
            if origin(following) != first:
                raise PlatformError("the platform's list continues on another site")
            if following in seen:
                raise PlatformError("the platform's list repeats without end")
            if len(seen) >= MAX_PAGES:
                raise PlatformError("the platform's list has too many pages")
            seen.add(following)
            url = following

    def _call(self, method: str, url: str, media_type: str, scope: str, data: bytes | None = None) -> Answer:
        answer = self._send(method, url, media_type, scope, data)
        if answer.status == 401:
            self._tokens.drop(self._registration, [scope])
            answer = self._send(method, url, media_type, scope, data)
        if 200 <= answer.status < 300:
            return answer
        raise _service_error(answer, self._clock())

    def _send(self, method: str, url: str, media_type: str, scope: str, data: bytes | None) -> Answer:
        headers = {"Authorization": f"Bearer {self._token([scope])}", "Accept": media_type}
        if data is not None:
            headers["Content-Type"] = media_type
        return self._ask(method, url, headers, data)

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], data: Mapping[str, str] | bytes | None
    ) -> Answer:
        try:
            return self._outgoing.request(method, url, headers=headers, data=data, max_bytes=MAX_BYTES)
        except OutgoingError as error:
            raise PlatformError(error.sentence, error.about, permanent=error.permanent) from error

    def _token(self, scopes: Sequence[str]) -> str:
        known = self._tokens.find(self._registration, scopes, self._clock())
        if known is not None:
            return known
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._assertion(),
            "scope": " ".join(sorted(scopes)),
        }
        answer = self._ask("POST", self._registration.auth_token_url, {"Accept": "application/json"}, form)
        token, lifetime = _granted(answer, self._registration.product, self._clock())
        self._tokens.keep(self._registration, scopes, token, self._clock() + lifetime - TOKEN_MARGIN)
        return token

    def _assertion(self) -> str:
        registration, issued_at = self._registration, self._clock() - ASSERTION_AGE
        return jwt.encode(
            {
                "iss": registration.client_id,
                "sub": registration.client_id,
                "aud": registration.token_audience or registration.auth_token_url,
                "iat": int(issued_at.timestamp()),
                "exp": int((issued_at + ASSERTION_LIFETIME).timestamp()),
                "jti": secrets.token_urlsafe(24),
            },
            self._key.pem,
            algorithm="RS256",
            headers={"kid": self._key.kid},
        )


class _ScopeRefusedError(PlatformError):
    """The platform grants nothing of what was asked."""


class _NotFoundError(PlatformError):
    """The platform has no such thing, or no longer."""


def _token_key(registration: Registration, scopes: Sequence[str]) -> tuple[int, str, str, str]:
    return (
        registration.id,
        registration.client_id,
        registration.auth_token_url,
        " ".join(sorted(scopes)),
    )


def _granted(answer: Answer, product: str, now: datetime) -> tuple[str, timedelta]:
    """The token and its lifetime. Moodle calls its JSON text/html, and its errors are not always JSON."""
    body = answer.body.decode("utf-8", "replace")
    if answer.status == 429 or answer.status >= 500:
        raise _service_error(answer, now)
    if _is_page(body):
        if answer.status == 404 and product in ("moodle", ""):
            # Moodle's own words for this name neither the tool nor the cause.
            raise PlatformError(
                "the platform cannot fetch the tool's key set. In the platform, check the HTTP security "
                "settings (blocked hosts and allowed ports), whether it trusts the tool's certificate, "
                "and its DNS"
            )
        raise PlatformError(
            "the platform's token endpoint answered {status} with a web page instead of a token",
            {"status": answer.status},
        )
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = {}
    found = found if isinstance(found, dict) else {}
    token = found.get("access_token")
    if answer.status in (200, 201) and isinstance(token, str) and token and token.isascii():
        return token, timedelta(seconds=_lifetime(found.get("expires_in")))
    if "invalid_scope" in body:
        raise _ScopeRefusedError(
            "the platform does not permit the tool to read this (missing scope)", permanent=True
        )
    said = " ".join(clean(str(found[key])) for key in ("error", "error_description") if found.get(key))
    raise PlatformError(
        "the platform did not give the tool an access token ({said})", {"said": said[:200] or answer.status}
    )


def _lifetime(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return 3600
    return min(max(seconds, 0), 86_400) if seconds == seconds else 3600


def _service_error(answer: Answer, now: datetime) -> PlatformError:
    body = answer.body[:4000].decode("utf-8", "replace")
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
        return _NotFoundError(
            "the course, link or grade column no longer exists on the platform", permanent=True
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


def _parsed(answer: Answer) -> Any:
    """The JSON of an answer, whatever it calls itself; numbers with a fraction as Decimal."""
    try:
        return json.loads(answer.body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        if _is_page(answer.body[:4000].decode("utf-8", "replace")):
            raise PlatformError("the platform answered with a web page instead of data") from error
        raise PlatformError("the platform's answer cannot be read") from error


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON; as None they are no score."""
    return None


def _is_page(body: str) -> bool:
    start = body.lstrip("\ufeff \t\r\n")[:200].lower()
    return start.startswith("<")


def _entries(page: Any) -> list[Any]:
    if not isinstance(page, list):
        raise PlatformError("the platform's list cannot be read")
    return page


def _next(answer: Answer) -> str | None:
    """The address of the next page, its case kept. Moodle's line item lists have curly quotes and `&amp;` in it."""
    for url, quoted, bare in _LINK.findall(answer.headers.get("Link", "")):
        relations = re.sub(r"[^a-z ]", "", (quoted or bare).lower()).split()
        if "next" in relations and url.strip():
            return urljoin(answer.url, html.unescape(url.strip()))
    return None


def _with_parameter(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencode([*kept, (name, value)])))


def _with_path(url: str, ending: str) -> str:
    """`url` with `ending` after its path: Moodle's line items have a query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + ending))


def _member(entry: Any) -> Member | None:
    if not isinstance(entry, dict):
        return None
    user_id = identifier(entry.get("user_id"))
    if user_id is None:
        return None
    given_name, family_name = text(entry.get("given_name")), text(entry.get("family_name"))
    return Member(
        user_id=user_id,
        roles=roles(entry.get("roles")),
        name=text(entry.get("name")) or full_name(given_name, family_name),
        given_name=given_name,
        family_name=family_name,
        email=email(entry.get("email")),
        active=str(entry.get("status") or "Active").lower() == "active",
    )


def _line_item(entry: Any) -> LineItem | None:
    if not isinstance(entry, dict):
        return None
    address, maximum = text(entry.get("id")), _number(entry.get("scoreMaximum"))
    if address is None:
        return None
    return LineItem(
        id=address,
        label=text(entry.get("label")) or "",
        score_maximum=maximum if maximum is not None else Decimal(0),
        resource_link_id=identifier(entry.get("resourceLinkId")),
        tag=text(entry.get("tag")),
    )


def _result(entry: Any) -> LineItemResult | None:
    if not isinstance(entry, dict):
        return None
    user_id = identifier(entry.get("userId"))
    if user_id is None:
        return None
    return LineItemResult(
        user_id=user_id,
        score=_score(_number(entry.get("resultScore")), entry.get("resultMaximum")),
        comment=text(entry.get("comment")),
        timestamp=_moment(entry.get("timestamp")),
    )


def _score(result: Decimal | None, maximum: Any) -> Decimal | None:
    """Result over maximum, 0 to 1. Without a maximum it is 1 (AGS 2.0, resultMaximum), if that makes sense."""
    most = Decimal(1) if maximum is None else _number(maximum)
    if result is None or most is None or most <= 0 or (maximum is None and result > 1):
        return None
    return min(max(result / most, Decimal(0)), Decimal(1))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    # 1e999999999 would fill the memory as soon as somebody writes it out.
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def _moment(value: Any) -> datetime | None:
    """The time in UTC; a time without a zone is the platform's secret, and so none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)
