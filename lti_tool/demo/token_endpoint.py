"""The token endpoint (OAuth 2 client credentials with a JWT assertion), and who holds which token."""

from __future__ import annotations

import secrets
from datetime import timedelta

import jwt
from flask import Blueprint, Response, make_response, render_template, request

from lti_tool.demo.campus import Tool
from lti_tool.demo.state import AccessToken, here
from lti_tool.demo.tool_keys import BadTokenError, KeySetUnreachableError, read_token

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_SECONDS = 3600


def blueprint(token_path: str) -> Blueprint:
    routes = Blueprint("tokens", __name__)
    routes.add_url_rule(token_path, view_func=token, methods=["POST"])
    return routes


def token() -> Response:
    lms, form = here(), request.form
    if any(not form.get(name) for name in ("client_assertion", "client_assertion_type", "scope")):
        return lms.product.token_error("invalid_request")
    if form.get("grant_type") != "client_credentials":
        return lms.product.token_error("unsupported_grant_type")
    if form["client_assertion_type"] != ASSERTION_TYPE:
        return lms.product.token_error("invalid_request")
    tool = _claimed_by(form["client_assertion"])
    # Moodle serves tokens to a tool still pending; a Canvas developer key that is off is off.
    if tool is None or not (tool.active or lms.product.name == "moodle"):
        return lms.product.token_error("invalid_client", "Unknown or inactive client")
    try:
        claims = read_token(lms, tool, form["client_assertion"])
    except KeySetUnreachableError:
        if lms.product.name == "canvas":
            return lms.product.token_error("invalid_client", "JWS signature invalid")
        reason = "fix_jwks_alg(): Argument #1 ($jwks) must be of type array, null given"
        return make_response(render_template("error.html", title="Error", reason=reason), 404)
    except BadTokenError as error:
        return lms.product.token_error(str(error))
    problem = lms.product.assertion_error(claims, lms)
    if problem:
        return lms.product.token_error(
            "invalid_request" if lms.product.name == "canvas" else problem, problem
        )
    granted = [scope for scope in form["scope"].split() if scope in tool.scopes]
    if not granted:
        return lms.product.token_error("invalid_scope")
    value = secrets.token_hex(16)
    lms.tokens[value] = AccessToken(
        client_id=tool.client_id,
        scopes=frozenset(granted),
        expires_at=lms.clock() + timedelta(seconds=TOKEN_SECONDS),
    )
    return lms.product.token_answer(
        {
            "access_token": value,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": " ".join(granted),
        }
    )


def bearer(*scopes: str) -> Tool | None:
    """The tool whose valid token came along with any of these scopes."""
    lms = here()
    value = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    held = lms.tokens.get(value)
    if held is None or held.expires_at <= lms.clock() or not held.scopes & set(scopes):
        return None
    return lms.tool(held.client_id)


def _claimed_by(assertion: str) -> Tool | None:
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    return here().tool(claims.get("sub"))
