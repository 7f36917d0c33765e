"""Copies of courses, as a teacher makes them; Canvas tells tools of each by a notice (LtiContextCopyNotice)."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from uuid import uuid4

import requests
from flask import Blueprint, Response, request

from lti_tool.demo import lti_names, platform_keys
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
    return {
        lti_names.CLAIM + "platformnotificationservice": {
            "platform_notification_service_url": lms.url + HANDLERS_PATH,
            "service_versions": ["1.0"],
            "scope": [lti_names.NOTICE_HANDLERS],
            "notice_types_supported": list(_TYPES),
        }
    }


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
            Thread(target=_send, args=(lms, tool, notice(lms, tool, copy, course)), daemon=True).start()
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
    now = lms.now()
    told = {
        "iss": lms.product.issuer(lms.url),
        "aud": tool.client_id,
        "azp": tool.client_id,
        "iat": now,
        "exp": now + 3600,
        "nonce": secrets.token_urlsafe(15),
        lti_names.CLAIM + "version": "1.3.0",
        lti_names.CLAIM + "deployment_id": tool.deployment_id,
        lti_names.CLAIM + "notice": {
            "id": str(uuid4()),
            "timestamp": lms.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": NOTICE_TYPE,
        },
        lti_names.CLAIM + "context": {
            "id": lms.product.course_id(copy),
            "label": copy.label,
            "title": copy.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        lti_names.CLAIM + "origin_contexts": [lms.product.course_id(origin)],
    }
    return {"notices": [{"jwt": platform_keys.sign(told, lms.keys[-1])}]}


def _send(lms: Lms, tool: Tool, message: Json) -> None:
    with suppress(requests.RequestException):
        lms.http.post(tool.notice_handler, json=message, timeout=10)
