"""Assignment and Grade Services 2.0: a tool's own columns, its scores, and the results it may read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo import lti_names
from lti_tool.demo.campus import Column, Grade, Person, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.service_endpoints import answer, caller, html_failure, paged, refuse
from lti_tool.demo.state import here


def blueprint(line_items_rule: str, line_item_rule: str) -> Blueprint:
    routes = Blueprint("line_items", __name__)
    add = routes.add_url_rule
    add(line_items_rule, view_func=list_items, methods=["GET"])
    add(line_items_rule, view_func=create_item, methods=["POST"])
    add(line_item_rule, view_func=show_item, methods=["GET"])
    add(line_item_rule, view_func=change_item, methods=["PUT"])
    add(line_item_rule, view_func=delete_item, methods=["DELETE"])
    add(f"{line_item_rule}/scores", view_func=take_score, methods=["POST"])
    add(f"{line_item_rule}/results", view_func=list_results, methods=["GET"])
    return routes


def list_items(course_id: str) -> Response:
    """Only the tool's own: never the course total, never another's activity."""
    lms = here()
    tool = caller(lti_names.LINE_ITEMS_TYPE, lti_names.LINE_ITEM, lti_names.LINE_ITEM_READONLY)
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
    page, links = paged(items, lms.product.line_items_per_page)
    response = answer(page, lti_names.LINE_ITEMS_TYPE)
    if links:
        if lms.product.name == "moodle":
            # As Moodle writes it: typographic quotation marks and &amp;, which no client can follow.
            links = links.replace('rel="next"', "rel=“next”").replace("&", "&amp;")
        response.headers["Link"] = links.encode().decode("latin-1")
    return response


def create_item(course_id: str) -> Response:
    lms = here()
    tool = caller(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM)
    if course_id not in lms.campus.courses:
        raise refuse(404, "Not found")
    wished = _body()
    link_id = ""
    if wished.get("resourceLinkId"):
        link = next(
            (
                link
                for link in lms.campus.course_links(course_id)
                if lms.product.link_id(link) == wished["resourceLinkId"]
            ),
            None,
        )
        if link is None or link.tool_id != tool.id:
            raise refuse(403, "Forbidden")
        link_id = link.id
    column = Column(
        id=lms.campus.next_id(),
        course_id=course_id,
        label=_label(wished),
        maximum=_maximum(wished),
        link_id=link_id,
        tool_id=tool.id,
        tag=str(wished.get("tag") or ""),
        resource_id=str(wished.get("resourceId") or ""),
    )
    lms.campus.columns[column.id] = column
    return answer(lms.product.line_item(lms, tool, column), lti_names.LINE_ITEM_TYPE, 201)


def show_item(course_id: str, column_id: str) -> Response:
    tool = caller(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM, lti_names.LINE_ITEM_READONLY)
    column = _own(tool, course_id, column_id)
    return answer(here().product.line_item(here(), tool, column), lti_names.LINE_ITEM_TYPE)


def change_item(course_id: str, column_id: str) -> Response:
    """A new label or maximum; grades keep their share of the maximum."""
    lms = here()
    tool = caller(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM)
    column = _own(tool, course_id, column_id)
    wished = _body()
    maximum = _maximum(wished)
    for grade in list(lms.campus.grades.values()):
        if grade.column_id == column.id and grade.score is not None:
            grade.score *= maximum / column.maximum
    column.label, column.maximum = _label(wished), maximum
    column.tag, column.resource_id = str(wished.get("tag") or ""), str(wished.get("resourceId") or "")
    return answer(lms.product.line_item(lms, tool, column), lti_names.LINE_ITEM_TYPE)


def delete_item(course_id: str, column_id: str) -> Response:
    tool = caller(lti_names.LINE_ITEM_TYPE, lti_names.LINE_ITEM)
    column = _own(tool, course_id, column_id)
    campus = here().campus
    del campus.columns[column.id]
    for key in [key for key in list(campus.grades) if key[0] == column.id]:
        del campus.grades[key]
    return Response(status=204)


def take_score(course_id: str, column_id: str) -> Response:
    lms = here()
    tool = caller(lti_names.SCORE_TYPE, lti_names.SCORE)
    column = _own(tool, course_id, column_id)
    score = _body()
    person = lms.person(score.get("userId"))
    if person is None or lms.campus.role(person, course_id) != "learner":
        status = 400 if lms.product.name == "moodle" else 422
        raise refuse(status, "User not found in course or is not a student")
    when = _moment(score.get("timestamp"))
    if not score.get("activityProgress") or not score.get("gradingProgress"):
        raise refuse(400, "Incorrect score received")
    if score.get("scoreGiven") is not None and not score.get("scoreMaximum"):
        raise refuse(400, "Incorrect score received")
    _write(column, person, score, min(when, lms.clock()))
    if lms.product.name == "canvas":
        return jsonify(resultUrl=f"{lms.product.line_item_url(lms, tool, column)}/results/{person.id}")
    return Response(status=200, content_type=f"{lti_names.SCORE_TYPE}; charset=utf-8")


def list_results(course_id: str, column_id: str) -> Response:
    """Grades typed by hand among them, and those still hidden from learners."""
    lms = here()
    tool = caller(lti_names.RESULTS_TYPE, lti_names.RESULT_READONLY)
    column = _own(tool, course_id, column_id)
    if lms.product.name == "moodle" and "limit" in request.args:
        raise html_failure()
    results = [
        lms.product.result(lms, tool, column, person, grade)
        for person in lms.campus.learners(course_id)
        if (grade := lms.campus.grades.get((column.id, person.id)))
    ]
    if "user_id" in request.args:
        results = [result for result in results if result["userId"] == request.args["user_id"]]
    page, links = paged(results, lms.product.line_items_per_page)
    response = answer(page, lti_names.RESULTS_TYPE)
    if links:
        response.headers["Link"] = links
    return response


def _own(tool: Tool, course_id: str, column_id: str) -> Column:
    column = here().campus.columns.get(column_id)
    if column is None or column.course_id != course_id:
        raise refuse(404, "Not found")
    if column.tool_id != tool.id:
        raise refuse(412 if here().product.name == "canvas" else 403, "Tool does not have permission")
    return column


def _write(column: Column, person: Person, score: Json, when: datetime) -> None:
    lms = here()
    held = lms.campus.grades.get((column.id, person.id))
    is_moodle = lms.product.name == "moodle"
    if held and (when < held.changed_at or (is_moodle and when == held.changed_at)):
        raise refuse(409 if is_moodle else 400, "Refusing score with an earlier timestamp")
    if held and held.by_hand:
        # A teacher's grade stands; the tool is told 200 all the same.
        return
    given = score.get("scoreGiven")
    value = None
    if given is not None and score["gradingProgress"] == "FullyGraded":
        value = min(float(given) / float(score["scoreMaximum"]), 1.0) * column.maximum
    comment = str(score.get("comment") or "")
    grade = Grade(
        column_id=column.id,
        person_id=person.id,
        score=value,
        comment=comment,
        changed_at=when,
        by_hand=False,
    )
    lms.campus.grade(column, person, grade)


def _moment(text: Any) -> datetime:
    try:
        when = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise refuse(400, "Incorrect score received") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _body() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise refuse(400, "Incorrect message received")
    return body


def _label(wished: Json) -> str:
    if not wished.get("label"):
        raise refuse(400, "Incorrect line item received")
    return str(wished["label"])


def _maximum(wished: Json) -> float:
    try:
        maximum = float(wished.get("scoreMaximum", 0))
    except (TypeError, ValueError):
        maximum = 0
    if maximum <= 0:
        raise refuse(400, "Incorrect line item received")
    return maximum
