"""Canvas's OAuth 2: the page on which a person lets the holder of an API key act for them, and the tokens of that."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request

from lti_tool.demo.campus import ApiGrant, ApiKey, Person
from lti_tool.demo.sessions import current_person
from lti_tool.demo.state import ApiCode, ApiToken, Lms, current_lms

GRANT_TYPES = frozenset({"authorization_code", "refresh_token"})
TOKEN_SECONDS = 3600
CODE_SECONDS = 600
TOKEN_PATH = "/login/oauth2/token"  # noqa: S105  # an address

routes = Blueprint("canvas_oauth", __name__)


@routes.route("/login/oauth2/auth", methods=["GET", "POST"])
def authorize() -> Any:
    """The page that asks the person who is logged in, and their answer. It may not be shown in a frame."""
    lms, asked = current_lms(), request.values
    key = lms.campus.api_key
    if key is None or asked.get("client_id") != key.client_id:
        return _page_error("unauthorized_client", "unknown client")
    redirect_uri = asked.get("redirect_uri", "")
    if redirect_uri not in key.redirect_uris:
        return _page_error("invalid_request", "redirect_uri does not match client settings")
    scopes = asked.get("scope", "").split()
    back = {"state": asked["state"]} if "state" in asked else {}
    if asked.get("response_type") != "code":
        error = {"error": "unsupported_response_type", **back}
        return redirect(f"{redirect_uri}?{urlencode(error)}")
    if not scopes or not set(scopes) <= set(key.scopes):
        error = {"error": "invalid_scope", "error_description": "A requested scope is invalid", **back}
        return redirect(f"{redirect_uri}?{urlencode(error)}")
    if request.method == "GET":
        page = render_template("authorize.html", asked=asked, scopes=scopes)
        response = make_response(page)
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response
    if request.form.get("answer") != "allow":
        error = {"error": "access_denied", **back}
        return redirect(f"{redirect_uri}?{urlencode(error)}")
    code = secrets.token_hex(32)
    lms.codes[code] = ApiCode(
        person_id=current_person().id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        challenge=asked.get("code_challenge", ""),
        expires_at=lms.clock() + timedelta(seconds=CODE_SECONDS),
    )
    return redirect(f"{redirect_uri}?{urlencode({'code': code, **back})}")


def token() -> Response:
    """An access token for a code, with a refresh token, or for a refresh token, which stays the same."""
    lms, form = current_lms(), request.form
    key = lms.campus.api_key
    if key is None or not _is_client(key, form):
        return _token_error(401, "invalid_client", "unknown client")
    if form["grant_type"] == "refresh_token":
        grant = lms.campus.grants.get(form.get("refresh_token", ""))
        if grant is None:
            return _token_error(400, "invalid_grant", "refresh_token not found")
        return jsonify(_granted(lms, grant))
    # A code works once, also where the rest is wrong.
    code = lms.codes.pop(form.get("code", ""), None)
    if code is None or code.expires_at <= lms.clock() or code.redirect_uri != form.get("redirect_uri"):
        return _token_error(400, "invalid_grant", "authorization_code not found")
    if code.challenge and _challenge(form.get("code_verifier", "")) != code.challenge:
        return _token_error(400, "invalid_grant", "incorrect code_verifier")
    grant = ApiGrant(refresh_token=secrets.token_hex(32), person_id=code.person_id, scopes=code.scopes)
    lms.campus.grants[grant.refresh_token] = grant
    return jsonify({**_granted(lms, grant), "refresh_token": grant.refresh_token})


@routes.delete(TOKEN_PATH)
def delete_token() -> Response:
    """Ends the access token that the request came with, and all of its grant."""
    lms = current_lms()
    grant = grant_of_request(lms)
    if grant is None:
        return invalid_token()
    withdraw(lms, grant)
    return jsonify({})


def withdraw(lms: Lms, grant: ApiGrant) -> None:
    """Ends a grant with its access tokens, as its person does under "Approved Integrations"."""
    lms.campus.grants.pop(grant.refresh_token, None)
    for value, access in list(lms.api_tokens.items()):
        if access.refresh_token == grant.refresh_token:
            del lms.api_tokens[value]


def grant_of_request(lms: Lms) -> ApiGrant | None:
    """The grant of the access token that the request came with; None without one that is valid."""
    value = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    access = lms.api_tokens.get(value)
    if access is None or access.expires_at <= lms.clock():
        return None
    return lms.campus.grants.get(access.refresh_token)


def person_of(lms: Lms, grant: ApiGrant) -> Person:
    return lms.campus.people.get(grant.person_id) or abort(401)


def invalid_token() -> Response:
    """The refusal of a token that Canvas does not know, which alone has this header."""
    response = jsonify(errors=[{"message": "Invalid access token."}])
    response.status_code = 401
    response.headers["WWW-Authenticate"] = 'Bearer realm="canvas-lms"'
    return response


def new_key(tool_return_address: str, scopes: list[str]) -> ApiKey:
    """An API key as the administrator makes one under "Developer Keys", which is switched on."""
    return ApiKey(
        client_id="10000000000071",
        secret=secrets.token_hex(32),
        redirect_uris=[tool_return_address],
        scopes=scopes,
    )


def _granted(lms: Lms, grant: ApiGrant) -> dict[str, object]:
    value = secrets.token_hex(32)
    lms.api_tokens[value] = ApiToken(
        refresh_token=grant.refresh_token, expires_at=lms.clock() + timedelta(seconds=TOKEN_SECONDS)
    )
    person = person_of(lms, grant)
    return {
        "access_token": value,
        "token_type": "Bearer",
        "user": {"id": int(person.id), "name": person.name, "global_id": str(10**13 + int(person.id))},
        "expires_in": TOKEN_SECONDS,
        "canvas_region": "not_configured",
    }


def _is_client(key: ApiKey, form: Mapping[str, str]) -> bool:
    return form.get("client_id") == key.client_id and form.get("client_secret") == key.secret


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _token_error(status: int, error: str, description: str) -> Response:
    response = jsonify(error=error, error_description=description)
    response.status_code = status
    return response


def _page_error(error: str, description: str) -> Response:
    page = render_template("error.html", title="Error", reason=f"{error}: {description}")
    return make_response(page, 400)
