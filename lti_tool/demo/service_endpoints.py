"""What all services share: exact media types, bearer tokens, and misbehaving on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify, make_response, render_template, request

from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import here
from lti_tool.demo.token_endpoint import bearer


class ServiceError(Exception):
    """The service refuses; the answer is the LMS's own."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def refuse(status: int, reason: str) -> ServiceError:
    return ServiceError(here().product.service_error(status, reason))


def caller(media_type: str, *scopes: str) -> Tool:
    """The tool that calls with this media type and one of these scopes; else the LMS's refusal."""
    _misbehave()
    if not _fits(media_type):
        raise refuse(400, f"No handler found for {request.method} {request.path}")
    tool = bearer(*scopes)
    if tool is None:
        raise refuse(401, "Unauthorized")
    return tool


def html_failure() -> ServiceError:
    """Moodle's fatal errors: a page, with status 404."""
    page = render_template("error.html", title="Error", reason="Exception - Call to undefined method")
    return ServiceError(make_response(page, 404))


def answer(body: object, media_type: str, status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    return response


def paged(rows: Sequence[Any], page_size: int | None) -> tuple[Sequence[Any], str]:
    """The page of `rows` that the query asks for, and its Link header."""
    lms = here()
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
    where = lms.url + urlsplit(request.url).path
    return rows[start : start + size], lms.product.page_links(where, query, start, size, len(rows))


def _fits(media_type: str) -> bool:
    """Moodle compares the whole value; Canvas does not look."""
    if here().product.name == "canvas":
        return True
    if request.method in ("POST", "PUT"):
        return request.headers.get("Content-Type", "").split(";")[0] == media_type
    if request.method == "DELETE":
        return True
    accept = request.headers.get("Accept", "")
    return not accept or "*/*" in accept or accept == media_type


def _misbehave() -> None:
    trouble = here().trouble
    if trouble == "too_many":
        response = make_response("429 Forbidden (Rate Limit Exceeded)", 429)
        response.headers["Retry-After"] = "2"
        raise ServiceError(response)
    if trouble == "html":
        raise ServiceError(make_response("<!DOCTYPE html><title>Sorry</title><p>Maintenance.</p>", 200))
    if trouble == "gone":
        raise html_failure()
