"""The services of a platform: Names and Role Provisioning 2.0, Assignment and Grade 2.0.

Platforms send JSON that calls itself HTML, pages of HTML for errors, and lists in pages. All of it ends here: callers
get values, or a PlatformError whose message completes "cannot reach ...: because ...".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pylti1p3.lineitem import LineItem as LibraryLineItem

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms import completions, notices, scores
from lti_tool.platforms.access_tokens import (
    TOKEN_MARGIN,
    TokenCache,
    UserTokens,
    granted_token,
    token_request,
)
from lti_tool.platforms.call_limits import CallLimits, Kind
from lti_tool.platforms.paging import pages
from lti_tool.platforms.service_errors import (
    NotOnPlatformError,
    OutdatedScoreError,
    ScopeRefusedError,
    service_error,
)
from lti_tool.platforms.service_values import (
    read_json,
    read_line_item,
    read_list,
    read_member,
    read_result,
    read_user_id,
)
from lti_tool.values import (
    Decrypt,
    Json,
    LineItem,
    LineItemResult,
    Member,
    ProgressPage,
    Registration,
    ToolKey,
)

MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"

READ_MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
READ_LINE_ITEMS = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
WRITE_LINE_ITEMS = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
READ_RESULTS = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"

MAX_BYTES = 20_000_000
CANVAS_PAGE_SIZE = "100"


class Connection:
    """The services of one platform, called in the name of one registration.

    A PlatformError says that the platform does not answer as agreed; it is `permanent` where trying again is of no use.
    Further services of a platform, which know another token than that of LTI, are called by `outgoing` within the
    `limits` of the platform; `decrypt` opens what a source was given for them, and `user_tokens` has the access tokens
    that a person there let the tool have. `clock` tells the time.
    """

    def __init__(
        self,
        registration: Registration,
        key: ToolKey,
        outgoing: Outgoing,
        tokens: TokenCache,
        clock: Callable[[], datetime],
        decrypt: Decrypt,
        limits: CallLimits,
    ) -> None:
        self._registration = registration
        self._key = key
        self._tokens = tokens
        self.clock = clock
        self.decrypt = decrypt
        self.limits = limits
        self.outgoing = outgoing

    @property
    def user_tokens(self) -> UserTokens:
        """The access tokens in the name of people, as all looks of the process share them."""
        return self._tokens.of_users

    def members(self, url: str, resource_link_id: str | None = None) -> Iterator[Member]:
        """The members of a course as they are listed; with `resource_link_id`, those who may open that link.

        The next page is asked for once all of the one before were taken. Somebody may be listed twice: see
        `merge_members`. Raises PlatformError on the way, wherever the list cannot be read to its end.
        """
        yield from filter(None, map(read_member, self._listed(url, resource_link_id)))

    def user_ids(self, url: str, resource_link_id: str) -> Iterator[str]:
        """As `members`, but who may open the link only, not how the list describes them, which is most of the work."""
        yield from filter(None, map(read_user_id, self._listed(url, resource_link_id)))

    def _listed(self, url: str, resource_link_id: str | None) -> Iterator[Any]:
        """The entries of a membership container, as they are."""
        if resource_link_id is not None:
            url = _with_parameter(url, "rlid", resource_link_id)
        for page in self._pages(url, MEMBERS, READ_MEMBERS):
            listed = page.get("members") if isinstance(page, dict) else None
            if not isinstance(listed, list):
                raise PlatformError("the platform's list of members cannot be read")
            yield from listed

    def line_items(self, url: str) -> tuple[LineItem, ...]:
        """The line items that belong to the tool in this course.

        Raises PlatformError; it is `concluded` where Canvas no longer has the course, as once the course has ended.
        """
        url = self._with_limit(url)
        try:
            pages = self._line_item_pages(url)
        except NotOnPlatformError as error:
            if self._registration.product == "canvas":
                raise PlatformError(
                    "the course has ended or was deleted on the platform", permanent=True, concluded=True
                ) from error
            raise
        items = (read_line_item(entry) for page in pages for entry in read_list(page))
        return tuple(item for item in items if item)

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
        """A new line item, which is a column in the gradebook.

        It counts towards the course total unless the teacher changes that. Raises PlatformError.
        """
        new = LibraryLineItem().set_label(label).set_score_maximum(float(score_maximum))
        new.set_tag(tag).set_resource_id(resource_id).set_resource_link_id(resource_link_id)
        answer = self._call("POST", url, LINE_ITEM, WRITE_LINE_ITEMS, new.get_value().encode())
        created = read_line_item(read_json(answer))
        if created is None:
            raise PlatformError("the platform's answer contains no grade column")
        return created

    def results(self, line_item_url: str) -> Iterator[LineItemResult]:
        """The results on a line item, also those hidden from learners and typed by hand; score None is no grade yet.

        Page by page, as `members`; of somebody who is listed twice the later one counts. Raises PlatformError on the
        way.
        """
        url = self._with_limit(_with_path(line_item_url, "/results"))
        for page in self._pages(url, RESULTS, READ_RESULTS):
            yield from filter(None, map(read_result, read_list(page)))

    def completions(self, url: str) -> Iterator[ProgressPage]:
        """Who has completed the course, by our plugin for Moodle.

        Page by page, as `members`. Raises PlatformError on the way.
        """
        course = None
        for page in self._pages(url, completions.MEDIA_TYPE, completions.SCOPE):
            read = completions.read_page(page, course)
            course = read.course or course
            yield read

    def ask_for_notices(self, url: str, notice_type: str, handler: str) -> None:
        """Tells the platform to send its notices of a type to `handler`. Raises PlatformError."""
        asked = {"notice_type": notice_type, "handler": handler}
        self._call("PUT", url, "application/json", notices.SCOPE, json.dumps(asked).encode())

    def tell_learner(self, url: str, user_id: str, resource_link_id: str) -> None:
        """Has our plugin for Moodle tell the learner that the badge of the link is ready. Raises PlatformError."""
        asked = {"sub": user_id, "resource_link_id": resource_link_id}
        self._call("POST", url, "application/json", completions.MESSAGE_SCOPE, json.dumps(asked).encode())

    def write_score(self, line_item_url: str, user_id: str, at: datetime, *, comment: str) -> None:
        """Writes the full score of somebody into a column; one that is there and newer stays. Raises PlatformError."""
        self._post_score(line_item_url, scores.full_score(user_id, at, comment, self._registration.product))

    def clear_score(self, line_item_url: str, user_id: str, at: datetime) -> None:
        """Clears what `write_score` has written. Raises PlatformError."""
        self._post_score(line_item_url, scores.no_score(user_id, at, self._registration.product))

    def _post_score(self, line_item_url: str, score: Json) -> None:
        try:
            url = _with_path(line_item_url, "/scores")
            self._call("POST", url, scores.MEDIA_TYPE, scores.SCOPE, json.dumps(score).encode())
        except OutdatedScoreError:
            # Moodle has the same second already, from a job that ran twice, or a later one.
            return

    def _with_limit(self, url: str) -> str:
        # Canvas gives ten entries a page unless asked for more. Moodle's results fail when a limit is given.
        is_canvas = self._registration.product == "canvas"
        return _with_parameter(url, "limit", CANVAS_PAGE_SIZE) if is_canvas else url

    def _line_item_pages(self, url: str) -> list[Any]:
        try:
            return list(self._pages(url, LINE_ITEMS, READ_LINE_ITEMS))
        except ScopeRefusedError:
            # A platform may have granted the writing scope alone, which permits reading too.
            return list(self._pages(url, LINE_ITEMS, WRITE_LINE_ITEMS))

    def _pages(self, url: str, media_type: str, scope: str) -> Iterator[Any]:
        """The parsed pages of a list; see `pages`."""
        return pages(url, lambda address: self._call("GET", address, media_type, scope))

    def _call(
        self, method: str, url: str, media_type: str, scope: str, data: bytes | None = None
    ) -> HttpResponse:
        answer = self._send(method, url, media_type, scope, data)
        # A token may be withdrawn before it expires, for example when the tool is registered anew. Only one more try: a
        # platform that refuses a new token too has removed the tool.
        if answer.status == 401:
            self._tokens.drop(self._registration, self._key, [scope])
            answer = self._send(method, url, media_type, scope, data)
        if 200 <= answer.status < 300:
            return answer
        raise service_error(answer, self.clock())

    def _send(self, method: str, url: str, media_type: str, scope: str, data: bytes | None) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self._token([scope])}", "Accept": media_type}
        if data is not None:
            headers["Content-Type"] = media_type
        return self._ask(method, url, headers, data, "list" if method == "GET" else "change")

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Mapping[str, str] | bytes | None,
        kind: Kind,
    ) -> HttpResponse:
        with self.limits.call(kind) as seconds:
            answer = self.outgoing.request(
                method, url, headers=headers, data=data, max_bytes=MAX_BYTES, seconds=seconds
            )
        if answer.status in (429, 503) and (wait := service_error(answer, self.clock()).retry_after):
            # It is the platform that is busy, whichever course was asked about.
            self.limits.wait(wait)
        return answer

    def ask_for(self, scope: str) -> None:
        """Asks the platform for a token with that scope, and for nothing else.

        Raises ScopeRefusedError where it does not grant the scope, PlatformError or OutgoingError else.
        """
        self._token([scope])

    def _token(self, scopes: Sequence[str]) -> str:
        cached = self._tokens.find(self._registration, self._key, scopes, self.clock())
        if cached is not None:
            return cached
        form = token_request(
            self._registration, self._tokens.signing_key(self._key), self._key.kid, scopes, self.clock()
        )
        answer = self._ask(
            "POST", self._registration.auth_token_url, {"Accept": "application/json"}, form, "token"
        )
        token, lifetime = granted_token(answer, self._registration.product, self.clock())
        self._tokens.keep(
            self._registration, self._key, scopes, token, self.clock() + lifetime - TOKEN_MARGIN
        )
        return token


#: The services of the platform that is registered so.
Connect = Callable[[Registration], Connection]


def _with_parameter(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    others = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencode([*others, (name, value)])))


def _with_path(url: str, ending: str) -> str:
    """`url` with `ending` after its path: Moodle's line items have a query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + ending))
