"""Canvas's REST API: how far learners are in the modules of a course, and their score in the whole of it.

It is asked in the name of a teacher who let the tool read the course. Lists are read to their end or not at all.
Source: Canvas LMS API documentation (Courses, Modules, Enrollments, OAuth, Throttling), and `course_progress.rb`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms import consent
from lti_tool.platforms.claims import identifier, words
from lti_tool.platforms.consent import Client, consent_lost
from lti_tool.platforms.paging import pages
from lti_tool.platforms.service_errors import service_error
from lti_tool.platforms.service_values import moment, number, read_list
from lti_tool.platforms.services import MAX_BYTES, Connection

_COURSE = "url:GET|/api/v1/courses/:course_id"
#: What the tool asks to be allowed: to read four lists of a course, and nothing else.
SCOPES = (
    f"{_COURSE}/bulk_user_progress",
    f"{_COURSE}/modules",
    f"{_COURSE}/modules/:module_id/items",
    f"{_COURSE}/enrollments",
)
PER_PAGE = 100
#: Canvas lets a token cost 700 in a row, of which some ten come back each second; a request costs about 1. Below this
#: the tool waits: others may ask with tokens of the same person.
LOW = Decimal(50)
#: How long the tool waits where Canvas does not say it.
WAIT_SECONDS = 60


class NoModulesError(PlatformError):
    """The course has no modules with requirements, so Canvas does not know who has completed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of the requirements of the course's modules somebody has met; `user_id` is Canvas's own number."""

    user_id: str
    met: int
    asked: int
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A published module of a course. `has_requirements`: there is something in it to complete."""

    id: str
    name: str
    has_requirements: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleState:
    """How somebody stands with a module; `is_completed` by Canvas's own word."""

    is_completed: bool
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """Somebody's enrolment as a student. `score`: 0 to 1, with all that is not graded counted as zero.

    It is the score that a teacher has set in place of the calculated one, where there is one; None where there is
    none, or it cannot be read. `tells_score`: whether Canvas shows the grades of this enrolment at all.
    """

    user_id: str
    score: Decimal | None
    is_active: bool
    tells_score: bool


def client(site: str, client_id: str, client_secret: str) -> Client:
    """The tool as a client of the API of the Canvas at that address."""
    return Client(
        authorize_url=f"{site}/login/oauth2/auth",
        token_url=f"{site}/login/oauth2/token",
        client_id=client_id,
        client_secret=client_secret,
    )


class CanvasCourse:
    """One course, read in the name of the person whose refresh token it is.

    The course is named by its LTI context id, which Canvas takes in place of its own. One call is made after the other,
    as Canvas asks for.
    """

    def __init__(
        self, connection: Connection, site: str, client: Client, refresh_token: str, context_id: str
    ) -> None:
        self._connection = connection
        self._client = client
        self._refresh_token = refresh_token
        self._address = f"{site}/api/v1/courses/lti_context_id:{quote(context_id, safe='')}"
        self._remaining: Decimal | None = None

    @property
    def is_to_wait(self) -> bool:
        """Whether Canvas soon answers no more, unless it is left alone for a while."""
        return self._remaining is not None and self._remaining < LOW

    def progress(self) -> Iterator[Progress]:
        """How far the students are, page by page. Raises NoModulesError, and PlatformError on the way."""
        for page in self._pages("bulk_user_progress"):
            yield from filter(None, map(_progress, read_list(page)))

    def modules(self) -> Sequence[Module]:
        """The published modules. Raises PlatformError."""
        listed = [each for page in self._pages("modules", "include[]=items") for each in read_list(page)]
        return [self._module(each) for each in listed if _is_published(each)]

    def module_states(self, user_id: str) -> Mapping[str, ModuleState]:
        """How the student with that number stands with the modules, by their ids. Raises PlatformError."""
        states = {}
        for page in self._pages("modules", f"student_id={quote(user_id, safe='')}"):
            for each in read_list(page):
                number = identifier(each.get("id")) if isinstance(each, dict) else None
                if number is None:
                    raise _unreadable()
                states[number] = ModuleState(
                    is_completed=each.get("state") == "completed",
                    completed_at=moment(each.get("completed_at")),
                )
        return states

    def enrollments(self) -> Iterator[Enrollment]:
        """The enrolments of students, also those that have ended with the course. Raises PlatformError on the way."""
        query = "type[]=StudentEnrollment&state[]=active&state[]=completed"
        for page in self._pages("enrollments", query):
            yield from filter(None, map(_enrollment, read_list(page)))

    def _module(self, entry: Mapping[str, Any]) -> Module:
        number = identifier(entry.get("id"))
        if number is None:
            raise _unreadable()
        items = entry.get("items")
        if not isinstance(items, list) or len(items) != entry.get("items_count", len(items)):
            # Canvas leaves the items out of a module that has many, or where the key does not allow to include them.
            pages_of_items = self._pages(f"modules/{quote(number, safe='')}/items")
            items = [each for page in pages_of_items for each in read_list(page)]
        return Module(
            id=number,
            name=words(entry.get("name")) or number,
            has_requirements=any(_is_asked_for(each) for each in items),
        )

    def _pages(self, path: str, query: str = "") -> Iterator[Any]:
        parameters = "&".join(filter(None, (query, f"per_page={PER_PAGE}")))
        return pages(f"{self._address}/{path}?{parameters}", self._call)

    def _call(self, url: str) -> HttpResponse:
        if self.is_to_wait:
            raise _too_many()
        answer = self._send(url)
        # With this header Canvas says that it is the token that it does not know: it may have been withdrawn, and
        # what was asked for with it too. Without, it is the person who may not see this.
        if answer.status == 401 and "WWW-Authenticate" in answer.headers:
            self._connection.user_tokens.drop(self._refresh_token)
            answer = self._send(url)
            if answer.status == 401 and "WWW-Authenticate" in answer.headers:
                raise consent_lost()
        self._remaining = number(answer.headers.get("X-Rate-Limit-Remaining"))
        if 200 <= answer.status < 300:
            return answer
        raise _error(answer, self._connection.clock())

    def _send(self, url: str) -> HttpResponse:
        connection = self._connection
        token = consent.access_token(connection, self._client, self._refresh_token)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        with connection.limits.call("list") as seconds:
            return connection.outgoing.request(
                "GET", url, headers=headers, max_bytes=MAX_BYTES, seconds=seconds
            )


def _progress(entry: Any) -> Progress | None:
    """None for somebody whose progress Canvas does not tell. Raises PlatformError for what is no entry."""
    user_id = identifier(entry.get("id")) if isinstance(entry, dict) else None
    if user_id is None:
        raise _unreadable()
    told = entry.get("progress")
    met, asked = (_count(told.get(name)) for name in _COUNTS) if isinstance(told, dict) else (None, None)
    if met is None or asked is None:
        return None
    return Progress(user_id=user_id, met=met, asked=asked, completed_at=moment(told.get("completed_at")))


_COUNTS = ("requirement_completed_count", "requirement_count")


def _count(value: Any) -> int | None:
    is_one = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000
    return value if is_one else None


def _enrollment(entry: Any) -> Enrollment | None:
    """None for an enrolment of another kind or state. Raises PlatformError for what is no entry."""
    user_id = identifier(entry.get("user_id")) if isinstance(entry, dict) else None
    if user_id is None:
        raise _unreadable()
    # A teacher's own Test Student has a StudentViewEnrollment.
    if entry.get("type") != "StudentEnrollment" or entry.get("enrollment_state") not in (
        "active",
        "completed",
    ):
        return None
    grades = entry.get("grades")
    return Enrollment(
        user_id=user_id,
        score=_score(entry, grades) if isinstance(grades, dict) else None,
        is_active=entry["enrollment_state"] == "active",
        tells_score=isinstance(grades, dict) and "final_score" in grades,
    )


def _score(entry: Mapping[str, Any], grades: Mapping[str, Any]) -> Decimal | None:
    """The final score, or the one that a teacher has set in its place; never the current one.

    That leaves out what is not graded, so that one good result of many makes a good score.
    """
    override = entry.get("override_score")
    override = grades.get("override_score") if override is None else override
    percent = number(grades.get("final_score") if override is None else override)
    return None if percent is None else min(max(percent / 100, Decimal(0)), Decimal(1))


def _is_published(entry: Any) -> bool:
    """Whether a module is shown to students. Raises PlatformError for what is no entry."""
    if not isinstance(entry, dict):
        raise _unreadable()
    return entry.get("published") is not False


def _is_asked_for(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("completion_requirement"), dict)
        and item.get("published") is not False
    )


def _error(answer: HttpResponse, now: datetime) -> PlatformError:
    body = answer.body[:4000].decode("utf-8", "replace").lower()
    if answer.status == 400 and "no progress available" in body:
        return NoModulesError(
            "the course has no modules with requirements in Canvas, so Canvas does not know who has completed it. "
            "Give the modules requirements, or choose another condition",
            permanent=True,
        )
    if answer.status == 429 or (answer.status == 403 and "rate limit exceeded" in body):
        asked = service_error(answer, now).retry_after
        return _too_many(asked if asked is not None else WAIT_SECONDS)
    if "insufficient scopes" in body:
        return PlatformError(
            "the developer key in Canvas does not allow Nozimite to read this. An administrator of Canvas has to add "
            "the scopes that its README names",
            permanent=True,
        )
    if answer.status in (401, 403):
        return PlatformError(
            "the person who let Nozimite read this course may not see there what it needs. Somebody who sees all "
            "grades of the course has to do it",
            permanent=True,
        )
    if answer.status == 404:
        return PlatformError(
            "the person who let Nozimite read this course does not find the course in Canvas any more",
            permanent=True,
        )
    return service_error(answer, now)


def _too_many(seconds: float = WAIT_SECONDS) -> PlatformError:
    return PlatformError(
        "the platform received too many requests and asks the tool to wait", retry_after=seconds
    )


def _unreadable() -> PlatformError:
    return PlatformError("the platform's list cannot be read")
