"""Copies of courses, as a teacher makes them; Canvas tells tools of each by a notice (LtiContextCopyNotice)."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from lti_tool.demo import lti_names, notices
from lti_tool.demo.campus import Campus, Course, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.service_endpoints import authorized_tool, json_response, service_error
from lti_tool.demo.state import Lms

HANDLERS_PATH = "/api/lti/notice-handlers"
NOTICE_TYPE = "LtiContextCopyNotice"
_TYPES = (NOTICE_TYPE, "LtiHelloWorldNotice")

routes = Blueprint("context_copies", __name__)


def claims(lms: Lms) -> Json:
    """What launches tell of the notices."""
    return notices.service_claims(lms.url + HANDLERS_PATH, _TYPES)


@routes.route(HANDLERS_PATH, methods=["GET", "PUT"])
def handlers() -> Response:
    """Where the tool wants its notices, after it has said so where it does. Raises ServiceError."""
    tool = authorized_tool("application/json", lti_names.NOTICE_HANDLERS)
    if request.method == "PUT":
        asked: Json = request.get_json(silent=True) or {}
        if asked.get("notice_type") != NOTICE_TYPE or not isinstance(asked.get("handler"), str):
            raise service_error(400, "Bad request")
        tool.notice_handler = asked["handler"]
    listed = [
        {"notice_type": name, "handler": tool.notice_handler if name == NOTICE_TYPE else ""}
        for name in _TYPES
    ]
    body = {"client_id": tool.client_id, "deployment_id": tool.deployment_id, "notice_handlers": listed}
    return json_response(body, "application/json")


def copy_course(lms: Lms, course: Course) -> Course:
    """A copy of the course with the same people and new activities with the old settings; without grades."""
    copy = _copied(lms.campus, course)
    if lms.product.name == "canvas":
        for tool in [each for each in list(lms.campus.tools.values()) if each.notice_handler]:
            notices.send(lms, tool, notice(lms, tool, copy, course))
    return copy


def _copied(campus: Campus, course: Course) -> Course:
    copy = replace(
        course,
        id=campus.next_id(),
        title=f"{course.title} (copy)",
        roles=dict(course.roles),
        completions={},
    )
    campus.courses[copy.id] = copy
    new_links = {}
    for link in campus.course_links(course.id):
        new = replace(link, id=campus.next_id(), course_id=copy.id, custom=dict(link.custom))
        campus.links[new.id] = new
        new_links[link.id] = new.id
    for column in campus.course_columns(course.id):
        number = campus.next_id()
        link_id = new_links.get(column.link_id, "")
        campus.columns[number] = replace(column, id=number, course_id=copy.id, link_id=link_id)
    return copy


def notice(lms: Lms, tool: Tool, copy: Course, origin: Course) -> Json:
    """The message of one notice."""
    context = {
        "id": lms.product.course_id(copy),
        "label": copy.label,
        "title": copy.title,
        "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
    }
    origins = [lms.product.course_id(origin)]
    return notices.message(lms, tool, NOTICE_TYPE, context=context, origin_contexts=origins)
