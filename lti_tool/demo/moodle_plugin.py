"""Our plugin for Moodle as the tool sees it, where an administrator has installed it: who has completed a course."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, request

from lti_tool.demo import lti_names, notices
from lti_tool.demo.campus import Campus, Column, Course, Notification, Person, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.service_endpoints import authorized_tool, json_response, service_error
from lti_tool.demo.state import Lms, current_lms

HANDLERS_PATH = "/mod/lti/services.php/nozimite/handlers"
RULE = "/mod/lti/services.php/nozimite/<course_id>/completions"
MESSAGES_RULE = "/mod/lti/services.php/nozimite/<course_id>/messages"
SCOPES = (lti_names.COMPLETIONS, lti_names.NOTICE_HANDLERS, lti_names.MESSAGES)
MOST_AT_ONCE = 1000

routes = Blueprint("moodle_plugin", __name__)


def is_on(lms: Lms, tool: Tool) -> bool:
    """Whether the plugin is installed, and the tool asked for it when it was registered."""
    return lms.campus.has_plugin and lti_names.COMPLETIONS_VARIABLE in tool.custom.values()


def claims(lms: Lms) -> Json:
    """What launches tell of the notices."""
    return notices.service_claims(lms.url + HANDLERS_PATH, [lti_names.NOTICE_TYPE])


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


@routes.route(HANDLERS_PATH, methods=["GET", "PUT"])
def handlers() -> Response:
    """Where the tool wants its notices, after it has said so where it does. Raises ServiceError.

    Moodle takes only an address of https at the tool's own domain; here all is http.
    """
    lms = current_lms()
    if not lms.campus.has_plugin:
        raise service_error(404, "No handler found")
    tool = authorized_tool("application/json", lti_names.NOTICE_HANDLERS)
    if request.method == "PUT":
        asked: Json = request.get_json(silent=True) or {}
        handler = str(asked.get("handler"))
        is_own = urlsplit(handler).netloc == urlsplit(tool.launch_url).netloc
        if not is_own or asked.get("notice_type") != lti_names.NOTICE_TYPE:
            raise service_error(400, "Bad request")
        tool.notice_handler = handler
    listed = [{"notice_type": lti_names.NOTICE_TYPE, "handler": tool.notice_handler}]
    body = {"client_id": tool.client_id, "deployment_id": tool.deployment_id, "notice_handlers": listed}
    return json_response(body, "application/json")


@routes.post(MESSAGES_RULE)
def messages(course_id: str) -> Response:
    """An empty answer once the learner is told that the badge of a link is ready. Raises ServiceError.

    404 for whoever is no learner of the course, or may not open the link.
    """
    lms = current_lms()
    if not lms.campus.has_plugin:
        raise service_error(404, "No handler found")
    tool = authorized_tool("application/json", lti_names.MESSAGES)
    asked: Json = request.get_json(silent=True) or {}
    person = lms.person(asked.get("sub"))
    link = lms.campus.links.get(str(asked.get("resource_link_id")))
    if person is None or link is None or link.tool_id != tool.id or link.course_id != course_id:
        raise service_error(404, "Not found")
    if lms.campus.role(person, course_id) != "learner" or not lms.campus.may_open(person, link):
        raise service_error(404, "Not found")
    lms.campus.notifications.append(Notification(person_id=person.id, link_id=link.id))
    return Response(status=201)


def send_notices(lms: Lms, course_id: str) -> None:
    """Tells each tool of the course that something has changed in it; a thread sends it, in Moodle a queue."""
    tools = {link.tool_id for link in lms.campus.course_links(course_id)}
    for tool in [each for each in list(lms.campus.tools.values()) if each.id in tools]:
        if is_on(lms, tool) and tool.notice_handler:
            notices.send(lms, tool, notice(lms, tool, course_id))


def notice(lms: Lms, tool: Tool, course_id: str) -> Json:
    """The message of one notice: its token says which course, and nothing of anybody."""
    return notices.message(lms, tool, lti_names.NOTICE_TYPE, context={"id": course_id})


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
