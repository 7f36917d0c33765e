"""Verification of tokens that tools signed, with their key sets as the cache holds them."""

from __future__ import annotations

from typing import Any

import jwt
import requests

from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms


class KeySetUnreachableError(Exception):
    """The tool's jwks_uri gave no JWK Set; often a firewall is the cause."""


class BadTokenError(Exception):
    """The token is not signed by the tool; the message is what the product says of it."""


def verify_token(lms: Lms, tool: Tool, token: str) -> Json:
    """The claims of a token that the tool signed with RS256. Its times and audience are not checked.

    A token that does not verify with the cached key set may be signed with a newer key: the set is then fetched again.
    Raises BadTokenError where it does not verify even so, KeySetUnreachableError where there is no key set.
    """
    cached = lms.key_sets.get(tool.client_id)
    if cached is not None:
        try:
            return _claims(cached, token)
        except BadTokenError:
            pass
    fetched = lms.key_sets[tool.client_id] = _fetch_key_set(lms, tool)
    return _claims(fetched, token)


def _fetch_key_set(lms: Lms, tool: Tool) -> Json:
    try:
        answer = lms.http.get(tool.jwks_url, timeout=10)
        answer.raise_for_status()
        keys: Any = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise KeySetUnreachableError(tool.jwks_url) from error
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        raise KeySetUnreachableError(tool.jwks_url)
    return keys


def _claims(key_set: Json, token: str) -> Json:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise BadTokenError("Wrong number of segments") from error
    jwk = next((key for key in key_set["keys"] if kid and key.get("kid") == kid), None)
    if jwk is None:
        raise BadTokenError('"kid" invalid, unable to lookup correct key')
    unchecked = {f"verify_{name}": False for name in ("exp", "iat", "nbf", "aud", "sub", "jti", "iss")}
    try:
        claims: Json = jwt.decode(token, jwt.PyJWK(jwk, "RS256"), algorithms=["RS256"], options=unchecked)  # type: ignore[arg-type]  # a TypedDict there
    except (jwt.InvalidTokenError, jwt.PyJWKError) as error:
        raise BadTokenError("Signature verification failed") from error
    return claims
