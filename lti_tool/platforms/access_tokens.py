"""Access tokens for a platform's services (1EdTech Security Framework 1.0, section 4.1): request and cache."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.claims import clean
from lti_tool.platforms.service_errors import ScopeRefusedError, is_web_page, service_error
from lti_tool.values import Registration, ToolKey

#: Moodle accepts no assertion from a clock that is ahead of its own, Canvas none older than five minutes.
ASSERTION_AGE = timedelta(seconds=30)
ASSERTION_LIFETIME = timedelta(minutes=4)
#: A token is used no longer than this before it expires.
TOKEN_MARGIN = timedelta(seconds=60)


class TokenCache:
    """Access tokens by registration, token address and scopes; shared by the threads of a process.

    The key has everything that a token depends on: two schools of hosted Canvas share addresses but must never share a
    token. Two threads may ask for the same token at the same time; the one that arrives last is stored, and both work.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[tuple[int, str, str, str], tuple[str, datetime]] = {}

    def find(self, registration: Registration, scopes: Sequence[str], now: datetime) -> str | None:
        """The token, None where there is none or it has expired."""
        with self._lock:
            token, expires_at = self._tokens.get(_cache_key(registration, scopes), ("", now))
        return token if token and now < expires_at else None

    def keep(
        self, registration: Registration, scopes: Sequence[str], token: str, expires_at: datetime
    ) -> None:
        """Stores a token until `expires_at`."""
        with self._lock:
            self._tokens[_cache_key(registration, scopes)] = (token, expires_at)

    def drop(self, registration: Registration, scopes: Sequence[str]) -> None:
        """Removes a token that the platform no longer accepts."""
        with self._lock:
            self._tokens.pop(_cache_key(registration, scopes), None)


def token_request(
    registration: Registration, key: ToolKey, scopes: Sequence[str], now: datetime
) -> Mapping[str, str]:
    """The form that asks for a token with these scopes; a new signed assertion says who asks (RFC 7523)."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": _assertion(registration, key, now),
        "scope": " ".join(sorted(scopes)),
    }


def _assertion(registration: Registration, key: ToolKey, now: datetime) -> str:
    issued_at = now - ASSERTION_AGE
    return jwt.encode(
        {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.token_audience or registration.auth_token_url,
            "iat": int(issued_at.timestamp()),
            "exp": int((issued_at + ASSERTION_LIFETIME).timestamp()),
            "jti": secrets.token_urlsafe(24),
        },
        key.pem,
        algorithm="RS256",
        headers={"kid": key.kid},
    )


def granted_token(answer: HttpResponse, product: str, now: datetime) -> tuple[str, timedelta]:
    """The token of an answer to `token_request`, and its lifetime.

    Moodle calls its JSON text/html, and its errors are not always JSON. Raises ScopeRefusedError where nothing of the
    scope is granted, and PlatformError where there is no token for another reason.
    """
    body = answer.body.decode("utf-8", "replace")
    if answer.status == 429 or answer.status >= 500:
        raise service_error(answer, now)
    if is_web_page(body):
        if answer.status == 404 and product in ("moodle", ""):
            # Moodle could not fetch our key set, for which its own message names neither the tool nor the cause.
            raise PlatformError(
                "the platform cannot fetch the tool's key set. In the platform, check the HTTP security "
                "settings (blocked hosts and allowed ports), whether it trusts the tool's certificate, "
                "and its DNS"
            )
        raise PlatformError(
            "the platform's token endpoint answered {status} with a web page instead of a token",
            {"status": answer.status},
        )
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = {}
    values = values if isinstance(values, dict) else {}
    token = values.get("access_token")
    if answer.status in (200, 201) and isinstance(token, str) and token and token.isascii():
        return token, timedelta(seconds=_lifetime(values.get("expires_in")))
    if "invalid_scope" in body:
        raise ScopeRefusedError(
            "the platform does not permit the tool to read this (missing scope)", permanent=True
        )
    reason = " ".join(clean(str(values[key])) for key in ("error", "error_description") if values.get(key))
    raise PlatformError(
        "the platform did not give the tool an access token ({said})", {"said": reason[:200] or answer.status}
    )


def _lifetime(value: Any) -> float:
    """`expires_in` in seconds, at most a day; an hour where it cannot be read. NaN is not equal to itself."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return 3600
    return min(max(seconds, 0), 86_400) if seconds == seconds else 3600


def _cache_key(registration: Registration, scopes: Sequence[str]) -> tuple[int, str, str, str]:
    return (
        registration.id,
        registration.client_id,
        registration.auth_token_url,
        " ".join(sorted(scopes)),
    )
