"""Access tokens: OAuth 2 client credentials with a JWT assertion (1EdTech Security Framework)."""

from __future__ import annotations

import secrets
from datetime import timedelta

import jwt
from flask import Blueprint, Response, make_response, render_template, request

from lti_tool.demo import canvas_oauth
from lti_tool.demo.campus import Tool
from lti_tool.demo.state import AccessToken, current_lms
from lti_tool.demo.tool_keys import BadTokenError, KeySetUnreachableError, verify_token

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_SECONDS = 3600


def blueprint(token_path: str) -> Blueprint:
    routes = Blueprint("tokens", __name__)
    routes.add_url_rule(token_path, view_func=issue_token, methods=["POST"])
    return routes


def issue_token() -> Response:
    """An access token for the scopes that the tool asked for and was registered with, else the product's error."""
    lms, form = current_lms(), request.form
    if lms.product.name == "canvas" and form.get("grant_type") in canvas_oauth.GRANT_TYPES:
        return canvas_oauth.token()
    if any(not form.get(name) for name in ("client_assertion", "client_assertion_type", "scope")):
        return lms.product.token_error("invalid_request")
    if form.get("grant_type") != "client_credentials":
        return lms.product.token_error("unsupported_grant_type")
    if form["client_assertion_type"] != ASSERTION_TYPE:
        return lms.product.token_error("invalid_request")
    tool = _client_named_in(form["client_assertion"])
    # Moodle gives tokens to a tool that is still pending; Canvas gives none while the developer key is off.
    if tool is None or not (tool.active or lms.product.name == "moodle"):
        return lms.product.token_error("invalid_client", "Unknown or inactive client")
    try:
        claims = verify_token(lms, tool, form["client_assertion"])
    except KeySetUnreachableError:
        if lms.product.name == "canvas":
            return lms.product.token_error("invalid_client", "JWS signature invalid")
        reason = "fix_jwks_alg(): Argument #1 ($jwks) must be of type array, null given"
        return make_response(render_template("error.html", title="Error", reason=reason), 404)
    except BadTokenError as bad:
        return lms.product.token_error(str(bad))
    error = lms.product.assertion_error(claims, lms)
    if error:
        return lms.product.token_error("invalid_request" if lms.product.name == "canvas" else error, error)
    permitted = lms.product.permitted_scopes(lms, tool)
    granted = [scope for scope in form["scope"].split() if scope in permitted]
    if not granted:
        return lms.product.token_error("invalid_scope")
    value = secrets.token_hex(16)
    lms.tokens[value] = AccessToken(
        client_id=tool.client_id,
        scopes=frozenset(granted),
        expires_at=lms.clock() + timedelta(seconds=TOKEN_SECONDS),
    )
    return lms.product.token_response(
        {
            "access_token": value,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": " ".join(granted),
        }
    )


def tool_with_token(*scopes: str) -> Tool | None:
    """The tool that sent a valid access token with one of these scopes; None without such a token."""
    lms = current_lms()
    value = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    access = lms.tokens.get(value)
    if access is None or access.expires_at <= lms.clock() or not access.scopes & set(scopes):
        return None
    return lms.tool(access.client_id)


def _client_named_in(assertion: str) -> Tool | None:
    """The tool that the assertion says it is from; its signature is checked afterwards, with that tool's keys."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    return current_lms().tool(claims.get("sub"))
