"""The platform's half of LTI Deep Linking 2.0: the tool's response, kept as a draft until the teacher saves it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from lti_tool.demo import lti_names
from lti_tool.demo.campus import Column, Link, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.sessions import current_person, current_session, repost_without_cookie
from lti_tool.demo.state import Lms, current_lms
from lti_tool.demo.tool_keys import BadTokenError, KeySetUnreachableError, verify_token


def blueprint(deep_linking_return_path: str) -> Blueprint:
    """The route that takes deep linking responses, at this path."""
    routes = Blueprint("deep_linking", __name__)
    routes.add_url_rule(deep_linking_return_path, view_func=receive_items, methods=["POST"])
    return routes


@repost_without_cookie
def receive_items() -> Response:
    """A page that sends the window around the iframe to the form in which the teacher saves the items.

    What is not a valid response of the tool gets an error page with status 400.
    """
    lms, session = current_lms(), current_session()
    if session is None or session.sesskey != request.args.get("sesskey"):
        return _error_page("Your session has most likely timed out. Please log in again.")
    tool = lms.campus.tools.get(request.args.get("id", "")) or abort(404)
    course = lms.campus.courses.get(request.args.get("course", "")) or abort(404)
    if not lms.campus.is_staff(current_person(), course.id):
        abort(403)
    try:
        claims = verify_token(lms, tool, request.form.get("JWT", ""))
    except KeySetUnreachableError:
        return _error_page(f"The key set of the tool cannot be fetched from {tool.jwks_url}.")
    except BadTokenError as bad:
        return _error_page(f"The answer of the tool is not signed by it: {bad}.")
    error = _claims_error(lms, tool, claims)
    if error:
        return _error_page(error)
    items = [
        item
        for item in claims.get(lti_names.DEEP_LINKING + "content_items") or ()
        if item.get("type") == "ltiResourceLink"
    ]
    draft = secrets.token_urlsafe(8)
    session.drafts[draft] = items
    target = url_for("pages.new_activity", course_id=course.id, tool_id=tool.id, draft=draft)
    return make_response(
        render_template(
            "items_taken.html", target=target, items=items, message=claims.get(lti_names.DEEP_LINKING + "msg")
        )
    )


def _claims_error(lms: Lms, tool: Tool, claims: Json) -> str | None:
    """Why the response is refused; None for a good one. Canvas checks more than Moodle: the audience and a nonce."""
    if claims.get("iss") != tool.client_id:
        return "The answer of the tool is from another client."
    if not isinstance(claims.get("exp"), (int, float)) or claims["exp"] <= lms.now():
        return "The answer of the tool has expired."
    if not isinstance(claims.get("iat"), (int, float)) or claims["iat"] > lms.now():
        return "The answer of the tool comes from the future."
    if lms.product.name == "canvas":
        audience = claims.get("aud")
        issuer = lms.product.issuer(lms.url)
        if issuer not in (audience if isinstance(audience, list) else [audience]):
            return "the 'aud' is invalid"
        if not claims.get("nonce"):
            return "the 'nonce' is missing"
    return None


def save_item(lms: Lms, tool: Tool, course_id: str, item: Json, minimum_percent: int | None) -> Link:
    """The new activity of a content item; its lineItem, if any, becomes a gradebook column that counts in the total."""
    link = Link(
        id=lms.campus.next_id(),
        course_id=course_id,
        tool_id=tool.id,
        title=str(item.get("title") or "item"),
        description=str(item.get("text") or ""),
        url=str(item.get("url") or ""),
        custom={str(key): _text(value) for key, value in (item.get("custom") or {}).items()},
        minimum_percent=minimum_percent,
    )
    lms.campus.links[link.id] = link
    line_item = item.get("lineItem")
    if line_item:
        column = Column(
            id=lms.campus.next_id(),
            course_id=course_id,
            label=link.title,
            maximum=float(line_item.get("scoreMaximum") or 100),
            link_id=link.id,
            tool_id=tool.id,
            tag=str(line_item.get("tag") or ""),
            resource_id=str(line_item.get("resourceId") or ""),
        )
        lms.campus.columns[column.id] = column
    return link


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _error_page(reason: str) -> Response:
    return make_response(render_template("error.html", title="Error", reason=reason), 400)
