"""The sign-in of the college: an OpenID provider for those who run the tool, who choose by a button who they are."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request

from lti_tool.demo.lti_names import Json
from lti_tool.demo.platform_keys import key_set, sign
from lti_tool.demo.state import Lms, SignInCode, current_lms

#: Behind the address of the LMS this is the provider's name.
PATH = "/college"
CODE_SECONDS = 60
TOKEN_SECONDS = 300
#: What must be in a request for a code; all of it comes back in the form of the page.
ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")

routes = Blueprint("college", __name__, url_prefix=PATH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody of the college who uses no page of the LMS; `about` says in a few words what they do."""

    name: str
    groups: tuple[str, ...]
    about: str


#: By the `sub` of each.
ACCOUNTS: Mapping[str, Account] = {
    "u-1001": Account(
        name="Ieva", groups=("badge-owners",), about="runs the tool: an owner may do everything"
    ),
    "u-1002": Account(name="Rūta", groups=("quality",), about="of the quality office: approves badges"),
    "u-1003": Account(
        name="Oskars", groups=("audit",), about="an auditor: reads what was done, and changes nothing"
    ),
    "u-1004": Account(
        name="Līga", groups=("library",), about="of the library: no group of hers has a role in the tool"
    ),
}


@routes.get("/.well-known/openid-configuration")
def configuration() -> Response:
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""
    name = current_lms().url + PATH
    return jsonify(
        issuer=name,
        authorization_endpoint=f"{name}/sign-in",
        token_endpoint=f"{name}/token",
        jwks_uri=f"{name}/keys",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
        token_endpoint_auth_methods_supported=["client_secret_basic"],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )


@routes.get("/keys")
def keys() -> Response:
    return jsonify(key_set(current_lms().keys))


@routes.get("/sign-in")
def choose() -> str:
    """The page that asks who it is. It signs nobody in by itself, so whoever is asked again really is."""
    return render_template("college_sign_in.html", asked=_asked(request.args), accounts=ACCOUNTS)


@routes.post("/sign-in")
def sign_in() -> Any:
    """Takes the browser back to the tool with a code."""
    lms, asked = current_lms(), _asked(request.form)
    sub = request.form.get("sub", "")
    if sub not in ACCOUNTS:
        abort(404)
    code = secrets.token_urlsafe(24)
    lms.sign_in_codes[code] = SignInCode(
        sub=sub,
        redirect_uri=asked["redirect_uri"],
        nonce=asked["nonce"],
        challenge=asked["code_challenge"],
        made_at=lms.clock(),
    )
    answer = {"code": code, "state": asked["state"], "iss": lms.url + PATH}
    return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)


@routes.post("/token")
def token() -> tuple[Response, int]:
    """An ID token for a code, which works once, also where the rest is wrong."""
    lms, form = current_lms(), request.form
    code = lms.sign_in_codes.pop(form.get("code", ""), None)
    given, client = request.authorization, lms.sign_in_client
    if client is None or given is None or given.username != client.client_id:
        return jsonify(error="invalid_client"), 401
    if not hmac.compare_digest((given.password or "").encode(), client.secret.encode()):
        return jsonify(error="invalid_client"), 401
    is_ours = (
        code is not None
        and lms.clock() < code.made_at + timedelta(seconds=CODE_SECONDS)
        and form.get("redirect_uri") == code.redirect_uri
        and _challenge(form.get("code_verifier", "")) == code.challenge
    )
    if code is None or not is_ours:
        return jsonify(error="invalid_grant"), 400
    answer = {
        "access_token": secrets.token_urlsafe(24),
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "id_token": sign(_claims(lms, code, client.client_id), lms.keys[-1]),
    }
    return jsonify(answer), 200


def _claims(lms: Lms, code: SignInCode, client_id: str) -> Json:
    account, now = ACCOUNTS[code.sub], lms.now()
    return {
        "iss": lms.url + PATH,
        "sub": code.sub,
        "aud": client_id,
        "nonce": code.nonce,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "auth_time": int(code.made_at.timestamp()),
        "name": account.name,
        "groups": list(account.groups),
    }


def _asked(given: Mapping[str, str]) -> Mapping[str, str]:
    """What the tool asks; 400 where it is not the tool that is known here, or something is missing."""
    client = current_lms().sign_in_client
    asked = {name: given.get(name, "") for name in ASKED}
    if client is None or not all(asked.values()):
        abort(400)
    if asked["client_id"] != client.client_id or asked["redirect_uri"] != client.redirect_uri:
        abort(400)
    return asked


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
