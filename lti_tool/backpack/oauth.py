"""The authorization server of the Open Badges API: Authlib's grants, over our tables, with what the standard demands.

PKCE with S256 is demanded of every program, and a secret by Basic authentication; in Open Badges 2.1 a refresh may have
it in its body. A code or a refresh token that is shown a second time ends all that was given for it: one of the two who
showed it has stolen it. Whatever is stored is a hash.

A server is made for one request, with the session of its transaction: a refusal is committed too, because it may have
used a code up or ended an access.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, InvalidScopeError, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from lti_tool.backpack import accesses
from lti_tool.backpack.accesses import CODE_LIFE, LONGEST, REFRESH_LIFE, TOKEN_LIFE
from lti_tool.backpack.clients import Client, Given
from lti_tool.backpack.requests import OAuthAnswer, OAuthRequest
from lti_tool.backpack.scopes import SCOPES, STAY
from lti_tool.store import Session, events, queries
from lti_tool.store.models import ProgramAccess, ProgramToken
from lti_tool.values import Json, secret_hash

_CLIENT_ID = re.compile(r"[0-9a-f-]{36}")

#: Whether an access still opens anybody's badges.
Opens = Callable[[ProgramAccess], bool]


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server for one request, in the transaction of `session`, as of `now`."""

    def __init__(self, session: Session, now: datetime, opens: Opens) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        # It would log whole tokens where somebody looks for a fault.
        logging.getLogger("authlib").setLevel(logging.WARNING)
        self.session = session
        self.now = now
        self.opens = opens
        self.register_grant(_CodeGrant, [_Pkce(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_endpoint(_Revocation)

    def query_client(self, client_id: str) -> Client | None:
        # Whatever a stranger writes there, a database is only asked for what can be an id.
        row = queries.backpack.program(self.session, client_id) if _CLIENT_ID.fullmatch(client_id) else None
        return Client(row) if row is not None else None

    def generate_token(
        self,
        grant_type: str,  # noqa: ARG002
        client: Client,  # noqa: ARG002
        user: ProgramAccess | None = None,
        scope: str | None = None,
        expires_in: int | None = None,  # noqa: ARG002
        include_refresh_token: bool = True,  # noqa: FBT001, FBT002
    ) -> Json:
        """A bearer token, with a refresh token where the learner allowed the program to come again."""
        token: Json = {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(32),
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "scope": scope or "",
        }
        # What was allowed at first: a program may ask for less this time, and still comes again.
        if include_refresh_token and user is not None and STAY in user.scopes:
            token["refresh_token"] = secrets.token_urlsafe(32)
        return token

    def save_token(self, token: Mapping[str, Any], request: OAuthRequest) -> None:
        """Stores the hashes of what is given out, and until when the access lasts."""
        access: ProgramAccess = request.user
        scopes = token["scope"].split()
        self.store(token["access_token"], "access", access, scopes, TOKEN_LIFE)
        life = TOKEN_LIFE
        if "refresh_token" in token:
            # What a refresh token may is what was allowed at first, whatever its program asks for this time.
            self.store(token["refresh_token"], "refresh", access, access.scopes, self.refresh_life(access))
            life = self.refresh_life(access)
        access.ends_at = max(access.ends_at, self.now + life)
        access.used_at = access.program.used_at = self.now

    def refresh_life(self, access: ProgramAccess) -> timedelta:
        """For how long a refresh token that is given now may be used."""
        return min(REFRESH_LIFE, access.given_at + LONGEST - self.now)

    def store(
        self,
        token: str,
        kind: str,
        access: ProgramAccess,
        scopes: Sequence[str],
        life: timedelta,
        **bound: str | None,
    ) -> None:
        """Stores the hash of a code or a token of the access, with what it is `bound` to."""
        row = ProgramToken(
            token_hash=secret_hash(token),
            access_id=access.id,
            kind=kind,
            scopes=list(scopes),
            expires_at=self.now + life,
            **bound,
        )
        self.session.add(row)

    def check_scope(self, token: str, scope: str, client: Client) -> None:
        """Raises InvalidScopeError where the client asks for more than its token, which was not used yet, may."""
        row = queries.backpack.token(self.session, secret_hash(token))
        if row is None or row.access.client_id != client.row.client_id or row.used_at is not None:
            return
        if not set(scope.split()) <= set(row.scopes):
            raise InvalidScopeError

    def use_up(self, token: str, kind: str, client: Client) -> Given | None:
        """What was given to this client and is used by this very request; None for anything else.

        Where it was used before, the access is ended.
        """
        row = queries.backpack.token(self.session, secret_hash(token))
        # Of another program: neither used up nor a reason to end anything, or anybody could end what they overheard.
        if row is None or row.kind != kind or row.access.client_id != client.row.client_id:
            return None
        if not queries.backpack.use_up(self.session, row.token_hash, self.now):
            accesses.end(self.session, row.access, f"{kind}_reused", self.now, events.TOOL)
            return None
        return Given(row) if row.expires_at > self.now else None

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> OAuthAnswer:
        return OAuthAnswer(status=status, body=dict(body) if body else None, headers=tuple(headers))


class _Pkce(CodeChallenge):  # type: ignore[misc]
    """Authlib demands PKCE of public clients alone, and knows `plain`: here every program needs S256."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is needed, with a 'code_challenge' of the method S256")
        if len(data["code_challenge"]) != 43:
            raise InvalidRequestError("Invalid 'code_challenge'")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def create_authorization_response(self, redirect_uri: str, grant_user: Any) -> tuple[int, str, Any]:
        status, body, headers = super().create_authorization_response(redirect_uri, grant_user)
        # The standard returns the scope with the code.
        ((name, location),) = headers
        return status, body, [(name, add_params_to_uri(location, [("scope", self.request.scope)]))]

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: OAuthRequest) -> None:
        self.server.store(
            code,
            "code",
            request.user,
            request.user.scopes,
            CODE_LIFE,
            redirect_uri=request.payload.redirect_uri,
            challenge=request.payload.data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: Client) -> Given | None:
        return self.server.use_up(code, "code", client)  # type: ignore[no-any-return]

    def delete_authorization_code(self, authorization_code: Given) -> None:
        """Not while its access lasts: one that is shown again ends that."""
        authorization_code.row.expires_at = self.server.now + REFRESH_LIFE

    def authenticate_user(self, authorization_code: Given) -> ProgramAccess | None:
        return authorization_code.access if self.server.opens(authorization_code.access) else None


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    #: The second for programs of Open Badges 2.1 alone: see `Client.check_endpoint_auth_method`.
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Given | None:
        # Before it is used up: a program that asks for too much has not lost it.
        self.server.check_scope(refresh_token, self.request.payload.scope or "", self.request.client)
        return self.server.use_up(refresh_token, "refresh", self.request.client)  # type: ignore[no-any-return]

    def authenticate_user(self, credential: Given) -> ProgramAccess | None:
        return credential.access if self.server.opens(credential.access) else None

    def revoke_old_credential(self, refresh_token: Given) -> None:
        """It was used up when it was found; its row stays, so that one who shows it again is noticed."""


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = ("client_secret_basic",)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Given | None:  # noqa: ARG002
        row = queries.backpack.token(self.server.session, secret_hash(token_string))
        return Given(row) if row is not None and row.kind != "code" else None

    def revoke_token(self, token: Given, request: OAuthRequest) -> None:  # noqa: ARG002
        """Ends the whole access with a refresh token, and the token alone with an access token (RFC 7009, 2.1)."""
        if token.row.kind == "refresh":
            accesses.end(self.server.session, token.access, "revoked", self.server.now, events.TOOL)
        else:
            self.server.session.delete(token.row)
