"""Our plugin for Moodle as the tool sees it, where an administrator has installed it: who has completed a course."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from lti_tool.demo import lti_names
from lti_tool.demo.campus import Campus, Column, Course, Person, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.service_endpoints import authorized_tool, json_response, service_error
from lti_tool.demo.state import Lms, current_lms

RULE = "/mod/lti/services.php/nozimite/<course_id>/completions"
MOST_AT_ONCE = 1000

routes = Blueprint("moodle_plugin", __name__)


def is_on(lms: Lms, tool: Tool) -> bool:
    """Whether the plugin is installed, and the tool asked for it when it was registered."""
    return lms.campus.has_plugin and lti_names.COMPLETIONS_VARIABLE in tool.custom.values()


def completions_url(lms: Lms, course_id: str) -> str:
    return lms.url + RULE.replace("<course_id>", course_id)


@routes.get(RULE)
def completions(course_id: str) -> Response:
    """The learners of the course by user id, MOST_AT_ONCE a page, and what completing it asks for.

    Raises ServiceError where the caller may not read it, or does not know the course.
    """
    lms = current_lms()
    if not lms.campus.has_plugin:
        raise service_error(404, "No handler found")
    tool = authorized_tool(lti_names.COMPLETIONS_TYPE, lti_names.COMPLETIONS)
    course = lms.campus.courses.get(course_id)
    if course is None or not any(link.tool_id == tool.id for link in lms.campus.course_links(course_id)):
        raise service_error(404, "Not found")
    after, limit = _number("after", 0), min(_number("limit", MOST_AT_ONCE) or MOST_AT_ONCE, MOST_AT_ONCE)
    learners = sorted(lms.campus.learners(course.id), key=lambda person: int(person.id))
    rest = [person for person in learners if int(person.id) > after]
    page: Json = {"asOf": lms.now()}
    if not after:
        page["context"] = _course(lms.campus, course)
    page["learners"] = [_learner(lms.campus, course, person) for person in rest[:limit]]
    response = json_response(page, lti_names.COMPLETIONS_TYPE)
    if len(rest) > limit:
        query = urlencode({"after": rest[limit - 1].id, "limit": limit})
        response.headers["Link"] = f'<{completions_url(lms, course.id)}?{query}>; rel="next"'
    return response


def _number(name: str, otherwise: int) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isdigit() else otherwise


def _course(campus: Campus, course: Course) -> Json:
    columns = campus.course_columns(course.id)
    items = [_item(column.id, "mod", column.label, column.maximum) for column in columns]
    total = _item("total", "course", None, sum(column.maximum for column in columns))
    return {
        "id": course.id,
        "completionEnabled": True,
        "criteria": [{"type": "grade", "minimum": course.completion_percent}],
        "aggregation": "all",
        "activities": [],
        "gradeItems": [total, *items],
    }


def _item(item_id: str, kind: str, title: str | None, maximum: float) -> Json:
    return {
        "id": item_id,
        "kind": kind,
        "title": title,
        "idnumber": None,
        "minimum": 0,
        "maximum": maximum,
        "pass": None,
        "stale": False,
    }


def _learner(campus: Campus, course: Course, person: Person) -> Json:
    completed_at = course.completions.get(person.id)
    grades = [_grade(campus, column, person) for column in campus.course_columns(course.id)]
    return {
        "sub": person.id,
        "completedAt": completed_at,
        "changedAt": completed_at,
        "activities": [],
        "grades": [grade for grade in grades if grade],
    }


def _grade(campus: Campus, column: Column, person: Person) -> Json | None:
    grade = campus.grades.get((column.id, person.id))
    if grade is None or grade.score is None:
        return None
    return {
        "id": column.id,
        "score": grade.score,
        "maximum": column.maximum,
        "hidden": column.hidden,
        "overridden": grade.by_hand,
        "excluded": False,
        "at": grade.changed_at.isoformat(timespec="seconds"),
    }
