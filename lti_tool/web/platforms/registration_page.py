"""A platform registers the tool: Dynamic Registration in a frame of its page, the keys, Canvas's JSON."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError, RegistrationError
from lti_tool.platforms import dynamic_registration, invitations, tool_keys
from lti_tool.platforms.platform_configuration import PlatformConfiguration, fetch_configuration
from lti_tool.platforms.tool_configuration import ToolNames, canvas_configuration
from lti_tool.web.current import current_tool

pages = Blueprint("registration", __name__)


@pages.get("/lti/register")
def invited() -> str:
    """Names the platform, says what will be asked, and leaves the decision to the person."""
    platform = _platform(request.args.to_dict())
    return render_template("platforms/registration.html", platform=platform, form=request.args)


@pages.post("/lti/register")
def register() -> str:
    """Canvas of some years opens the page itself by POST; our own form says `agreed`."""
    tool = current_tool()
    form = request.values.to_dict()
    if form.get("agreed") != "yes":
        return render_template("platforms/registration.html", platform=_platform(form), form=form)
    code = _open_code(form)
    new = dynamic_registration.register(
        form.get("openid_configuration", ""),
        form.get("registration_token") or None,
        tool.tool_url,
        tool.outgoing,
        _names(),
    )
    try:
        with tool.store.begin() as session:
            invitations.register(session, new, code, tool.clock())
    except NotAllowedError as error:
        raise RegistrationError("bad_code", str(error)) from error
    return render_template("platforms/registration_done.html", platform=new)


@pages.get("/lti/jwks.json")
def jwks() -> Response:
    tool = current_tool()
    with tool.store.read() as session:
        keys = tool.issuer.keyring.tool_keys(session)
    response = jsonify(tool_keys.jwks(keys))
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@pages.get("/lti/canvas.json")
def canvas() -> Response:
    response = jsonify(canvas_configuration(current_tool().tool_url, _names()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _platform(form: dict[str, str]) -> PlatformConfiguration:
    _open_code(form)
    url = form.get("openid_configuration", "")
    if not url:
        raise RegistrationError("no_platform", "no openid_configuration was given")
    return fetch_configuration(url, form.get("registration_token") or None, current_tool().outgoing)


def _open_code(form: dict[str, str]) -> str:
    """The invitation code, before anybody is called on behalf of whoever holds it."""
    tool = current_tool()
    code = form.get("code", "")
    if not code:
        raise RegistrationError("no_code", "no invitation code was given")
    with tool.store.begin() as session:
        if not invitations.is_invitation_open(session, code, tool.clock()):
            raise RegistrationError("bad_code", "the invitation was used, has expired or never was")
    return code


def _names() -> ToolNames:
    return ToolNames(icon_url=f"{current_tool().tool_url}/static/icon.svg")
