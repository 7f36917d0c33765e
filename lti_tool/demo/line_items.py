"""The platform's half of LTI Assignment and Grade Services 2.0."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo import lti_names
from lti_tool.demo.campus import Column, Grade, Person, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.service_endpoints import (
    authorized_tool,
    fatal_error_page,
    json_response,
    paginate,
    service_error,
)
from lti_tool.demo.state import current_lms


def blueprint(line_items_rule: str, line_item_rule: str) -> Blueprint:
    """The routes of line items, scores and results, at these rules."""
    routes = Blueprint("line_items", __name__)
    add = routes.add_url_rule
    add(line_items_rule, view_func=list_items, methods=["GET"])
    add(line_items_rule, view_func=create_item, methods=["POST"])
    add(line_item_rule, view_func=show_item, methods=["GET"])
    add(line_item_rule, view_func=change_item, methods=["PUT"])
    add(line_item_rule, view_func=delete_item, methods=["DELETE"])
    add(f"{line_item_rule}/scores", view_func=receive_score, methods=["POST"])
    add(f"{line_item_rule}/results", view_func=list_results, methods=["GET"])
    return routes


def list_items(course_id: str) -> Response:
    """The line items of the calling tool in the course; never the course total or those of others.

    Raises ServiceError where the tool may not read them.
    """
    lms = current_lms()
    tool = authorized_tool(lti_names.LINE_ITEMS_TYPE, lti_names.LINE_ITEM, lti_names.LINE_ITEM_READONLY)
    items = [
        lms.product.line_item(lms, tool, column)
        for column in lms.campus.course_columns(course_id)
        if column.tool_id == tool.id
    ]
    for query, key in (
        ("resource_id", "resourceId"),
        ("resource_link_id", "resourceLinkId"),
        ("tag", "tag"),
    ):
        if query in request.args:
            items = [item for item in items if item.get(key) == request.args[query]]
    page, links = paginate(items, lms.product.line_items_per_page)
    response = json_response(page, lti_names.LINE_ITEMS_TYPE)
    if links:
        if lms.product.name == "moodle":
            # As Moodle writes it: with typographic quotation marks and &amp;, so that no client finds the next page.
            links = links.replace('rel="next"', "rel=“next”").replace("&", "&amp;")
        response.headers["Link"] = links.encode().decode("latin-1")
    return response


def create_item(course_id: str) -> Response:
    """The new line item. Raises ServiceError where the tool may not make it, or it is incomplete."""
    lms = current_lms()
    tool = authorized_tool(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM)
    if course_id not in lms.campus.courses:
        raise service_error(404, "Not found")
    body = _body()
    link_id = _link_id(tool, course_id, body.get("resourceLinkId"))
    column = Column(
        id=lms.campus.next_id(),
        course_id=course_id,
        label=_label(body),
        maximum=_maximum(body),
        link_id=link_id,
        tool_id=tool.id,
        tag=str(body.get("tag") or ""),
        resource_id=str(body.get("resourceId") or ""),
    )
    lms.campus.columns[column.id] = column
    return json_response(lms.product.line_item(lms, tool, column), lti_names.LINE_ITEM_TYPE, 201)


def show_item(course_id: str, column_id: str) -> Response:
    """The line item. Raises ServiceError where it is not the tool's."""
    tool = authorized_tool(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM, lti_names.LINE_ITEM_READONLY)
    column = _own_column(tool, course_id, column_id)
    return json_response(
        current_lms().product.line_item(current_lms(), tool, column), lti_names.LINE_ITEM_TYPE
    )


def change_item(course_id: str, column_id: str) -> Response:
    """The line item with a new label or maximum; grades keep their share of the maximum.

    Raises ServiceError where it is not the tool's, or the change is incomplete.
    """
    lms = current_lms()
    tool = authorized_tool(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM)
    column = _own_column(tool, course_id, column_id)
    body = _body()
    maximum = _maximum(body)
    for grade in list(lms.campus.grades.values()):
        if grade.column_id == column.id and grade.score is not None:
            grade.score *= maximum / column.maximum
    column.label, column.maximum = _label(body), maximum
    column.tag, column.resource_id = str(body.get("tag") or ""), str(body.get("resourceId") or "")
    return json_response(lms.product.line_item(lms, tool, column), lti_names.LINE_ITEM_TYPE)


def delete_item(course_id: str, column_id: str) -> Response:
    """An empty answer once the line item is gone, with its grades. Raises ServiceError where it is not the tool's."""
    tool = authorized_tool(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM)
    column = _own_column(tool, course_id, column_id)
    current_lms().campus.delete_column(column)
    return Response(status=204)


def receive_score(course_id: str, column_id: str) -> Response:
    """An empty answer once the score is written.

    Raises ServiceError where the column is not the tool's, the user no learner, or the score incomplete or outdated.
    """
    lms = current_lms()
    tool = authorized_tool(lti_names.SCORE_TYPE, lti_names.SCORE)
    column = _own_column(tool, course_id, column_id)
    score = _body()
    person = lms.person(score.get("userId"))
    if person is None or lms.campus.role(person, course_id) != "learner":
        status = 400 if lms.product.name == "moodle" else 422
        raise service_error(status, "User not found in course or is not a student")
    sent_at = _moment(score.get("timestamp"))
    if not score.get("activityProgress") or not score.get("gradingProgress"):
        raise service_error(400, "Incorrect score received")
    if score.get("scoreGiven") is not None and not score.get("scoreMaximum"):
        raise service_error(400, "Incorrect score received")
    _write_score(column, person, score, min(sent_at, lms.clock()))
    if lms.product.name == "canvas":
        return jsonify(resultUrl=f"{lms.product.line_item_url(lms, tool, column)}/results/{person.id}")
    return Response(status=200, content_type=f"{lti_names.SCORE_TYPE}; charset=utf-8")


def list_results(course_id: str, column_id: str) -> Response:
    """The results in the tool's column, those that a teacher typed and those hidden from learners included.

    Raises ServiceError where the column is not the tool's.
    """
    lms = current_lms()
    tool = authorized_tool(lti_names.RESULTS_TYPE, lti_names.RESULT_READONLY)
    column = _own_column(tool, course_id, column_id)
    if lms.product.name == "moodle" and "limit" in request.args:
        raise fatal_error_page()
    results = [
        lms.product.result(lms, tool, column, person, grade)
        for person in lms.campus.learners(course_id)
        if (grade := lms.campus.grades.get((column.id, person.id)))
    ]
    if "user_id" in request.args:
        results = [result for result in results if result["userId"] == request.args["user_id"]]
    page, links = paginate(results, lms.product.line_items_per_page)
    response = json_response(page, lti_names.RESULTS_TYPE)
    if links:
        response.headers["Link"] = links
    return response


def _link_id(tool: Tool, course_id: str, public_id: object) -> str:
    """The id of the tool's link that a line item is for, which is empty where it is for none.

    Raises ServiceError where the course has no such link of the tool.
    """
    if not public_id:
        return ""
    lms = current_lms()
    for link in lms.campus.course_links(course_id):
        if lms.product.link_id(link) == public_id and link.tool_id == tool.id:
            return link.id
    raise service_error(403, "Forbidden")


def _own_column(tool: Tool, course_id: str, column_id: str) -> Column:
    """The column of this id. Raises ServiceError where the course has none, or it is not the tool's."""
    column = current_lms().campus.columns.get(column_id)
    if column is None or column.course_id != course_id:
        raise service_error(404, "Not found")
    if column.tool_id != tool.id:
        status = 412 if current_lms().product.name == "canvas" else 403
        raise service_error(status, "Tool does not have permission")
    return column


def _write_score(column: Column, person: Person, score: Json, sent_at: datetime) -> None:
    """Writes the grade that the score gives. Raises ServiceError where a later one is there already."""
    lms = current_lms()
    current = lms.campus.grades.get((column.id, person.id))
    is_moodle = lms.product.name == "moodle"
    if current and (sent_at < current.changed_at or (is_moodle and sent_at == current.changed_at)):
        raise service_error(409 if is_moodle else 400, "Refusing score with an earlier timestamp")
    if current and current.by_hand:
        # A teacher's grade stays; the answer is 200 nevertheless, as in the real products.
        return
    given = score.get("scoreGiven")
    value = None
    if given is not None and score["gradingProgress"] == "FullyGraded":
        value = min(float(given) / float(score["scoreMaximum"]), 1.0) * column.maximum
    lms.campus.write_grade(
        Grade(
            column_id=column.id,
            person_id=person.id,
            score=value,
            comment=str(score.get("comment") or ""),
            changed_at=sent_at,
            by_hand=False,
        )
    )


def _moment(text: Any) -> datetime:
    try:
        when = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise service_error(400, "Incorrect score received") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _body() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise service_error(400, "Incorrect message received")
    return body


def _label(body: Json) -> str:
    if not body.get("label"):
        raise service_error(400, "Incorrect line item received")
    return str(body["label"])


def _maximum(body: Json) -> float:
    try:
        maximum = float(body.get("scoreMaximum", 0))
    except (TypeError, ValueError):
        maximum = 0
    if maximum <= 0:
        raise service_error(400, "Incorrect line item received")
    return maximum
