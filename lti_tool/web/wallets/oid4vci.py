"""The endpoints of OpenID for Verifiable Credential Issuance 1.0: from an offer to a badge in a wallet."""

from __future__ import annotations

import json

from authlib.oauth2.base import OAuth2Error
from flask import Blueprint, request
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError, WalletError
from lti_tool.logs import log
from lti_tool.values import Json
from lti_tool.wallets import credentials, notifications, offers
from lti_tool.wallets.credentials import GivenBadge, LaterBadge, shown_key
from lti_tool.wallets.messages import (
    INTERVAL,
    CredentialRequest,
    read_credential_request,
    read_notification,
    read_transaction_id,
)
from lti_tool.wallets.nonces import new_nonce, use_nonce
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import CORS_ANY_ORIGIN
from lti_tool.web.translation import gettext as _
from lti_tool.web.wallets.issuer_metadata import requested_issuer
from lti_tool.web.wallets.token_grant import offer_of_request, token_response
from signing.errors import ProofError
from signing.json_text import read_object

pages = Blueprint("oid4vci", __name__)

#: A request has a key proof in it at most.
MAX_BYTES = 100_000
#: For how long a browser need not ask again whether a wallet in it may call, in seconds.
_PREFLIGHT_MAX_AGE = "600"


@pages.get("/wallet/offers/<token>")
def offer(token: str) -> Response:
    """The Credential Offer. Raises NotFoundError where it is not open any more."""
    tool = current_tool()
    with tool.store.read() as session:
        found = offers.open_offer(session, token, tool.clock())
        issuer = tool.issuers.of(session, found.award.issuer_id)
        words = _("The code that stands beside the QR code, or on the page where you began")
        return _json(offers.offer_document(found, issuer.addresses.issuer, tool.secret_key, words))


@pages.post("/issuers/<slug>/wallet/token")
def token(slug: str) -> Response:
    """An access token for a pre-authorized code, or the error that the protocol has for it."""
    with current_tool().store.read() as session:
        issuer = requested_issuer(session, slug)
    response = token_response(issuer)
    return response if response.status_code < 400 else _refusal(response)


@pages.post("/issuers/<slug>/wallet/nonce")
def nonce(slug: str) -> Response:
    """A nonce for a key proof; whoever asks gets one."""
    tool = current_tool()
    with tool.store.read() as session:
        issuer = requested_issuer(session, slug)
    return _json({"c_nonce": new_nonce(tool.secret_key, issuer.id, tool.clock())})


@pages.post("/issuers/<slug>/wallet/credential")
def credential(slug: str) -> Response:
    """The badge for which the request has an access token. Raises OAuth2Error and WalletError."""
    tool = current_tool()
    with tool.store.read() as session:
        issuer = requested_issuer(session, slug)
        found = offer_of_request(session, issuer)
        asked = read_credential_request(_body())
        configuration = credentials.asked_configuration(found, asked)
        taken = credentials.taken(found, tool.secret_key)
    # A proof that nobody has asked for is passed over: @sphereon/oid4vci-client always sends one.
    holder = None
    if configuration.form is not None:
        proof = shown_key(configuration, asked, issuer.addresses.issuer, tool.clock())
        # Last, so that a proof which is refused for something else leaves the nonce to the next.
        use_nonce(tool.expiring_values, tool.secret_key, issuer.id, proof.nonce or "", tool.clock())
        holder = proof.did
        with tool.store.begin() as session:
            credentials.note_holder(session, taken, holder)
    given = credentials.give(tool, taken, holder)
    if isinstance(given, LaterBadge):
        return _later(given)
    return _badge(given, asked, configuration.format)


@pages.post("/issuers/<slug>/wallet/deferred")
def deferred(slug: str) -> Response:
    """A badge that was not there yet. Raises OAuth2Error and WalletError."""
    tool = current_tool()
    with tool.store.read() as session:
        taken = credentials.taken(offer_of_request(session, requested_issuer(session, slug)), tool.secret_key)
    credentials.check_transaction(taken, read_transaction_id(_body()))
    given = credentials.give(tool, taken, taken.holder)
    if isinstance(given, LaterBadge):
        return _later(given)
    # Without a notification_id: @openid4vc/openid4vci 0.4 refuses an answer with one here.
    return _text(f'{{"credentials":[{{"credential":{given.json}}}]}}')


@pages.post("/issuers/<slug>/wallet/notification")
def notification(slug: str) -> Response:
    """Notes what the wallet says of the badge. Raises OAuth2Error and WalletError."""
    tool = current_tool()
    with tool.store.begin() as session:
        found = offer_of_request(session, requested_issuer(session, slug))
        notifications.note(
            session,
            found,
            read_notification(_body("invalid_notification_request")),
            tool.secret_key,
            tool.clock(),
        )
    return _text("", 204)


@pages.errorhandler(WalletError)
def refused(error: WalletError) -> Response:
    """The error of the protocol, for the wallet."""
    return _refusal(_json({"error": error.code, "error_description": str(error)}, 400))


@pages.errorhandler(HTTPException)
def not_understood(error: HTTPException) -> Response:
    """What is too large, or no request at all: the error that every endpoint of OAuth has for it."""
    if isinstance(error, TooManyRequests):
        return _slow_down(error)
    said = {"error": "invalid_request", "error_description": error.name}
    return _refusal(_json(said, error.code or 400))


@pages.errorhandler(NotFoundError)
def unknown(_error: NotFoundError) -> Response:
    """There is no such issuer, or no such offer any more: for a program, so no page."""
    return _refusal(_json({"error": "not_found"}, 404))


@pages.errorhandler(OAuth2Error)
def unauthorized(error: OAuth2Error) -> Response:
    """The error of a request without an access token that is good."""
    status, body, headers = error()
    response = Response(json.dumps(dict(body)), status=status, headers=headers)
    if error.error != "invalid_token":
        # Nothing was shown, so there is no error in it (RFC 6750, 3.1).
        response.headers["WWW-Authenticate"] = "Bearer"
    return _refusal(response)


@pages.after_request
def allow_browsers(response: Response) -> Response:
    """Lets wallets that are pages of any site call: they show a code or a token, and no cookie opens anything here."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = CORS_ANY_ORIGIN
    headers["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, POST"
        headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        headers["Access-Control-Max-Age"] = _PREFLIGHT_MAX_AGE
    return response


def _body(refused_as: str = "invalid_credential_request") -> Json:
    """The JSON object of the request. Raises WalletError, and RequestEntityTooLarge for a huge one."""
    request.max_content_length = MAX_BYTES
    try:
        return read_object(request.get_data().decode())
    except (ProofError, ValueError) as error:
        raise WalletError(refused_as, "the request is a JSON object") from error


def _badge(given: GivenBadge, asked: CredentialRequest, format_name: str) -> Response:
    # Put together as text: the badge is given out byte for byte as it was signed.
    named = f'"notification_id":{json.dumps(given.notification_id)}'
    if asked.draft is not None:
        return _text(f'{{"credential":{given.json},"format":{json.dumps(format_name)},{named}}}')
    return _text(f'{{"credentials":[{{"credential":{given.json}}}],{named}}}')


def _later(given: LaterBadge) -> Response:
    return _json({"transaction_id": given.transaction_id, "interval": INTERVAL}, 202)


def _json(value: Json, status: int = 200) -> Response:
    return _text(json.dumps(value), status)


def _text(body: str, status: int = 200) -> Response:
    response = Response(body, status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(response: Response) -> Response:
    """The response, counted against whoever is refused too much. Nothing of the request is logged but where it went."""
    try:
        rate_limits.count_refusal()
    except TooManyRequests as error:
        return _slow_down(error)
    return _logged(response)


def _slow_down(error: TooManyRequests) -> Response:
    response = _json({"error": "slow_down"}, 429)
    response.headers["Retry-After"] = str(rate_limits.seconds_to_wait(error))
    return _logged(response)


def _logged(response: Response) -> Response:
    log.warning("wallet_refused", endpoint=request.endpoint, status=response.status_code)
    response.headers["Cache-Control"] = "no-store"
    return response
