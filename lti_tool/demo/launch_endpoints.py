"""OpenID Connect launches (LTI 1.3 core, 1EdTech Security Framework 5.1.1): the platform's half."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request

from lti_tool.demo import platform_keys
from lti_tool.demo.campus import Tool
from lti_tool.demo.sessions import current, me, present, reposting
from lti_tool.demo.state import Lms, PendingLaunch, Session, here


def blueprint(authorize_path: str, key_set_path: str) -> Blueprint:
    routes = Blueprint("launching", __name__)
    routes.add_url_rule("/launch/activity/<link_id>", view_func=launch_activity)
    routes.add_url_rule("/launch/select/<course_id>/<tool_id>", view_func=launch_selection)
    routes.add_url_rule(authorize_path, view_func=authorize, methods=["GET", "POST"])
    routes.add_url_rule("/api/lti/authorize", view_func=authorize_at_home)
    routes.add_url_rule(key_set_path, view_func=key_set)
    routes.add_url_rule("/post_message_forwarding", view_func=storage_frame)
    return routes


def launch_activity(link_id: str) -> Response:
    """The first page inside the activity's iframe: login initiation, by POST."""
    lms = here()
    link = lms.campus.links.get(link_id) or abort(404)
    if not lms.campus.may_open(me(), link):
        abort(403)
    return _begin(PendingLaunch(tool=lms.campus.tools[link.tool_id], course_id=link.course_id, link=link))


def launch_selection(course_id: str, tool_id: str) -> Response:
    """The first page inside the "Select content" iframe."""
    lms = here()
    tool = lms.campus.tools.get(tool_id) or abort(404)
    if course_id not in lms.campus.courses or not lms.campus.is_staff(me(), course_id) or not tool.active:
        abort(403)
    return _begin(PendingLaunch(tool=tool, course_id=course_id))


def _begin(pending: PendingLaunch) -> Response:
    lms, session = here(), present()
    launch_id = f"ltilaunch{pending.link.id if pending.link else '_select'}_{secrets.token_hex(8)}"
    session.launches[launch_id] = pending
    fields = lms.product.login_form(lms, session, pending, launch_id)
    return make_response(render_template("auto_post.html", action=pending.tool.login_url, fields=fields))


def authorize() -> Any:
    """Where the tool sends the browser. Canvas hands on from its sign-on host to the college's own."""
    lms = here()
    if lms.product.auth_url(lms.url) != lms.url:
        return redirect(f"{lms.url}/api/lti/authorize?{urlencode(request.values.to_dict())}")
    return authorize_at_home()


@reposting
def authorize_at_home() -> Response:
    """The id_token, or the error, as a form that posts itself to the tool."""
    lms, session = here(), current()
    asked = request.values.to_dict()
    launch_id = lms.product.launch_id(asked.get("lti_message_hint", ""))
    # A hint works once: going back or reloading the frame needs a new launch.
    pending = session.launches.pop(launch_id, None) if session and launch_id else None
    tool = pending.tool if pending else lms.tool(asked.get("client_id"))
    if lms.product.name == "moodle" and pending is None:
        return _page_says_no("Invalid request: this launch is unknown, or was already used.")
    if tool is None or not lms.product.redirect_allowed(tool, asked.get("redirect_uri", "")):
        return _page_says_no("Invalid request: the tool did not register this redirect_uri.")
    error = _what_is_wrong(lms, session, pending, tool, asked)
    fields = {"state": asked["state"]} if "state" in asked else {}
    if error:
        code, description = error
        fields |= {"error": code, **({"error_description": description} if description else {})}
    else:
        assert session is not None and pending is not None
        now = lms.now()
        claims = {
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + lms.product.id_token_seconds,
            **lms.product.claims(lms, session, pending),
        }
        fields |= {"id_token": platform_keys.sign(claims, lms.keys[-1]), **lms.product.answer_extras()}
    return make_response(render_template("auto_post.html", action=asked["redirect_uri"], fields=fields))


def _what_is_wrong(
    lms: Lms, session: Session | None, pending: PendingLaunch | None, tool: Tool, asked: dict[str, str]
) -> tuple[str, str] | None:
    error = lms.product.bad_request(asked)
    if error:
        return error
    if session is None:
        return "login_required", "Must have an active user session"
    if pending is None:
        return "launch_no_longer_valid", "The launch has either expired or already been consumed"
    if asked.get("client_id") != tool.client_id or not tool.active:
        return "unauthorized_client", "Client not authorized in requested context"
    expected = lms.product.login_form(lms, session, pending, "")["login_hint"]
    if asked.get("login_hint") != expected:
        return "access_denied", "The user is not the one the launch was begun by"
    if not asked.get("nonce"):
        return "invalid_request", "Missing nonce"
    if pending.link and not lms.campus.may_open(lms.campus.people[session.person_id], pending.link):
        return "access_denied", "Not available"
    return None


def _page_says_no(reason: str) -> Response:
    return make_response(render_template("error.html", title="Error", reason=reason), 404)


def key_set() -> Response:
    lms = here()
    response = jsonify(platform_keys.key_set(lms.keys))
    if lms.product.key_set_seconds:
        response.headers["Cache-Control"] = f"max-age={lms.product.key_set_seconds}, private"
    return response


def storage_frame() -> Response:
    """The hidden sibling frame that keeps a tool's state for it (LTI Platform Storage 0.1)."""
    return make_response(render_template("storage_frame.html"))
