"""Canvas's REST API as far as the tool knows it: progress, modules and enrolments of a course.

Each work of a course that is graded is a module of its own here, with one requirement: a minimum score. Beside them
is a module without any requirement, which counts as completed for everybody, and one that is not published.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo.campus import Campus, Column, Course, Person
from lti_tool.demo.canvas_oauth import grant_of_request, invalid_token, person_of
from lti_tool.demo.lti_names import Json
from lti_tool.demo.service_endpoints import ServiceError, simulate_fault
from lti_tool.demo.state import Lms, current_lms

PER_PAGE = 10
MOST_PER_PAGE = 100
SCOPES = (
    "url:GET|/api/v1/courses/:course_id/bulk_user_progress",
    "url:GET|/api/v1/courses/:course_id/modules",
    "url:GET|/api/v1/courses/:course_id/modules/:module_id/items",
    "url:GET|/api/v1/courses/:course_id/enrollments",
)
_PROGRESS, _MODULES, _ITEMS, _ENROLLMENTS = SCOPES
#: Whom a teacher becomes in the student view: a member of no list of LTI here, but of this one.
TEST_STUDENT = 990_001

routes = Blueprint("canvas_rest", __name__, url_prefix="/api/v1/courses/<course>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many requirements somebody meets. Canvas looks only at modules in which it has a row for them."""

    met: int
    asked: int
    completed_at: str | None


@routes.get("/bulk_user_progress")
def bulk_user_progress(course: str) -> Response:
    """The progress of everybody who learns in the course. Raises ServiceError."""
    lms, found = _readable(course, _PROGRESS)
    if not work(lms.campus, found):
        raise ServiceError(
            _error(
                400,
                {
                    "error": {
                        "message": "no progress available because this course is not module based (has modules and "
                        "module completion requirements) or the user is not enrolled as a student in this course"
                    }
                },
            )
        )
    rows = [_progress_row(lms, found, person) for person in lms.campus.learners(found.id)]
    test_student = {
        "id": TEST_STUDENT,
        "display_name": "Test Student",
        "progress": _nothing(lms.campus, found),
    }
    return _page([*rows, test_student])


@routes.get("/modules")
def modules(course: str) -> Response:
    """The modules, with the items where they are asked for and the key allows it. Raises ServiceError."""
    lms, found = _readable(course, _MODULES)
    student = lms.campus.people.get(request.args.get("student_id", ""))
    key = lms.campus.api_key
    with_items = "items" in request.args.getlist("include[]") and key is not None and key.includes
    rows = [_module(lms.campus, found, column, student) for column in work(lms.campus, found)]
    rows = [_welcome(found, student), *rows, _unpublished(found, student)]
    return _page([row if with_items else {**row, "items": None} for row in rows], without=("items",))


@routes.get("/modules/<module>/items")
def module_items(course: str, module: str) -> Response:
    """The items of a module. Raises ServiceError."""
    lms, found = _readable(course, _ITEMS)
    rows = [_module(lms.campus, found, column, None) for column in work(lms.campus, found)]
    for row in (_welcome(found, None), *rows, _unpublished(found, None)):
        if str(row["id"]) == module:
            return _page(row["items"])
    raise ServiceError(_error(404, {"errors": [{"message": "The specified resource does not exist."}]}))


@routes.get("/enrollments")
def enrollments(course: str) -> Response:
    """The enrolments with their grades. Raises ServiceError."""
    lms, found = _readable(course, _ENROLLMENTS)
    types, states = request.args.getlist("type[]"), request.args.getlist("state[]")
    rows = [_enrollment(lms.campus, found, person) for person in lms.campus.learners(found.id)]
    rows.append(
        {
            "course_id": int(found.id),
            "user_id": TEST_STUDENT,
            "type": "StudentViewEnrollment",
            "enrollment_state": "active",
            "grades": {"current_score": 100.0, "final_score": 100.0},
        }
    )
    return _page(
        [
            row
            for row in rows
            if (not types or row["type"] in types) and row["enrollment_state"] in (states or ["active"])
        ]
    )


def work(campus: Campus, course: Course) -> Sequence[Column]:
    """The graded work of the course: each is the requirement of a module."""
    return [column for column in campus.course_columns(course.id) if not column.link_id]


def progress_of(campus: Campus, course: Course, person: Person) -> Progress:
    """Whoever has no row yet in a later module may read as one who has completed the course."""
    columns = work(campus, course)
    evaluated = [column for column in columns if (column.id, person.id) in campus.grades]
    completed = [each for column in columns if (each := completed_at(campus, course, column, person))]
    has_completed = bool(evaluated) and len(completed) == len(evaluated)
    return Progress(
        met=len(completed), asked=len(columns), completed_at=max(completed) if has_completed else None
    )


def completed_at(campus: Campus, course: Course, column: Column, person: Person) -> str | None:
    """When the person met the requirement of the module; None where they do not."""
    grade = campus.grades.get((column.id, person.id))
    enough = column.maximum * course.completion_percent / 100
    if grade is None or grade.score is None or grade.score < enough:
        return None
    return grade.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def final_score(campus: Campus, course: Course, person: Person) -> float:
    """The final score in per cent: what is not graded, or not shown yet, is zero."""
    columns = work(campus, course)
    maximum = sum(column.maximum for column in columns)
    scores = (campus.grades.get((column.id, person.id)) for column in columns if not column.hidden)
    total = sum(grade.score for grade in scores if grade is not None and grade.score is not None)
    return round(100 * total / maximum, 2) if maximum else 0.0


def _progress_row(lms: Lms, course: Course, person: Person) -> Json:
    progress = progress_of(lms.campus, course, person)
    return {
        "id": int(person.id),
        "display_name": person.name,
        "avatar_image_url": f"{lms.url}/images/messages/avatar-50.png",
        "html_url": f"{lms.url}/courses/{course.id}/users/{person.id}",
        "pronouns": None,
        "progress": {
            "requirement_count": progress.asked,
            "requirement_completed_count": progress.met,
            "next_requirement_url": None,
            "completed_at": progress.completed_at,
        },
    }


def _nothing(campus: Campus, course: Course) -> Json:
    return {
        "requirement_count": len(work(campus, course)),
        "requirement_completed_count": 0,
        "next_requirement_url": None,
        "completed_at": None,
    }


def _module(campus: Campus, course: Course, column: Column, student: Person | None) -> Json:
    item = {
        "id": int(column.id) + 5000,
        "title": column.label,
        "type": "Assignment",
        "published": True,
        "completion_requirement": {
            "type": "min_score",
            "min_score": column.maximum * course.completion_percent / 100,
        },
    }
    row: Json = {
        "id": int(column.id) + 700,
        "name": column.label,
        "requirement_type": "all",
        "items_count": 1,
        "published": True,
        "items": [item],
    }
    if student is not None:
        at = completed_at(campus, course, column, student)
        row |= {"state": "completed" if at else "unlocked", "completed_at": at}
    return row


def _welcome(course: Course, student: Person | None) -> Json:
    item = {"id": int(course.id) + 6000, "title": "Welcome", "type": "Page", "published": True}
    row: Json = {
        "id": int(course.id) + 600,
        "name": "Welcome",
        "items_count": 1,
        "published": True,
        "items": [item],
    }
    return (
        row | {"state": "completed", "completed_at": "2026-09-01T08:00:00Z"} if student is not None else row
    )


def _unpublished(course: Course, student: Person | None) -> Json:
    item = {
        "id": int(course.id) + 6001,
        "title": "Next year",
        "type": "Page",
        "published": False,
        "completion_requirement": {"type": "must_view"},
    }
    row: Json = {
        "id": int(course.id) + 601,
        "name": "Next year",
        "items_count": 1,
        "published": False,
        "items": [item],
    }
    return row | {"state": "locked", "completed_at": None} if student is not None else row


def _enrollment(campus: Campus, course: Course, person: Person) -> Json:
    final = final_score(campus, course, person)
    current = campus.total_percent(person, course.id)
    return {
        "id": int(person.id) + 8000,
        "course_id": int(course.id),
        "user_id": int(person.id),
        "type": "StudentEnrollment",
        "role": "StudentEnrollment",
        "enrollment_state": "completed" if course.concluded else "active",
        "limit_privileges_to_course_section": False,
        "grades": {
            "current_score": None if current is None else round(current, 2),
            "final_score": final,
            "unposted_current_score": None if current is None else round(current, 2),
            "unposted_final_score": final,
        },
        "override_score": course.overrides.get(person.id),
        "override_grade": None,
        "user": {"id": int(person.id), "name": person.name},
    }


def _readable(named: str, scope: str) -> tuple[Lms, Course]:
    """The course, if whoever let the tool act for them may read it. Raises ServiceError."""
    simulate_fault()
    lms = current_lms()
    grant = grant_of_request(lms)
    if grant is None:
        raise ServiceError(invalid_token())
    if scope not in grant.scopes:
        raise ServiceError(_error(401, {"errors": [{"message": "Insufficient scopes on access token."}]}))
    courses = {f"lti_context_id:{lms.product.course_id(each)}": each for each in lms.campus.courses.values()}
    course = courses.get(named) or lms.campus.courses.get(named)
    if course is None:
        raise ServiceError(_error(404, {"errors": [{"message": "The specified resource does not exist."}]}))
    if not lms.campus.is_staff(person_of(lms, grant), course.id):
        message = "user not authorized to perform that action"
        raise ServiceError(_error(401, {"status": "unauthorized", "errors": [{"message": message}]}))
    return lms, course


def _page(rows: Sequence[Json], without: Sequence[str] = ()) -> Response:
    """A part of the rows; the address of the next one is opaque. A key of `without` that is None is left out."""
    asked = request.args.get("per_page", "")
    size = min(int(asked), MOST_PER_PAGE) if asked.isdigit() and int(asked) else PER_PAGE
    start = _bookmarked(request.args.get("page", ""))
    part = [
        {name: value for name, value in row.items() if name not in without or value is not None}
        for row in rows[start : start + size]
    ]
    response = jsonify(part)
    response.headers["X-Request-Cost"] = "0.0412"
    response.headers["X-Rate-Limit-Remaining"] = "698.3"
    links = {"current": start, "first": 0}
    if start + size < len(rows):
        links["next"] = start + size
    url = current_lms().url + urlsplit(request.url).path
    response.headers["Link"] = ",".join(
        f'<{url}?{urlencode(_query(at, size))}>; rel="{name}"' for name, at in links.items()
    )
    return response


def _query(start: int, size: int) -> list[tuple[str, Any]]:
    others = [pair for pair in request.args.items(multi=True) if pair[0] not in ("page", "per_page")]
    bookmark = urlsafe_b64encode(f"from {start}".encode()).decode()
    return [*others, ("page", f"bookmark:{bookmark}"), ("per_page", size)]


def _bookmarked(page: str) -> int:
    if not page.startswith("bookmark:"):
        return 0
    try:
        return int(urlsafe_b64decode(page.removeprefix("bookmark:")).decode().removeprefix("from "))
    except ValueError:
        return 0


def _error(status: int, body: Json) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
