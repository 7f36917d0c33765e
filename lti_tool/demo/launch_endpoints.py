"""The platform's half of OpenID Connect launches (LTI 1.3 core, 1EdTech Security Framework 1.1, section 5.1.1)."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request

from lti_tool.demo import platform_keys
from lti_tool.demo.campus import Tool
from lti_tool.demo.sessions import (
    current_person,
    current_session,
    repost_without_cookie,
    required_session,
)
from lti_tool.demo.state import Lms, PendingLaunch, Session, current_lms


def blueprint(authorize_path: str, key_set_path: str) -> Blueprint:
    """The routes of launches; the authentication endpoint and the JWK Set are at these paths."""
    routes = Blueprint("launching", __name__)
    routes.add_url_rule("/launch/activity/<link_id>", view_func=launch_activity)
    routes.add_url_rule("/launch/navigation/<course_id>/<tool_id>", view_func=launch_navigation)
    routes.add_url_rule("/launch/select/<course_id>/<tool_id>", view_func=launch_selection)
    routes.add_url_rule(authorize_path, view_func=authorize, methods=["GET", "POST"])
    routes.add_url_rule("/api/lti/authorize", view_func=authorize_at_lms)
    routes.add_url_rule(key_set_path, view_func=key_set)
    routes.add_url_rule("/post_message_forwarding", view_func=storage_frame)
    return routes


def launch_activity(link_id: str) -> Response:
    """The first page inside the activity's iframe: a form that starts the login at the tool.

    The query may name another road to the link, and a module item, where the product has them.
    """
    lms = current_lms()
    link = lms.campus.links.get(link_id) or abort(404)
    road = request.args.get("road", "")
    if road and road not in lms.product.other_roads:
        abort(404)
    return _start_launch(
        PendingLaunch(
            tool=lms.campus.tools[link.tool_id],
            course_id=link.course_id,
            link=link,
            road=road,
            named_item=request.args.get("module_item_id", ""),
        )
    )


def launch_navigation(course_id: str, tool_id: str) -> Response:
    """The same for the tool's own entry in the navigation of a course."""
    lms = current_lms()
    tool = lms.campus.tools.get(tool_id) or abort(404)
    if "navigation" not in lms.product.other_roads or course_id not in lms.campus.courses:
        abort(404)
    return _start_launch(PendingLaunch(tool=tool, course_id=course_id, road="navigation"))


def launch_selection(course_id: str, tool_id: str) -> Response:
    """The same for the "Select content" iframe, which starts deep linking."""
    lms = current_lms()
    tool = lms.campus.tools.get(tool_id) or abort(404)
    if (
        course_id not in lms.campus.courses
        or not lms.campus.is_staff(current_person(), course_id)
        or not tool.active
    ):
        abort(403)
    return _start_launch(PendingLaunch(tool=tool, course_id=course_id))


def _start_launch(pending: PendingLaunch) -> Response:
    lms, session = current_lms(), required_session()
    if not lms.product.may_launch(lms, current_person(), pending):
        abort(403)
    launch_id = f"ltilaunch{pending.link.id if pending.link else '_select'}_{secrets.token_hex(8)}"
    session.launches[launch_id] = pending
    fields = lms.product.login_form(lms, session, pending, launch_id)
    return make_response(render_template("auto_post.html", action=pending.tool.login_url, fields=fields))


def authorize() -> Any:
    """The authentication endpoint. Canvas redirects from its sign-on host to the host of the college."""
    lms = current_lms()
    if lms.product.auth_url(lms.url) != lms.url:
        return redirect(f"{lms.url}/api/lti/authorize?{urlencode(request.values.to_dict())}")
    return authorize_at_lms()


@repost_without_cookie
def authorize_at_lms() -> Response:
    """The authentication response, id_token or error, as a form that submits itself to the tool.

    Without a known launch or a registered redirect_uri there is nobody to answer to: that gets an error page.
    """
    lms, session = current_lms(), current_session()
    parameters = request.values.to_dict()
    launch_id = lms.product.launch_id(parameters.get("lti_message_hint", ""))
    # Taken out, because a hint works once: after going back or reloading the frame a new launch is needed.
    pending = session.launches.pop(launch_id, None) if session and launch_id else None
    tool = pending.tool if pending else lms.tool(parameters.get("client_id"))
    if lms.product.name == "moodle" and pending is None:
        return _error_page("Invalid request: this launch is unknown, or was already used.")
    if tool is None or not lms.product.redirect_allowed(tool, parameters.get("redirect_uri", "")):
        return _error_page("Invalid request: the tool did not register this redirect_uri.")
    error = _authentication_error(lms, session, pending, tool, parameters)
    fields = {"state": parameters["state"]} if "state" in parameters else {}
    if error or session is None or pending is None:  # without either there is an error; mypy does not know it
        code, description = error or ("server_error", "")
        fields |= {"error": code, **({"error_description": description} if description else {})}
    else:
        now = lms.now()
        claims = {
            "nonce": parameters["nonce"],
            "iat": now,
            "exp": now + lms.product.id_token_seconds,
            **lms.product.claims(lms, session, pending),
        }
        fields |= {
            "id_token": platform_keys.sign(claims, lms.keys[-1]),
            **lms.product.extra_response_fields(),
        }
    return make_response(render_template("auto_post.html", action=parameters["redirect_uri"], fields=fields))


def _authentication_error(
    lms: Lms, session: Session | None, pending: PendingLaunch | None, tool: Tool, parameters: dict[str, str]
) -> tuple[str, str] | None:
    """The `error` and `error_description` of OpenID Connect; None where the launch may go on."""
    error = lms.product.authentication_request_error(parameters)
    if error:
        return error
    if session is None:
        return "login_required", "Must have an active user session"
    if pending is None:
        return "launch_no_longer_valid", "The launch has either expired or already been consumed"
    if parameters.get("client_id") != tool.client_id or not tool.active:
        return "unauthorized_client", "Client not authorized in requested context"
    expected = lms.product.login_form(lms, session, pending, "")["login_hint"]
    if parameters.get("login_hint") != expected:
        return "access_denied", "The user is not the one the launch was begun by"
    if not parameters.get("nonce"):
        return "invalid_request", "Missing nonce"
    if not lms.product.may_launch(lms, lms.campus.people[session.person_id], pending):
        return "access_denied", "Not available"
    return None


def _error_page(reason: str) -> Response:
    return make_response(render_template("error.html", title="Error", reason=reason), 404)


def key_set() -> Response:
    """The JWK Set of the platform."""
    lms = current_lms()
    response = jsonify(platform_keys.key_set(lms.keys))
    if lms.product.key_set_seconds:
        response.headers["Cache-Control"] = f"max-age={lms.product.key_set_seconds}, private"
    return response


def storage_frame() -> Response:
    """The hidden frame beside the tool's, which keeps data for the tool (LTI postMessage Storage)."""
    return make_response(render_template("storage_frame.html"))
