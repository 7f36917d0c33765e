"""The registration of the tool with a platform (LTI Dynamic Registration 1.0)."""

from __future__ import annotations

import json

from lti_tool.errors import RegistrationError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms.claims import identifier
from lti_tool.platforms.platform_configuration import call, fetch_configuration, json_object, refusal_text
from lti_tool.platforms.tool_configuration import TOOL_CONFIGURATION, ToolNames, registration_request
from lti_tool.values import Json, NewRegistration


def register(
    openid_configuration_url: str,
    token: str | None,
    tool_url: str,
    outgoing: Outgoing,
    names: ToolNames | None = None,
) -> NewRegistration:
    """The tool's registration with the platform that opened the registration page; the platform has accepted it.

    Raises RegistrationError with one of REGISTRATION_CODES.
    """
    platform = fetch_configuration(openid_configuration_url, token, outgoing)
    request = registration_request(tool_url, names or ToolNames(), platform)
    answer = call(
        outgoing,
        "POST",
        platform.registration_endpoint,
        token,
        json.dumps(request).encode(),
    )
    accepted = _registered(answer)
    client_id = identifier(accepted.get("client_id"))
    if client_id is None:
        raise RegistrationError("refused", "the platform's answer contains no client_id")
    tool = accepted.get(TOOL_CONFIGURATION)
    deployment = tool.get("deployment_id") if isinstance(tool, dict) else None
    return NewRegistration(
        platform_id=platform.issuer,
        client_id=client_id,
        auth_login_url=platform.auth_login_url,
        auth_token_url=platform.auth_token_url,
        jwks_url=platform.jwks_url,
        token_audience=platform.token_audience,
        product=platform.product,
        name=platform.name,
        # Moodle sends it in the tool configuration; Canvas beside it, or not at all.
        deployment_id=identifier(deployment) or identifier(accepted.get("deployment_id")),
        embed_origins=platform.embed_origins,
    )


def _registered(answer: HttpResponse) -> Json:
    """The registration that the platform answers with; a refusal is often a single word that calls itself HTML."""
    if answer.status in (200, 201):
        return json_object(answer)
    reason = refusal_text(answer)
    if answer.status in (401, 403):
        raise RegistrationError("token_used", reason)
    raise RegistrationError("refused", reason)
