"""The registration of the tool by a platform's administrator: Dynamic Registration, the tool's keys, Canvas's JSON."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import RegistrationError
from lti_tool.platforms import dynamic_registration, invitations, tool_keys
from lti_tool.platforms.platform_configuration import PlatformConfiguration, fetch_configuration
from lti_tool.platforms.tool_configuration import ToolNames, canvas_configuration
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer, set_page_issuer

pages = Blueprint("registration", __name__)


@pages.get("/lti/register")
def registration_page() -> str:
    """The page that names the platform and what the tool will read there; its button registers."""
    platform = _platform(request.args.to_dict())
    return render_template("platforms/registration.html", platform=platform, form=request.args)


@pages.post("/lti/register")
def register() -> str:
    """Registers the tool where the form says `agreed`, else shows the page: some versions of Canvas open it by POST.

    Raises RegistrationError.
    """
    tool = current_tool()
    form = request.values.to_dict()
    if form.get("agreed") != "yes":
        return render_template("platforms/registration.html", platform=_platform(form), form=form)
    new = invitations.register(
        tool.store,
        _invitation_code(form),
        tool.clock,
        lambda: dynamic_registration.register(
            form.get("openid_configuration", ""),
            form.get("registration_token") or None,
            tool.tool_url,
            tool.outgoing,
            _tool_names(),
        ),
    )
    return render_template("platforms/registration_done.html", platform=new)


@pages.get("/lti/jwks.json")
def jwks() -> Response:
    """The JWK Set of the tool."""
    tool = current_tool()
    with tool.store.read() as session:
        keys = page_issuer().keyring.tool_keys(session)
    response = jsonify(tool_keys.jwks(keys))
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@pages.get("/lti/canvas.json")
def canvas() -> Response:
    """The configuration for a Canvas developer key."""
    response = jsonify(canvas_configuration(current_tool().tool_url, _tool_names()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _platform(form: dict[str, str]) -> PlatformConfiguration:
    """The platform that the request names; raises RegistrationError."""
    _invitation_code(form)
    url = form.get("openid_configuration", "")
    if not url:
        raise RegistrationError("no_platform", "no openid_configuration was given")
    return fetch_configuration(url, form.get("registration_token") or None, current_tool().outgoing)


def _invitation_code(form: dict[str, str]) -> str:
    """The code of an open invitation, whose issuer is that of the page.

    Raises RegistrationError `no_code`, `bad_code` or `in_progress`. It is checked before the tool calls any address in
    the request, so that a stranger cannot make it call others.
    """
    tool = current_tool()
    code = form.get("code", "")
    if not code:
        raise RegistrationError("no_code", "no invitation code was given")
    with tool.store.read() as session:
        set_page_issuer(tool.issuers.of(session, invitations.issuer_of(session, code, tool.clock())))
    return code


def _tool_names() -> ToolNames:
    return ToolNames(icon_url=f"{current_tool().tool_url}/static/icon.svg")
