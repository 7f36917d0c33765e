"""Access tokens of wallets: given once for a pre-authorized code, good for the one badge that was offered.

A wallet that has its token and dies before it has the badge may come again with it as long as it is good. One that has
lost the token needs a new offer: a code that was used is never good again, or whoever has seen it could use it too.
Source: OpenID for Verifiable Credential Issuance 1.0, 6.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from lti_tool.errors import WalletError
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import WalletOffer
from lti_tool.values import secret_hash
from lti_tool.wallets.messages import TokenRequest
from lti_tool.wallets.offers import tx_code_of

#: A wallet asks its holder whether to take the badge, perhaps to set itself up, and comes again where a network fails.
TOKEN_LIFE = timedelta(minutes=30)
#: How often the transaction code of one offer may be tried: then the offer is over.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedToken:
    """An access token, which only the wallet has, for a badge in this configuration."""

    access_token: str
    configuration: str
    expires_in: int


def exchange(
    store: Store, request: TokenRequest, issuer_id: str, secret_key: str, now: datetime
) -> GrantedToken:
    """The access token for the code of an offer of this issuer's; the code is used up.

    Each try of a transaction code is counted in a transaction of its own, before it is compared. Raises WalletError:
    invalid_grant, invalid_request, invalid_authorization_details.
    """
    with store.begin() as session:
        offer_id = _check_code(session, request, issuer_id, now)
    with store.begin() as session:
        offer = queries.wallet_offers.lock_offer(session, offer_id)
        if offer is None or (
            offer.asks_code
            and not compare_digest((request.tx_code or "").encode(), tx_code_of(offer, secret_key).encode())
        ):
            raise _refused("the transaction code is another one")
        access_token = secrets.token_urlsafe(32)
        hashed, ends = secret_hash(access_token), now + TOKEN_LIFE
        if not queries.wallet_offers.use_code(session, offer.id, hashed, ends, now):
            raise _refused("the code was used a moment ago")
        return GrantedToken(
            access_token=access_token,
            configuration=offer.configuration,
            expires_in=int(TOKEN_LIFE.total_seconds()),
        )


def _check_code(session: Session, request: TokenRequest, issuer_id: str, now: datetime) -> int:
    """The id of the open offer with the code; a try of its transaction code is counted. Raises WalletError."""
    offer = queries.wallet_offers.with_code(session, secret_hash(request.code))
    if (
        offer is None
        or offer.award.issuer_id != issuer_id
        or offer.used_at is not None
        or offer.expires_at <= now
    ):
        raise _refused("the code is unknown, was used, or has expired")
    if offer.asks_code and not request.tx_code:
        raise WalletError("invalid_request", "this code is good only with a tx_code")
    if request.tx_code is not None and not offer.asks_code:
        raise WalletError("invalid_request", "this code needs no tx_code")
    if request.wanted is not None and set(request.wanted) != {offer.configuration}:
        raise WalletError("invalid_authorization_details", "this was not offered")
    if offer.asks_code and not queries.wallet_offers.count_try(session, offer.id, MOST_TRIES, now):
        raise _refused("the transaction code was tried too often")
    return offer.id


def _refused(why: str) -> WalletError:
    return WalletError("invalid_grant", why)


def offer_of(session: Session, access_token: str) -> WalletOffer | None:
    """The offer for which the token was given, whether it is still good or not."""
    return queries.wallet_offers.with_access_token(session, secret_hash(access_token))


def is_good(offer: WalletOffer, now: datetime) -> bool:
    """Whether the access token that was given for the offer is still good."""
    return offer.token_expires_at is not None and now < offer.token_expires_at


def delete_over(session: Session, now: datetime) -> None:
    """Deletes the offers whose codes and tokens open nothing any more."""
    queries.wallet_offers.delete_over(session, now)
