"""Moodle's own web service, by REST: completions and grades, asked for with a token that an administrator has made.

Errors come with status 200, as `{"exception": ..., "errorcode": ..., "message": ...}`. The message may name people, so
only the code is read. Ids are those that LTI has: `sub` of people, `context.id` of courses. Observed on Moodle 4.5 and
5.1; the names of the functions and what they answer are Moodle's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.claims import identifier, text
from lti_tool.platforms.service_errors import service_error
from lti_tool.platforms.service_values import number, read_json
from lti_tool.platforms.services import MAX_BYTES, Connection
from lti_tool.values import ActivityProgress, CompletionCriterion, CourseProgress, GradeItem, LearnerProgress

PATH = "/webservice/rest/server.php"
SITE_INFO = "core_webservice_get_site_info"
COMPLETION = "core_completion_get_course_completion_status"
ACTIVITIES = "core_completion_get_activities_completion_status"
GRADES = "gradereport_user_get_grade_items"

#: What a criterion of completion is about, by Moodle's numbers.
_KINDS = {
    1: "self",
    2: "date",
    3: "unenrol",
    4: "activity",
    5: "duration",
    6: "grade",
    7: "role",
    8: "course",
}
_STATES = {0: "incomplete", 1: "complete", 2: "passed", 3: "failed"}
#: Moodle names the activity of a criterion by a link to it only.
_ACTIVITY = re.compile(r"/mod/\w+/view\.php\?id=(\d{1,18})\b")

#: Codes of errors that are about one person: they are none of the course's learners, or no longer an account.
_NOBODY = frozenset({"usernotenroled", "usernotenrolled", "invaliduser", "userdeleted"})
_NO_TOKEN = frozenset({"invalidtoken", "accesstokenexpired", "tokenexpired", "invalidtimedtoken"})
_NO_CRITERIA = frozenset({"nocriteriaset", "completionnotenabled", "completionnotenabledforcourse"})
_NO_FUNCTION = frozenset({"accessexception", "servicenotavailable", "servicerequireslogin"})
_NO_RIGHT = frozenset(
    {
        "cannotviewreport",
        "errorcoursecontextnotvalid",
        "nopermissions",
        "nopermissiontoviewgrades",
        "notingroup",
        "requireloginerror",
    }
)


class UnknownCodeError(PlatformError):
    """Moodle's answer is an error of which only the code is known: it may be about one person, or about all."""


class MoodleWebService:
    """The web service of a Moodle at `address`. Each function raises PlatformError."""

    def __init__(self, address: str, token: str, connection: Connection) -> None:
        self._url = address + PATH
        self._token = token
        self._connection = connection

    def check(self, platform_id: str, functions: Collection[str]) -> None:
        """Raises PlatformError where it is another Moodle than the platform, or a function is missing there.

        User ids are short numbers: those of another site would be other people.
        """
        site = self._call(SITE_INFO, {})
        if not isinstance(site, dict) or not isinstance(site.get("functions"), list):
            raise _unreadable()
        if str(site.get("siteurl")).rstrip("/") != platform_id.rstrip("/"):
            raise PlatformError(
                "the web service that is set up belongs to another Moodle site", permanent=True
            )
        offered = {each.get("name") for each in site["functions"] if isinstance(each, dict)}
        for name in sorted(functions):
            if name not in offered:
                raise _no_function(name)

    def completion(self, course: str, user: str) -> tuple[CourseProgress, LearnerProgress] | None:
        """What the course asks for, and when the person completed it; None for who is none of its learners.

        A completion without a date has the time of the answer. Raises UnknownCodeError too.
        """
        answer = self._of_person(COMPLETION, course, user)
        if answer is None:
            return None
        status = answer.get("completionstatus") if isinstance(answer, dict) else None
        if not isinstance(status, dict) or not isinstance(status.get("completed"), bool):
            raise _unreadable()
        criteria = list(_objects(status, "completions"))
        return (
            CourseProgress(criteria=tuple(map(_criterion, criteria))),
            LearnerProgress(
                user_id=user,
                completed_at=self._completed_at(status, criteria) if status["completed"] else None,
            ),
        )

    def activities(self, course: str, user: str) -> tuple[ActivityProgress, ...] | None:
        """How far the person is in each activity that the user of the token may see: others are left out silently.

        None for who is none of the course's learners. Raises UnknownCodeError too.
        """
        answer = self._of_person(ACTIVITIES, course, user)
        return None if answer is None else tuple(filter(None, map(_activity, _objects(answer, "statuses"))))

    def grades(self, course: str) -> Mapping[str, tuple[GradeItem, ...]]:
        """The grades of all learners, by their ids."""
        return self._grades({"courseid": course})

    def grades_of(self, course: str, user: str) -> tuple[GradeItem, ...]:
        """The grades of one learner. Raises UnknownCodeError too."""
        found = self._grades({"courseid": course, "userid": user})
        if user not in found:
            raise _unreadable()
        return found[user]

    def _of_person(self, function: str, course: str, user: str) -> Any:
        """The answer about one person, None where they are nobody in the course."""
        try:
            return self._call(function, {"courseid": course, "userid": user})
        except UnknownCodeError as error:
            if error.about["code"] in _NOBODY:
                return None
            raise

    def _grades(self, parameters: Mapping[str, str]) -> Mapping[str, tuple[GradeItem, ...]]:
        found = {}
        for entry in _objects(self._call(GRADES, parameters), "usergrades"):
            user_id = identifier(entry.get("userid"))
            if user_id is not None:
                found[user_id] = tuple(map(_grade_item, _objects(entry, "gradeitems")))
        return found

    def _completed_at(self, status: Mapping[str, Any], criteria: list[Mapping[str, Any]]) -> datetime:
        times = [at for each in criteria if each.get("complete") is True and (at := _moment(each))]
        if not times:
            return self._connection.clock()
        # 1: all criteria are asked for, 2: any of them.
        return min(times) if status.get("aggregation") == 2 else max(times)

    def _call(self, function: str, parameters: Mapping[str, str]) -> Any:
        form = {
            "wstoken": self._token,
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **parameters,
        }
        with self._connection.limits.call("list") as seconds:
            # In the body, because addresses are kept in the logs of servers.
            answer = self._connection.outgoing.request(
                "POST", self._url, data=form, max_bytes=MAX_BYTES, seconds=seconds
            )
        if not 200 <= answer.status < 300:
            raise service_error(answer, self._connection.clock())
        return _read(answer, function)


def _read(answer: HttpResponse, function: str) -> Any:
    """What was answered. Raises PlatformError for the errors that come in place of it."""
    read = read_json(answer)
    if isinstance(read, dict) and ("exception" in read or "errorcode" in read):
        raise _error(str(read.get("errorcode") or ""), function)
    if read is None:
        raise _unreadable()
    return read


def _error(said: str, function: str) -> PlatformError:
    code = said if re.fullmatch(r"[A-Za-z0-9_]{1,60}", said) else "?"
    if code in _NO_TOKEN:
        return PlatformError("Moodle does not accept the token of its web service any more", permanent=True)
    if code in _NO_CRITERIA:
        return PlatformError(
            "the course does not say when it is completed: a teacher sets it in Moodle under Course completion",
            permanent=True,
        )
    if code in _NO_FUNCTION:
        return _no_function(function)
    if code in _NO_RIGHT:
        return PlatformError(
            "the user of Moodle's web service may not read this course: an administrator has to give it the "
            "capabilities for {function}",
            {"function": function},
            permanent=True,
        )
    return UnknownCodeError("Moodle's web service answered with an error ({code})", {"code": code})


def _no_function(name: str) -> PlatformError:
    return PlatformError(
        "Moodle's web service does not offer {function}: an administrator has to add it",
        {"function": name},
        permanent=True,
    )


def _unreadable() -> PlatformError:
    return PlatformError("the answer of Moodle's web service cannot be read")


def _objects(answer: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list in the answer. Raises PlatformError where it is none: it must not pass for an empty one."""
    listed = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise _unreadable()
    return iter(listed)


def _criterion(entry: Mapping[str, Any]) -> CompletionCriterion:
    details = entry.get("details")
    told = details.get("criteria") if isinstance(details, dict) else None
    named = _ACTIVITY.search(told) if isinstance(told, str) else None
    kind = entry.get("type")
    return CompletionCriterion(
        kind=_KINDS.get(kind, "other") if isinstance(kind, int) else "other",
        activity=named[1] if named else None,
    )


def _activity(entry: Mapping[str, Any]) -> ActivityProgress | None:
    activity = identifier(entry.get("cmid"))
    state = entry.get("state")
    if activity is None or entry.get("hascompletion") is False:
        return None
    # 1 and 1.0 and true are equal in Python; only a number is a state.
    is_state = isinstance(state, int) and not isinstance(state, bool)
    return ActivityProgress(
        activity=activity,
        state=_STATES.get(state, "other") if is_state and isinstance(state, int) else "other",
        overridden=identifier(entry.get("overrideby")) is not None,
        overridden_by=identifier(entry.get("overrideby")),
        at=_moment(entry),
    )


def _grade_item(entry: Mapping[str, Any]) -> GradeItem:
    raw, low, high = (number(entry.get(name)) for name in ("graderaw", "grademin", "grademax"))
    hidden = (entry.get("gradeishidden"), entry.get("gradehiddenbydate"))
    return GradeItem(
        kind=text(entry.get("itemtype")) or "other",
        activity=identifier(entry.get("cmid")),
        score=_share(raw, low, high),
        graded_at=_seconds(entry.get("gradedategraded")),
        # Whatever is not said to be shown counts as hidden, whatever is not said to be calculated as stale.
        is_hidden=any(each is not False for each in hidden),
        is_stale=entry.get("gradeneedsupdate") is not False,
    )


def _share(raw: Decimal | None, low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """The grade as a part of what can be reached, 0 to 1; None where that cannot be said."""
    if raw is None or low is None or high is None or high <= low:
        return None
    return min(max((raw - low) / (high - low), Decimal(0)), Decimal(1))


def _moment(entry: Mapping[str, Any]) -> datetime | None:
    return _seconds(entry.get("timecompleted"))


def _seconds(value: Any) -> datetime | None:
    """A time in seconds since 1970; 0 is Moodle's "never"."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1e11:
        return None
    return datetime.fromtimestamp(value, UTC)
