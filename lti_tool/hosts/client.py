"""The tool as a client of a host: Authlib's OAuth client, over `outgoing` (RFC 6749, 7009, 7591, 7636).

The answers of a host end here: callers get values, or a HostError.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from lti_tool.errors import HostError
from lti_tool.hosts.calls import call, json_object, retry_after
from lti_tool.hosts.discovery import STAY, UPSERT, Described
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.values import Json, is_storable

#: What the tool is to every host, as the standard asks for it.
SOFTWARE_ID = "0d2c4b5e-6c0f-4a53-9f0e-8f3c2f6f9b10"
MAX_LENGTH = 2000
#: For how long a token holds that does not say so, and at most.
TOKEN_LIFE, LONGEST_TOKEN = 3600.0, 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The tool as a host registered it. `secret_ends_at`: None where the secret does not expire."""

    client_id: str
    secret: str = field(repr=False)
    secret_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a host gave for a learner's badges. `scopes`: None where it does not say, as they are those asked for."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    ends_at: datetime
    scopes: Sequence[str] | None = None

    def as_bytes(self) -> bytes:
        """As they are encrypted."""
        return json.dumps({"access": self.access, "refresh": self.refresh}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRequest:
    """A question to a learner at their host. The answer comes back with `state`, in the same browser."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    code_verifier: str = field(repr=False)


def register(outgoing: Outgoing, described: Described, about_us: Mapping[str, Any], now: datetime) -> Client:
    """The tool as a new client of the host. Raises HostError, `not_registered` where it takes no client."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    body = json.dumps(about_us).encode()
    answer = call(outgoing, "POST", described.registration, headers=headers, data=body)
    if answer.status == 429 or answer.status >= 500:
        raise HostError("unreachable", retry_after=retry_after(answer, now))
    values = json_object(answer)
    client_id, secret = _word(values.get("client_id")), _word(values.get("client_secret"))
    if answer.status not in (200, 201) or client_id is None or secret is None:
        raise HostError("not_registered")
    return Client(
        client_id=client_id, secret=secret, secret_ends_at=_moment(values.get("client_secret_expires_at"))
    )


def metadata(name: str, tool_url: str, privacy_url: str, redirect_uri: str, version: str) -> Json:
    """What the tool says of itself when it registers; all addresses are on its own host, as the standard demands."""
    return {
        "client_name": name,
        "client_uri": f"{tool_url}/",
        "logo_uri": f"{tool_url}/static/icon.svg",
        "tos_uri": privacy_url,
        "policy_uri": privacy_url,
        "software_id": SOFTWARE_ID,
        "software_version": version,
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": f"{UPSERT} {STAY}",
    }


def new_request(described: Described, client_id: str, redirect_uri: str) -> HostRequest:
    """A request that nobody can guess, with PKCE (S256)."""
    verifier = secrets.token_urlsafe(48)
    url, state = _oauth(None, client_id, "", redirect_uri).create_authorization_url(
        described.authorization,
        state=secrets.token_urlsafe(32),
        code_verifier=verifier,
        scope=_scope(described),
    )
    return HostRequest(url=url, state=state, code_verifier=verifier)


def exchange(
    outgoing: Outgoing,
    described: Described,
    client: Client,
    redirect_uri: str,
    answer: Mapping[str, str],
    asked: HostRequest,
    now: datetime,
) -> Tokens:
    """What the code of `answer`, the query with which the learner came back, is good for.

    Raises HostError `state` where the answer is not to this request, `lost` where the host takes the code not,
    `scope_reduced` where badges may not be brought, and those of `_asked`.
    """
    oauth = _oauth(outgoing, client.client_id, client.secret, redirect_uri)
    back = f"{redirect_uri}?{urlencode(answer)}"
    tokens = _asked(
        oauth,
        now,
        lambda: oauth.fetch_token(
            described.token,
            authorization_response=back,
            state=asked.state,
            code_verifier=asked.code_verifier,
            scope=_scope(described),
        ),
    )
    if tokens.scopes is not None and UPSERT not in tokens.scopes:
        raise HostError("scope_reduced")
    return tokens


def renew(outgoing: Outgoing, described: Described, client: Client, tokens: Tokens, now: datetime) -> Tokens:
    """New tokens, with the refresh token of before where no new one came. Raises HostError, `lost` for good."""
    if tokens.refresh is None:
        raise HostError("lost")
    oauth = _oauth(outgoing, client.client_id, client.secret, "")
    return _asked(oauth, now, lambda: oauth.refresh_token(described.refresh, refresh_token=tokens.refresh))


def revoke(outgoing: Outgoing, revocation: str | None, client: Client, tokens: Tokens) -> bool:
    """Whether the host has taken the tokens back, at that address of its own; False where it has none."""
    if revocation is None:
        return False
    oauth = _oauth(outgoing, client.client_id, client.secret, "")
    named = (("refresh_token", tokens.refresh), ("access_token", tokens.access))
    is_done = True
    for hint, token in named:
        if token is None:
            continue
        try:
            answer = oauth.revoke_token(revocation, token=token, token_type_hint=hint)
        except HostError:
            return False
        is_done = is_done and 200 <= answer.status_code < 300
    return is_done


class _Answer:
    """An answer as Authlib reads it."""

    def __init__(self, answer: HttpResponse) -> None:
        self.answer = answer
        self.status_code = answer.status

    def json(self) -> Json:
        """The object. Authlib fails at a lifetime that is no number, so it gets one that was read."""
        values = json_object(self.answer)
        values.pop("expires_at", None)
        return values | {"expires_in": int(_lifetime(values.get("expires_in")))}

    def raise_for_status(self) -> None:
        """Raises HostError `unreachable`: Authlib asks where there is nothing to read."""
        raise HostError("unreachable")


class _Session:
    """The one call that Authlib makes, through `outgoing`."""

    def __init__(self, outgoing: Outgoing | None) -> None:
        self._outgoing = outgoing
        self.last: HttpResponse | None = None

    def post(self, url: str, *, data: Any, headers: Mapping[str, str], auth: Any) -> _Answer:
        if self._outgoing is None:
            raise TypeError("there is nobody to call")
        body = data if isinstance(data, str) else urlencode(data)
        url, sent, body = auth.prepare("POST", url, dict(headers), body)
        self.last = call(self._outgoing, "POST", url, headers=sent, data=body.encode())
        return _Answer(self.last)


def _oauth(outgoing: Outgoing | None, client_id: str, secret: str, redirect_uri: str) -> Any:
    return OAuth2Client(
        _Session(outgoing),
        client_id=client_id,
        client_secret=secret,
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
        revocation_endpoint_auth_method="client_secret_basic",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def _asked(oauth: Any, now: datetime, ask: Any) -> Tokens:
    """The tokens of an answer.

    Raises HostError `state`, `lost`, `client_lost` where the host knows the client no more, `token_type`, `unreachable`
    with what it says of waiting, and those of `json_object`.
    """
    try:
        values = ask()
    except OAuth2Error as error:
        raise _refused(oauth, error, now) from error
    except HostError as error:
        last = oauth.session.last
        if last is not None and (last.status == 429 or last.status >= 500):
            raise HostError("unreachable", retry_after=retry_after(last, now)) from error
        raise
    access, kind = _word(values.get("access_token")), values.get("token_type", "bearer")
    if access is None:
        raise HostError("not_a_host")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        # Of another type it would be shown wrongly, and perhaps to others than its host.
        raise HostError("token_type")
    scope = values.get("scope")
    return Tokens(
        access=access,
        refresh=_word(values.get("refresh_token")),
        ends_at=now + timedelta(seconds=_lifetime(values.get("expires_in"))),
        scopes=scope.split() if isinstance(scope, str) else None,
    )


def _refused(oauth: Any, error: Any, now: datetime) -> HostError:
    last = oauth.session.last
    if last is None:
        # Before anything was asked: the state is not that of the request, or there is no code.
        return HostError("state")
    if last.status == 429 or last.status >= 500:
        return HostError("unreachable", retry_after=retry_after(last, now))
    if error.error in ("invalid_client", "unauthorized_client"):
        return HostError("client_lost")
    return HostError("lost")


def _scope(described: Described) -> str:
    return f"{UPSERT} {STAY}" if described.takes_stay else UPSERT


def _word(value: Any) -> str | None:
    """An id or a token, which goes into headers."""
    is_one = isinstance(value, str) and 0 < len(value) <= MAX_LENGTH and is_storable(value)
    return value if is_one and value.isascii() and value.isprintable() and " " not in value else None


def _lifetime(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return TOKEN_LIFE
    return min(max(seconds, 0), LONGEST_TOKEN) if seconds == seconds else TOKEN_LIFE


def _moment(value: Any) -> datetime | None:
    """A moment in seconds since 1970; 0, or anything that is none, is never."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**10:
        return None
    return datetime.fromtimestamp(value, UTC)
