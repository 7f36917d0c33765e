"""What a person lets the tool do at their platform in their name: the authorization code grant of OAuth 2 (RFC 6749).

The platform asks the person on a page of its own, and sends a code for which it gives a refresh token. That is kept;
access tokens are asked for with it. The answers of token endpoints end here: callers get values or a PlatformError.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.access_tokens import TOKEN_MARGIN, lifetime
from lti_tool.platforms.claims import clean, identifier
from lti_tool.platforms.service_errors import is_web_page, service_error
from lti_tool.platforms.services import Connection

#: A page of consent waits for a person, who may have to log in first.
CONSENT_SECONDS = 600
MAX_BYTES = 100_000
MAX_TOKEN_LENGTH = 2000


class ConsentLostError(PlatformError):
    """The platform no longer accepts what a person let the tool do: they withdrew it, or have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The tool as a client of the platform's own API. Of both addresses the host is the platform's."""

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """The answer of a token endpoint. Where a refresh token was asked with, no new one comes.

    `user_id`: who it is that the tool may act for, by the platform's own id, as far as it says so.
    """

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str | None = field(repr=False)
    user_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """A question to a person at their platform. The answer comes back with `state`, in the same browser.

    `code_verifier` proves that whoever exchanges the code has asked for it (RFC 7636).
    """

    state: str = field(repr=False)
    code_verifier: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A code that came back for a request. `api_id`: whom the tool expects to have consented, "" where that is unknown.

    It is that person's id as `claims.api_id` has it.
    """

    request: ConsentRequest
    code: str = field(repr=False)
    api_id: str = ""


def new_request(redirect_uri: str) -> ConsentRequest:
    """A request that nobody can guess."""
    return ConsentRequest(
        state=secrets.token_urlsafe(32), code_verifier=secrets.token_urlsafe(48), redirect_uri=redirect_uri
    )


def consent_url(client: Client, request: ConsentRequest, scopes: tuple[str, ...]) -> str:
    """The address of the platform's page that asks the person.

    A platform that does not know PKCE passes over the challenge.
    """
    url: str = prepare_grant_uri(
        client.authorize_url,
        client_id=client.client_id,
        response_type="code",
        redirect_uri=request.redirect_uri,
        scope=" ".join(scopes),
        state=request.state,
        code_challenge=create_s256_code_challenge(request.code_verifier),
        code_challenge_method="S256",
    )
    return url


def exchange(connection: Connection, client: Client, consent: Consent) -> Granted:
    """What a code is good for: it comes with a refresh token. Raises PlatformError."""
    form = {
        "grant_type": "authorization_code",
        "code": consent.code,
        "redirect_uri": consent.request.redirect_uri,
        "code_verifier": consent.request.code_verifier,
    }
    granted = _ask(connection, client, form)
    if granted.refresh_token is None:
        raise PlatformError("the platform gave the tool no lasting permission", permanent=True)
    return granted


def access_token(connection: Connection, client: Client, refresh_token: str) -> str:
    """An access token, kept or asked for. Raises ConsentLostError, and PlatformError for all else."""
    tokens, now = connection.user_tokens, connection.clock()
    cached = tokens.find(refresh_token, now)
    if cached is not None:
        return cached
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    granted = _ask(connection, client, form)
    tokens.keep(refresh_token, granted.access_token, granted.expires_at - TOKEN_MARGIN, now)
    return granted.access_token


def withdraw(connection: Connection, client: Client, token: str) -> None:
    """Ends the access token at the platform, with the refresh token behind it. Raises PlatformError."""
    answer = _send(connection, "DELETE", client.token_url, {"Authorization": f"Bearer {token}"}, None)
    # Who has withdrawn it there already is answered 401.
    if answer.status != 401 and not 200 <= answer.status < 300:
        raise service_error(answer, connection.clock())


def _ask(connection: Connection, client: Client, form: Mapping[str, str]) -> Granted:
    now = connection.clock()
    own = {"client_id": client.client_id, "client_secret": client.client_secret}
    answer = _send(connection, "POST", client.token_url, {"Accept": "application/json"}, {**own, **form})
    if answer.status == 429 or answer.status >= 500:
        raise service_error(answer, now)
    values = _values(answer)
    # A token goes into a header, and "200" is also what an error may come with.
    token = _token(values.get("access_token"))
    if answer.status in (200, 201) and token is not None:
        user = values.get("user")
        return Granted(
            access_token=token,
            expires_at=now + timedelta(seconds=lifetime(values.get("expires_in"))),
            refresh_token=_token(values.get("refresh_token")),
            user_id=identifier(user.get("id")) if isinstance(user, dict) else None,
        )
    raise _refused(answer, values)


def consent_lost() -> ConsentLostError:
    """The error for a refresh token that the platform does not accept, and what mends it."""
    return ConsentLostError(
        "the person who let Nozimite read this course has withdrawn that, or may no longer do so. Open “How "
        "Nozimite learns who has completed” and let it read the course again",
        permanent=True,
    )


def _refused(answer: HttpResponse, values: Mapping[str, Any]) -> PlatformError:
    said = str(values.get("error", ""))
    if said == "invalid_grant" or "refresh_token" in str(values.get("error_description", "")):
        return consent_lost()
    if said in ("invalid_client", "unauthorized_client"):
        return PlatformError(
            "the platform does not accept the client id and the secret that Nozimite was given for its API. The "
            "operator of Nozimite has to give it those of a developer key that is switched on",
            permanent=True,
        )
    return PlatformError(
        "the platform did not give the tool an access token ({said})",
        {"said": clean(said)[:200] or answer.status},
    )


def _values(answer: HttpResponse) -> Mapping[str, Any]:
    body = answer.body.decode("utf-8", "replace")
    if is_web_page(body):
        raise PlatformError(
            "the platform's token endpoint answered {status} with a web page instead of a token",
            {"status": answer.status},
        )
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _token(value: Any) -> str | None:
    is_one = isinstance(value, str) and 0 < len(value) <= MAX_TOKEN_LENGTH
    return value if is_one and value.isascii() and value.isprintable() and " " not in value else None


def _send(
    connection: Connection,
    method: str,
    url: str,
    headers: Mapping[str, str],
    data: Mapping[str, str] | None,
) -> HttpResponse:
    with connection.limits.call("token") as seconds:
        return connection.outgoing.request(
            method, url, headers=headers, data=data, max_bytes=MAX_BYTES, seconds=seconds
        )
