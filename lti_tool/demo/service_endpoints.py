"""The checks and responses that all LTI services share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify, make_response, render_template, request

from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import current_lms
from lti_tool.demo.token_endpoint import tool_with_token


class ServiceError(Exception):
    """The service refuses the request; `response` is what the LMS answers."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def service_error(status: int, reason: str) -> ServiceError:
    """An error with the product's own JSON, to be raised."""
    return ServiceError(current_lms().product.service_error(status, reason))


def authorized_tool(media_type: str, *scopes: str) -> Tool:
    """The tool whose access token has one of these scopes.

    Raises ServiceError where the media type or the token is wrong, and where a fault is to be simulated.
    """
    simulate_fault()
    if not _accepts_media_type(media_type):
        raise service_error(400, f"No handler found for {request.method} {request.path}")
    tool = tool_with_token(*scopes)
    if tool is None:
        raise service_error(401, "Unauthorized")
    return tool


def fatal_error_page() -> ServiceError:
    """What Moodle answers where its code fails: a page, with status 404. To be raised."""
    page = render_template("error.html", title="Error", reason="Exception - Call to undefined method")
    return ServiceError(make_response(page, 404))


def json_response(body: object, media_type: str, status: int = 200) -> Response:
    """The body as JSON with this media type and UTF-8."""
    response = jsonify(body)
    response.status_code = status
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    return response


def paginate(rows: Sequence[Any], page_size: int | None) -> tuple[Sequence[Any], str]:
    """The part of `rows` that the query asks for, and its Link header, which is empty where nothing is paged.

    `page_size` is the product's own; None where it pages only on request. Moodle counts rows with `from`, Canvas
    pages with `page`.
    """
    lms = current_lms()
    limit = request.args.get("per_page") or request.args.get("limit")
    size = int(limit) if limit and limit.isdigit() and int(limit) else None
    if page_size is not None:
        size = min(size or page_size, max(page_size, 50))
        start = (int(request.args.get("page", 1)) - 1) * size
    else:
        start = int(request.args.get("from", 0))
    if size is None:
        return rows, ""
    query: Json = request.args.to_dict()
    url = lms.url + urlsplit(request.url).path
    return rows[start : start + size], lms.product.page_links(url, query, start, size, len(rows))


def _accepts_media_type(media_type: str) -> bool:
    """Whether the product takes the request's media type: Moodle compares the whole value, Canvas does not look."""
    if current_lms().product.name == "canvas":
        return True
    if request.method in ("POST", "PUT"):
        return request.headers.get("Content-Type", "").split(";")[0] == media_type
    if request.method == "DELETE":
        return True
    accept = request.headers.get("Accept", "")
    return not accept or "*/*" in accept or accept == media_type


def simulate_fault() -> None:
    """Raises ServiceError where an administrator has set the services to fail."""
    fault = current_lms().simulated_fault
    if fault == "too_many":
        response = make_response("429 Forbidden (Rate Limit Exceeded)", 429)
        response.headers["Retry-After"] = "2"
        raise ServiceError(response)
    if fault == "html":
        raise ServiceError(make_response("<!DOCTYPE html><title>Sorry</title><p>Maintenance.</p>", 200))
    if fault == "gone":
        raise fatal_error_page()
