"""Access tokens for a platform's services (1EdTech Security Framework 1.0, section 4.1): request and cache."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc.jwk import RSAKey

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.claims import clean
from lti_tool.platforms.service_errors import ScopeRefusedError, is_web_page, service_error
from lti_tool.values import Registration, ToolKey, secret_hash

#: Moodle accepts no assertion from a clock that is ahead of its own, Canvas none older than five minutes.
ASSERTION_AGE = timedelta(seconds=30)
ASSERTION_LIFETIME = timedelta(minutes=4)
#: A token is used no longer than this before it expires.
TOKEN_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TokenKey:
    registration_id: int
    client_id: str
    auth_token_url: str
    scope: str
    kid: str


class UserTokens:
    """Access tokens in the name of a person, by the refresh token that the person let the tool have.

    They are in memory alone: what is stored, encrypted, is the refresh token, of which only the hash is a key here.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def find(self, refresh_token: str, now: datetime) -> str | None:
        """The token, None where there is none or it has expired."""
        with self._lock:
            token, expires_at = self._tokens.get(secret_hash(refresh_token), ("", now))
        return token if token and now < expires_at else None

    def keep(self, refresh_token: str, token: str, expires_at: datetime, now: datetime) -> None:
        """Stores a token until `expires_at`; those that have expired are dropped."""
        with self._lock:
            self._tokens = {each: kept for each, kept in self._tokens.items() if now < kept[1]}
            self._tokens[secret_hash(refresh_token)] = (token, expires_at)

    def drop(self, refresh_token: str) -> None:
        """Removes a token that the platform no longer accepts."""
        with self._lock:
            self._tokens.pop(secret_hash(refresh_token), None)


class TokenCache:
    """Access tokens by registration, token address, scopes and the tool's key; shared by the threads of a process.

    The cache's key has everything that a token depends on: two schools of hosted Canvas share addresses but must never
    share a token, and what was asked for with a withdrawn key of the tool is used no more. Two threads may ask for the
    same token at the same time; the one that arrives last is stored, and both work.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[_TokenKey, tuple[str, datetime]] = {}
        self._signing_key: tuple[str, RSAKey] | None = None
        #: Those in the name of people, which further services of a platform ask for.
        self.of_users = UserTokens()

    def find(
        self, registration: Registration, key: ToolKey, scopes: Sequence[str], now: datetime
    ) -> str | None:
        """The token, None where there is none or it has expired."""
        with self._lock:
            token, expires_at = self._tokens.get(_cache_key(registration, key, scopes), ("", now))
        return token if token and now < expires_at else None

    def keep(
        self,
        registration: Registration,
        key: ToolKey,
        scopes: Sequence[str],
        token: str,
        expires_at: datetime,
    ) -> None:
        """Stores a token until `expires_at`; those that were asked for with another key of the tool are dropped."""
        with self._lock:
            self._tokens = {each: kept for each, kept in self._tokens.items() if each.kid == key.kid}
            self._tokens[_cache_key(registration, key, scopes)] = (token, expires_at)

    def drop(self, registration: Registration, key: ToolKey, scopes: Sequence[str]) -> None:
        """Removes a token that the platform no longer accepts."""
        with self._lock:
            self._tokens.pop(_cache_key(registration, key, scopes), None)

    def signing_key(self, key: ToolKey) -> RSAKey:
        """The key, ready to sign. It is read once, because its numbers are tested for being primes: 30 ms.

        Only the last one is kept, by what it is and not by its name: one that was replaced goes when the next signs.
        """
        hashed = secret_hash(key.pem)
        with self._lock:
            if self._signing_key is None or self._signing_key[0] != hashed:
                self._signing_key = (hashed, RSAKey.import_key(key.pem))
            return self._signing_key[1]


def token_request(
    registration: Registration, key: RSAKey, kid: str, scopes: Sequence[str], now: datetime
) -> Mapping[str, str]:
    """The form that asks for a token with these scopes; a new signed assertion says who asks (RFC 7523).

    `kid` is what the platform knows the tool's key by.
    """
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": _assertion(registration, key, kid, now),
        "scope": " ".join(sorted(scopes)),
    }


def _assertion(registration: Registration, key: RSAKey, kid: str, now: datetime) -> str:
    issued_at = now - ASSERTION_AGE
    signed: str = private_key_jwt_sign(
        key,
        client_id=registration.client_id,
        token_endpoint=registration.token_audience or registration.auth_token_url,
        header={"kid": kid},
        issued_at=int(issued_at.timestamp()),
        expires_at=int((issued_at + ASSERTION_LIFETIME).timestamp()),
    )
    return signed


def granted_token(answer: HttpResponse, product: str, now: datetime) -> tuple[str, timedelta]:
    """The token of an answer to `token_request`, and its lifetime.

    Moodle calls its JSON text/html, and its errors are not always JSON. Raises ScopeRefusedError where nothing of the
    scope is granted, and PlatformError where there is no token for another reason.
    """
    body = answer.body.decode("utf-8", "replace")
    if answer.status == 429 or answer.status >= 500:
        raise service_error(answer, now)
    if 300 <= answer.status < 400:
        raise PlatformError(
            "the platform's address for tokens leads on to another address, which the tool does not follow"
        )
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
        return token, timedelta(seconds=lifetime(values.get("expires_in")))
    if "invalid_scope" in body:
        raise ScopeRefusedError(
            "the platform does not permit the tool to read this (missing scope)", permanent=True
        )
    reason = " ".join(clean(str(values[key])) for key in ("error", "error_description") if values.get(key))
    raise PlatformError(
        "the platform did not give the tool an access token ({said})", {"said": reason[:200] or answer.status}
    )


def lifetime(value: Any) -> float:
    """`expires_in` in seconds, at most a day; an hour where it cannot be read. NaN is not equal to itself."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return 3600
    return min(max(seconds, 0), 86_400) if seconds == seconds else 3600


def _cache_key(registration: Registration, key: ToolKey, scopes: Sequence[str]) -> _TokenKey:
    return _TokenKey(
        registration_id=registration.id,
        client_id=registration.client_id,
        auth_token_url=registration.auth_token_url,
        scope=" ".join(sorted(scopes)),
        kid=key.kid,
    )
