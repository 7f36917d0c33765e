"""Where programs register themselves, and get and give back tokens. No person comes here."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.backpack import authorization, registration
from lti_tool.backpack.endpoints import API_PATH
from lti_tool.backpack.requests import OAuthAnswer, OAuthRequest
from lti_tool.errors import ProgramRefusedError
from lti_tool.store import Session
from lti_tool.web import rate_limits
from lti_tool.web.backpack.status_info import json_answer, oauth_error
from lti_tool.web.current import current_tool

pages = Blueprint("backpack_programs", __name__)

#: Of a request of a program about itself or its tokens: none has so much to say.
MAX_BYTES = 50_000


@pages.post(f"{API_PATH}/register")
def register() -> Response:
    """The program with its id and its secret (RFC 7591). Raises TooManyRequests."""
    request.max_content_length = MAX_BYTES
    rate_limits.count_registration()
    tool = current_tool()
    try:
        asked = json.loads(request.get_data(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return oauth_error(400, "invalid_client_metadata", "the body is not JSON")
    try:
        with tool.store.begin() as session:
            own_host = urlsplit(tool.tool_url).hostname or ""
            registered = registration.register(session, asked, own_host, tool.clock())
    except ProgramRefusedError as error:
        return oauth_error(400, error.code, str(error))
    return json_answer(registered.as_json(), 201)


@pages.post(f"{API_PATH}/token")
def token() -> Response:
    """An access token, for a code or a refresh token (RFC 6749)."""
    tool = current_tool()

    def answer(session: Session, asked: OAuthRequest) -> OAuthAnswer:
        return authorization.give_token(session, asked, tool.issuers.reused_domains(session), tool.clock())

    return _answered(answer)


@pages.post(f"{API_PATH}/revoke")
def revoke() -> Response:
    """200, and the token works no more (RFC 7009)."""
    return _answered(
        lambda session, asked: authorization.revoke_token(session, asked, current_tool().clock())
    )


def _answered(answer: Callable[[Session, OAuthRequest], OAuthAnswer]) -> Response:
    request.max_content_length = request.max_form_memory_size = MAX_BYTES
    tool = current_tool()
    values = {name: request.form.getlist(name) for name in request.form}
    try:
        # What stands in the address is not read: it would stand in logs.
        asked = OAuthRequest("POST", values, request.headers.get("Authorization", ""))
    except ProgramRefusedError as error:
        return oauth_error(400, error.code, str(error))
    with tool.store.begin() as session:
        found = answer(session, asked)
    if found.status == 401:
        rate_limits.count_refusal()
    response = json_answer(found.body or {}, found.status)
    for name, value in found.headers:
        if name == "WWW-Authenticate":
            response.headers[name] = value
    response.headers["Pragma"] = "no-cache"
    return response


def _refuse_constant(name: str) -> object:
    raise ValueError(name)
