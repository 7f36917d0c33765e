"""Tools' public keys: fetched once and kept, and fetched again only when a token does not verify."""

from __future__ import annotations

from typing import Any

import jwt
import requests

from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms


class KeySetUnreachableError(Exception):
    """The tool's jwks_uri gave no key set. Behind a firewall this is the classic failure."""


class BadTokenError(Exception):
    """The token is not signed by the tool; the message is the LMS's own."""


def read_token(lms: Lms, tool: Tool, token: str) -> Json:
    """The claims of a token that the tool signed with RS256. Its times are the caller's to check."""
    for fresh in (False, True):
        if fresh or tool.client_id not in lms.key_sets:
            lms.key_sets[tool.client_id] = _fetch(lms, tool)
        try:
            return _claims(lms.key_sets[tool.client_id], token)
        except BadTokenError:
            if fresh:
                raise
    raise AssertionError("unreachable")


def _fetch(lms: Lms, tool: Tool) -> Json:
    try:
        answer = lms.web.get(tool.jwks_url, timeout=10)
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
