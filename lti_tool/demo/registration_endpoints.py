"""The platform's half of LTI Dynamic Registration 1.0."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo import lti_names, platform_keys
from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms, current_lms

TOKEN_SECONDS = 3600


def blueprint(configuration_path: str, registration_path: str) -> Blueprint:
    """The routes of registration, at these paths."""
    routes = Blueprint("registration", __name__)
    routes.add_url_rule(configuration_path, view_func=configuration)
    routes.add_url_rule(registration_path, view_func=register, methods=["POST"])
    return routes


def start_url(lms: Lms, registration_url: str) -> str:
    """The tool's registration page, with the platform's configuration address and a token that works once."""
    now = lms.now()
    client_id = lms.product.new_client_id(lms.campus)
    claims = {"sub": client_id, "scope": "reg", "iat": now, "exp": now + TOKEN_SECONDS}
    token = platform_keys.sign(claims, lms.keys[-1])
    query = urlencode(
        {
            "openid_configuration": lms.product.configuration_url(lms.url, token),
            "registration_token": token,
        }
    )
    return f"{registration_url}{'&' if '?' in registration_url else '?'}{query}"


def configuration() -> Response:
    """The OpenID configuration of the platform."""
    return jsonify(current_lms().product.configuration(current_lms().url))


def register() -> Response:
    """The client registration response, else the product's error."""
    lms = current_lms()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    claims = platform_keys.verify(token, lms.keys)
    if claims is None or claims.get("scope") != "reg":
        return lms.product.registration_token_error("garbage")
    if claims["exp"] <= lms.now():
        return lms.product.registration_token_error("token_expired")
    if claims["sub"] in lms.campus.used_tokens:
        return lms.product.registration_token_error("token_already_used")
    body = request.get_json(force=True, silent=True)
    payload: Json = body if isinstance(body, dict) else {}
    error = lms.product.registration_error(payload)
    if error:
        return error
    lms.campus.used_tokens.add(claims["sub"])
    tool = _add_tool(lms, claims["sub"], payload)
    return jsonify(lms.product.registration_response(lms, tool, payload))


def _add_tool(lms: Lms, client_id: str, payload: Json) -> Tool:
    tool_configuration = payload[lti_names.TOOL_CONFIGURATION]
    deep_linking_urls = [
        message.get("target_link_uri", "")
        for message in tool_configuration.get("messages") or ()
        if message.get("type") == lti_names.DEEP_LINKING_REQUEST
    ]
    supported = lms.product.configuration(lms.url)["scopes_supported"]
    shares_name, shares_email = lms.product.shared_personal_data(tool_configuration)
    tool = Tool(
        id=str(len(lms.campus.tools) + 1),
        client_id=client_id,
        deployment_id=lms.product.new_deployment_id(lms.campus),
        name=payload["client_name"],
        description=tool_configuration.get("description", ""),
        logo_url=payload.get("logo_uri", ""),
        login_url=payload["initiate_login_uri"],
        launch_url=tool_configuration.get("target_link_uri") or payload["redirect_uris"][0],
        deep_linking_url=deep_linking_urls[0] if deep_linking_urls else "",
        redirect_uris=payload["redirect_uris"],
        jwks_url=payload["jwks_uri"],
        scopes=[scope for scope in (payload.get("scope") or "").split() if scope in supported],
        custom=dict(tool_configuration.get("custom_parameters") or {}),
        shares_name=shares_name,
        shares_email=shares_email,
    )
    lms.campus.tools[tool.id] = tool
    return tool
