"""Dynamic Registration (LTI Dynamic Registration 1.0): the platform's half."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo import lti_names, platform_keys
from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms, here

TOKEN_SECONDS = 3600


def blueprint(configuration_path: str, registration_path: str) -> Blueprint:
    routes = Blueprint("registration", __name__)
    routes.add_url_rule(configuration_path, view_func=configuration)
    routes.add_url_rule(registration_path, view_func=register, methods=["POST"])
    return routes


def start_url(lms: Lms, registration_url: str) -> str:
    """Where the administrator's iframe goes: the tool's page with a registration token that works once."""
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
    return jsonify(here().product.configuration(here().url))


def register() -> Response:
    lms = here()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    claims = platform_keys.read(token, lms.keys)
    if claims is None or claims.get("scope") != "reg":
        return lms.product.token_refused("garbage")
    if claims["exp"] <= lms.now():
        return lms.product.token_refused("token_expired")
    if claims["sub"] in lms.campus.used_tokens:
        return lms.product.token_refused("token_already_used")
    body = request.get_json(force=True, silent=True)
    payload: Json = body if isinstance(body, dict) else {}
    refusal = lms.product.refuses(payload)
    if refusal:
        return refusal
    lms.campus.used_tokens.add(claims["sub"])
    tool = _enter(lms, claims["sub"], payload)
    return jsonify(lms.product.registered(lms, tool, payload))


def _enter(lms: Lms, client_id: str, payload: Json) -> Tool:
    wished = payload[lti_names.TOOL_CONFIGURATION]
    deep_linking = [
        message.get("target_link_uri", "")
        for message in wished.get("messages") or ()
        if message.get("type") == lti_names.DEEP_LINKING_REQUEST
    ]
    offered = lms.product.configuration(lms.url)["scopes_supported"]
    name, email = lms.product.shares(wished)
    tool = Tool(
        id=str(len(lms.campus.tools) + 1),
        client_id=client_id,
        deployment_id=lms.product.new_deployment_id(lms.campus),
        name=payload["client_name"],
        description=wished.get("description", ""),
        logo_url=payload.get("logo_uri", ""),
        login_url=payload["initiate_login_uri"],
        launch_url=wished.get("target_link_uri") or payload["redirect_uris"][0],
        deep_linking_url=deep_linking[0] if deep_linking else "",
        redirect_uris=payload["redirect_uris"],
        jwks_url=payload["jwks_uri"],
        scopes=[scope for scope in (payload.get("scope") or "").split() if scope in offered],
        custom=dict(wished.get("custom_parameters") or {}),
        shares_name=name,
        shares_email=email,
    )
    lms.campus.tools[tool.id] = tool
    return tool
