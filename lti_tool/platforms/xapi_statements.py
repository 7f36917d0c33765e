"""Statements of the Experience API 1.0.3 as learning platforms send them: who has completed which course, and when.

A statement is read only as far as it tells that. What it may hold besides is neither checked nor kept: this is no
store of statements. The shape of those of Moodle is that of its plugin logstore_xapi.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lti_tool.platforms.claims import identifier
from lti_tool.platforms.service_values import moment

#: Older versions of logstore_xapi have the second.
COMPLETED = frozenset({"http://adlnet.gov/expapi/verbs/completed", "http://id.tincanapi.com/verb/completed"})
PASSED = "http://adlnet.gov/expapi/verbs/passed"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
#: The only event of Moodle that is about a whole course. That an activity was completed is always sent as `completed`,
#: whatever became of it, by a known defect of logstore_xapi.
COURSE_EVENT = "\\core\\event\\course_completed"

MOST_STATEMENTS = 500
#: How far the clock of the sender may be ahead.
LEEWAY = timedelta(minutes=5)

_COURSE = re.compile(r"(.*)/course/view\.php\?id=([0-9]{1,18})", re.DOTALL)


class StatementError(Exception):
    """The statements are not as the Experience API has them, or belong to another platform. The message says why.

    It names nobody: it is sent back. `is_foreign`: they belong to another platform.
    """

    def __init__(self, message: str, *, is_foreign: bool = False) -> None:
        super().__init__(message)
        self.is_foreign = is_foreign


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCompletion:
    """A person has completed a course, by their ids on the platform."""

    user_id: str
    course_id: str
    completed_at: datetime


def read_statements(body: bytes) -> Sequence[Mapping[str, Any]]:
    """One statement or several. Raises StatementError where they are not such."""
    try:
        read = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise StatementError("the body is not JSON") from error
    statements = read if isinstance(read, list) else [read]
    if len(statements) > MOST_STATEMENTS:
        raise StatementError(f"there are more than {MOST_STATEMENTS} statements")
    for each in statements:
        parts = [each.get(name) for name in ("actor", "verb", "object")] if isinstance(each, dict) else []
        if not parts or not all(isinstance(part, dict) for part in parts):
            raise StatementError("a statement has an actor, a verb and an object")
        if "id" in each and not is_statement_id(each["id"]):
            raise StatementError("the id of a statement is no UUID")
        if any("fileUrl" not in part for part in _objects(each.get("attachments"))):
            raise StatementError("attachments are not taken")
    ids = [str(each["id"]).lower() for each in statements if "id" in each]
    if len(ids) != len(set(ids)):
        raise StatementError("two statements have the same id")
    return statements


def is_statement_id(value: Any) -> bool:
    """Whether the value is a UUID as statements are identified by."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def completions(
    statements: Sequence[Mapping[str, Any]], platform_id: str, now: datetime
) -> Sequence[CourseCompletion]:
    """The completions of courses that the statements tell; all else is passed over.

    Raises StatementError where one of a course belongs to another platform, or is from the future.
    """
    voided = {_voided(each) for each in statements}
    found = []
    for each in statements:
        if str(each.get("id")).lower() not in voided and (told := _completion(each, platform_id, now)):
            found.append(told)
    return found


def _completion(statement: Mapping[str, Any], platform_id: str, now: datetime) -> CourseCompletion | None:
    course = _COURSE.fullmatch(str(statement["object"].get("id")))
    if course is None or not _tells_completion(statement):
        return None
    site = platform_id.rstrip("/")
    if course[1] != site:
        raise StatementError("a course of another site than the registered platform", is_foreign=True)
    account = statement["actor"].get("account")
    if not isinstance(account, dict) or statement["actor"].get("objectType", "Agent") != "Agent":
        # Identified by an e-mail address: nobody can be told by that for certain.
        return None
    if str(account.get("homePage")).rstrip("/") != site:
        raise StatementError("a person of another site than the registered platform", is_foreign=True)
    user_id = identifier(account.get("name"))
    if user_id is None:
        return None
    return CourseCompletion(user_id=user_id, course_id=course[2], completed_at=_completed_at(statement, now))


def _tells_completion(statement: Mapping[str, Any]) -> bool:
    """Whether it says that a course was completed or passed: in an object, the course itself, with success."""
    verb, target, result = statement["verb"].get("id"), statement["object"], statement.get("result")
    if not isinstance(verb, str) or verb not in COMPLETED | {PASSED}:
        return False
    if target.get("objectType", "Activity") != "Activity":
        return False
    if result is not None and not isinstance(result, dict):
        return False
    if not all((result or {}).get(name, True) is True for name in ("completion", "success")):
        return False
    return _event(statement) in (None, COURSE_EVENT)


def _event(statement: Mapping[str, Any]) -> str | None:
    """The event of Moodle that the statement was made of, as logstore_xapi adds it; None where it does not say."""
    context = statement.get("context")
    extensions = context.get("extensions") if isinstance(context, dict) else None
    if not isinstance(extensions, dict):
        return None
    for name, value in extensions.items():
        named = value.get("event_name") if isinstance(value, dict) else None
        if named is None and name.endswith("event_name"):
            named = value
        if named is not None:
            return str(named)
    return None


def _completed_at(statement: Mapping[str, Any], now: datetime) -> datetime:
    """When it happened. Raises StatementError where that cannot be told, or cannot be.

    The past is taken as far back as it goes: whoever switches the sender on may let it send all that has been.
    """
    at = moment(statement.get("timestamp") or statement.get("stored"))
    if at is None:
        raise StatementError("the timestamp of a statement is no time with a zone")
    if at > now + LEEWAY:
        raise StatementError("the timestamp of a statement is in the future: compare the clocks")
    return at


def _voided(statement: Mapping[str, Any]) -> str | None:
    """The id of the statement that this one voids."""
    told = statement["object"].get("id")
    is_it = statement["verb"].get("id") == VOIDED and isinstance(told, str)
    return str(told).lower() if is_it else None


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
