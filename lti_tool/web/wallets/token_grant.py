"""The pre-authorized code grant, and the access tokens that it gives, by Authlib's OAuth server.

A wallet has no client id and shows nothing of itself: what it may have is decided by the code alone.
Sources: OpenID for Verifiable Credential Issuance 1.0, 6; RFC 6749; RFC 6750.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    BaseGrant,
    OAuth2Request,
    ResourceProtector,
    TokenEndpointMixin,
)
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import request
from werkzeug.wrappers import Response

from lti_tool.addresses import without_scheme
from lti_tool.errors import WalletError
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session
from lti_tool.store.models import WalletOffer
from lti_tool.wallets import tokens
from lti_tool.wallets.messages import CREDENTIAL_IDENTIFIER, PRE_AUTHORIZED, TokenRequest, read_wanted
from lti_tool.web.current import current_tool

#: What a request says once, or not at all.
_FIELDS = ("grant_type", "pre-authorized_code", "tx_code", "authorization_details")


class PreAuthorizedCodeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """The grant of Authlib's server by which the code of an offer becomes an access token."""

    GRANT_TYPE = PRE_AUTHORIZED

    def validate_token_request(self) -> None:
        """Raises InvalidRequestError for a request that lacks the code, or says something twice."""
        form = request.form
        if any(len(form.getlist(name)) > 1 for name in _FIELDS):
            raise InvalidRequestError("A parameter stands twice in the request.")
        if not form.get("pre-authorized_code"):
            raise InvalidRequestError("There is no pre-authorized_code in the request.")

    def create_token_response(self) -> tuple[int, Mapping[str, Any], Sequence[tuple[str, str]]]:
        """Status, body and headers of the answer. Raises OAuth2Error."""
        tool = current_tool()
        form = request.form
        try:
            asked = TokenRequest(
                code=form["pre-authorized_code"],
                tx_code=form.get("tx_code"),
                wanted=_wanted(form.get("authorization_details")),
            )
            granted = tokens.exchange(tool.store, asked, self.request.user, tool.secret_key, tool.clock())
        except WalletError as error:
            raise OAuth2Error(str(error), error=error.code) from error
        # In lower case: @digitalbazaar/oid4-client 5 compares it so, and to all others it is the same.
        body: dict[str, Any] = {
            "access_token": granted.access_token,
            "token_type": "bearer",
            "expires_in": granted.expires_in,
        }
        if asked.wanted is not None:
            body["authorization_details"] = [
                {
                    "type": "openid_credential",
                    "credential_configuration_id": granted.configuration,
                    "credential_identifiers": [CREDENTIAL_IDENTIFIER],
                }
            ]
        return 200, body, self.TOKEN_RESPONSE_HEADER


def _wanted(details: str | None) -> tuple[str, ...] | None:
    if details is None:
        return None
    try:
        return read_wanted(json.loads(details))
    except (ValueError, RecursionError) as error:
        raise WalletError("invalid_authorization_details", "authorization_details is no JSON") from error


class _Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, for the wallets of one issuer at a time, whose id its request carries as the user."""

    def create_oauth2_request(self, issuer_id: str) -> OAuth2Request:
        # Authlib refuses http. Whether the tool may be reached so, as on a developer's machine, its settings say.
        found = OAuth2Request(request.method, "https://" + without_scheme(request.base_url))
        # Of the form alone: a code in an address would stand in the logs of others.
        found.payload = BasicOAuth2Payload(request.form.to_dict())
        found.user = issuer_id
        return found

    def handle_response(
        self, status: int, body: Mapping[str, Any], headers: Sequence[tuple[str, str]]
    ) -> Response:
        return Response(json.dumps(dict(body)), status=status, headers=list(headers))

    def send_signal(self, name: str, *_args: Any, **_kwargs: Any) -> None:
        """Nobody listens."""


_SERVER = _Server()
_SERVER.register_grant(PreAuthorizedCodeGrant)


def token_response(issuer: Issuer) -> Response:
    """The answer to a token request to the issuer."""
    response: Response = _SERVER.create_token_response(issuer.id)
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class _AccessToken:
    """What Authlib asks of an access token."""

    offer: WalletOffer
    now: datetime

    def is_expired(self) -> bool:
        return not tokens.is_good(self.offer, self.now)

    def is_revoked(self) -> bool:
        return False

    def get_scope(self) -> str:
        return ""


class _Tokens(BearerTokenValidator):  # type: ignore[misc]
    def __init__(self, session: Session, issuer: Issuer) -> None:
        super().__init__()
        self._session = session
        self._issuer = issuer

    def authenticate_token(self, token_string: str) -> _AccessToken | None:
        offer = tokens.offer_of(self._session, token_string)
        if offer is None or offer.award.issuer_id != self._issuer.id:
            return None
        return _AccessToken(offer=offer, now=current_tool().clock())


def offer_of_request(session: Session, issuer: Issuer) -> WalletOffer:
    """The offer whose access token the request shows to the issuer. Raises OAuth2Error, with status 401."""
    protector = ResourceProtector()
    protector.register_token_validator(_Tokens(session, issuer))
    found: _AccessToken = protector.validate_request([], request)
    return found.offer
