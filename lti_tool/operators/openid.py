"""The institution's OpenID provider, as its client: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636).

The provider is found by discovery, and its keys by the cache that platforms share, so that a new key is known at once.
Of an ID token everything is checked before anything of it is used: signature (RSA or ECDSA, never `none` or a shared
secret), `iss`, `aud`, `azp`, `nonce`, times, and in the answer the `iss` of RFC 9207. All calls go through `outgoing`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError

from badges.readable import readable
from lti_tool.errors import LaunchError, OutgoingError, SignInError
from lti_tool.operators.accounts import NAME_LENGTH
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.key_sets import KeySets
from lti_tool.platforms.signed_tokens import LEEWAY_SECONDS, check_times, claims_of, unverified_header
from lti_tool.values import Json, is_storable

#: What the provider says of itself is asked for again after so long,
FRESH_SECONDS = 3600
#: and where it did not answer, not sooner than this: anybody may ask to sign in.
FAILED_SECONDS = 5
MAX_BYTES = 200_000
#: OpenID Connect allows a `sub` no more characters.
MAX_SUB_LENGTH = 255

_SCOPE = "openid profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdClient:
    """The tool as a client of the provider `issuer`, which is named exactly as the provider names itself."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdRequest:
    """A question to the provider, and what its answer has to fit to."""

    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom the provider has signed in: `iss` and `sub` are who it is, `name` only what they are called.

    `authenticated_at`: when they showed the provider who they are; None where it does not say. `claims` are all.
    """

    iss: str
    sub: str
    name: str
    authenticated_at: datetime | None
    claims: Json = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    """What the provider says of itself. `names_itself`: its answers say who gives them (RFC 9207)."""

    authorization_url: str
    token_url: str
    jwks_url: str
    takes_basic: bool
    names_itself: bool


class OpenIdProvider:
    """One provider, used by all threads of a process. `clock` gives seconds since 1970.

    What is cached is replaced whole, so it needs no lock; the worst that two threads can do is to ask twice.
    """

    def __init__(
        self, client: OpenIdClient, outgoing: Outgoing, key_sets: KeySets, clock: Callable[[], float]
    ) -> None:
        self.client = client
        self._outgoing = outgoing
        self._key_sets = key_sets
        self._clock = clock
        self._found: tuple[float, _Provider] | None = None
        self._failed_at: float | None = None

    def sign_in_url(self, request: OpenIdRequest) -> str:
        """The provider's page that signs somebody in. Raises SignInError `provider_unreachable` or `provider_wrong`."""
        return self._url(request)

    def confirm_url(self, request: OpenIdRequest) -> str:
        """As `sign_in_url`, but the provider is to ask them again who they are, even if it knows."""
        return self._url(request, prompt="login", max_age="0")

    def identity(self, request: OpenIdRequest, answer: Mapping[str, str]) -> Identity:
        """Whom the answer to the request is about; `answer` is the query with which the browser came back.

        Raises SignInError: `provider_refused` where the provider says so, `provider_unreachable`, and `provider_wrong`
        where anything of what it sends does not fit.
        """
        provider = self._provider()
        said = answer.get("iss")
        # An answer of another provider, or one that does not say who gives it (mix-up, RFC 9207).
        if said != self.client.issuer and (said is not None or provider.names_itself):
            raise _wrong("the answer is that of another provider")
        if "error" in answer:
            raise SignInError("provider_refused", "the provider has signed nobody in")
        if not answer.get("code"):
            raise _wrong("the answer has no code")
        tokens = self._tokens(provider, request, answer["code"])
        return self._identity(provider, request, tokens)

    def _url(self, request: OpenIdRequest, **more: str) -> str:
        url: str = prepare_grant_uri(
            self._provider().authorization_url,
            client_id=self.client.client_id,
            response_type="code",
            redirect_uri=request.redirect_uri,
            scope=_SCOPE,
            state=request.state,
            nonce=request.nonce,
            code_challenge=create_s256_code_challenge(request.code_verifier),
            code_challenge_method="S256",
            **more,
        )
        return url

    def _provider(self) -> _Provider:
        now = self._clock()
        if self._found is not None and now - self._found[0] < FRESH_SECONDS:
            return self._found[1]
        if self._failed_at is not None and now - self._failed_at < FAILED_SECONDS:
            raise SignInError("provider_unreachable", "the provider did not answer a moment ago")
        url = get_well_known_url(self.client.issuer, external=True)
        try:
            document = _as_object(self._outgoing.fetch(url, MAX_BYTES))
        except OutgoingError as error:
            self._failed_at = now
            raise SignInError("provider_unreachable", str(error)) from error
        provider = _read_provider(document, self.client.issuer)
        self._found = (now, provider)
        return provider

    def _tokens(self, provider: _Provider, request: OpenIdRequest, code: str) -> Json:
        own: dict[str, str] = {}
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if provider.takes_basic:
            # Both are encoded as in a form before they are joined (RFC 6749, 2.3.1).
            pair = f"{quote(self.client.client_id, safe='')}:{quote(self.client.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            own = {"client_id": self.client.client_id, "client_secret": self.client.client_secret}
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=request.redirect_uri,
            code=code,
            code_verifier=request.code_verifier,
            **own,
        )
        try:
            response = self._outgoing.post(provider.token_url, body, headers=headers, max_bytes=MAX_BYTES)
        except OutgoingError as error:
            raise SignInError("provider_unreachable", str(error)) from error
        if response.status != 200:
            raise _wrong(f"the provider answered {response.status} to the code")
        return _as_object(response.body)

    def _identity(self, provider: _Provider, request: OpenIdRequest, tokens: Json) -> Identity:
        claims, header = self._verified(provider, tokens.get("id_token"))
        params = {
            "nonce": request.nonce,
            "client_id": self.client.client_id,
            "access_token": tokens.get("access_token"),
        }
        try:
            token = CodeIDToken(claims, header, params=params)
            token.validate(now=int(self._clock()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise _wrong(f"the ID token is not good: {type(error).__name__}") from error
        return _read_identity(claims, self._clock())

    def _verified(self, provider: _Provider, token: Any) -> tuple[Json, dict[str, Any]]:
        """The claims and the header of an ID token, with signature, issuer, audience and times checked."""
        try:
            header = dict(unverified_header(token))
            claims = claims_of(
                token,
                header,
                lambda kid: self._key_sets.key(provider.jwks_url, kid),
                self.client.issuer,
                self.client.client_id,
                ("iss", "sub", "aud", "exp", "iat", "nonce"),
            )
            check_times(claims, self._clock())
        except LaunchError as error:
            if error.code == "key_set_unreachable":
                raise SignInError("provider_unreachable", str(error)) from error
            raise _wrong(str(error)) from error
        return claims, header


def _read_provider(document: Json, issuer: str) -> _Provider:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [document.get(name) for name in names]
    if document.get("issuer") != issuer:
        raise _wrong("the provider names itself otherwise than OIDC_ISSUER")
    if not all(isinstance(each, str) and each.startswith(("https://", "http://")) for each in addresses):
        raise _wrong("the provider does not say where it is asked")
    methods = document.get("token_endpoint_auth_methods_supported")
    return _Provider(
        authorization_url=str(addresses[0]),
        token_url=str(addresses[1]),
        jwks_url=str(addresses[2]),
        # Where it is not said, it is this one (OpenID Connect Discovery 1.0, 3).
        takes_basic=not isinstance(methods, list) or "client_secret_basic" in methods,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _read_identity(claims: Json, now: float) -> Identity:
    sub = claims["sub"]
    if not isinstance(sub, str) or not 0 < len(sub) <= MAX_SUB_LENGTH or not is_storable(sub):
        raise _wrong("the ID token does not say who it is about")
    return Identity(
        iss=claims["iss"],
        sub=sub,
        name=_name(claims.get("name")),
        authenticated_at=_moment(claims.get("auth_time"), now),
        claims=claims,
    )


def _name(said: Any) -> str:
    """What somebody is called, in one line; empty where it cannot be read."""
    if not isinstance(said, str) or not is_storable(said):
        return ""
    return " ".join(readable(said).split())[:NAME_LENGTH]


def _moment(said: Any, now: float) -> datetime | None:
    """The moment, not after `now`: a clock that is ahead makes nobody fresh for longer. None where it is none."""
    if not isinstance(said, int | float) or isinstance(said, bool) or not 0 < said < 1e12:
        return None
    return datetime.fromtimestamp(min(said, now), UTC)


def _as_object(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _wrong("the provider's answer is no JSON") from error
    if not isinstance(found, dict):
        raise _wrong("the provider's answer is no object")
    return found


def _wrong(message: str) -> SignInError:
    return SignInError("provider_wrong", message)
