"""Offers of a badge to a wallet: made by its learner, by reference, good once and for a short time.

Whoever has the address of an offer can take the badge. So one that is shown as a QR code, which others in the room may
photograph, is good only with a code that stands beside it in digits, and that the wallet asks its holder for.
Source: OpenID for Verifiable Credential Issuance 1.0, 4.1.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Literal
from urllib.parse import quote

from lti_tool.addresses import Addresses
from lti_tool.errors import NotFoundError
from lti_tool.issuing.gathering import valid_credential
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, WalletOffer
from lti_tool.values import Json, secret_hash
from lti_tool.wallets.configurations import COPY, offered_by
from lti_tool.wallets.messages import PRE_AUTHORIZED

OFFER_MINUTES = 10
OFFER_LIFE = timedelta(minutes=OFFER_MINUTES)
TX_CODE_DIGITS = 6
SCHEME = "openid-credential-offer://"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOffer:
    """What a learner has chosen: the configuration, and whether the offer `asks_code`."""

    configuration: str
    asks_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOffer:
    """A new offer. `link` opens a wallet; `tx_code` are the digits that it asks for, None where it asks for none."""

    link: str
    tx_code: str | None
    expires_at: datetime


def make_offer(
    session: Session,
    award: Award,
    wanted: WantedOffer,
    issuer: Issuer,
    secret_key: str,
    now: datetime,
    by: Actor,
) -> MadeOffer:
    """A new offer of the award's badge, as an act of its learner's.

    Raises NotFoundError for a configuration that is not offered, and as `lti_tool.issuing.gathering.valid_credential`.
    """
    if wanted.configuration not in offered_by(session, issuer):
        raise NotFoundError("badges are not offered in this form")
    made = _add(session, award, wanted, secrets.token_hex(16), issuer.addresses, secret_key, now)
    data = {"form": wanted.configuration}
    events.record(session, "wallet_offered", "award", award.id, now, actor=by, data=data)
    return made


def add_to_exchange(
    session: Session, award: Award, exchange: str, addresses: Addresses, secret_key: str, now: datetime
) -> MadeOffer:
    """The offer of a copy of the badge beside the exchange with that token, by whose address wallets find it too.

    Its code is asked for, since that address stands in a QR code. Raises as `make_offer`.
    """
    wanted = WantedOffer(configuration=COPY, asks_code=True)
    return _add(session, award, wanted, _seed_of(exchange), addresses, secret_key, now)


def _add(
    session: Session,
    award: Award,
    wanted: WantedOffer,
    seed: str,
    addresses: Addresses,
    secret_key: str,
    now: datetime,
) -> MadeOffer:
    valid_credential(session, award.id, now)
    token = _secret("offer", seed, secret_key)
    offer = WalletOffer(
        award=award,
        configuration=wanted.configuration,
        seed=seed,
        offer_hash=secret_hash(token),
        code_hash=secret_hash(_secret("code", seed, secret_key)),
        asks_code=wanted.asks_code,
        created_at=now,
        expires_at=now + OFFER_LIFE,
    )
    session.add(offer)
    session.flush()
    return MadeOffer(
        link=_link(addresses, token),
        tx_code=tx_code_of(offer, secret_key) if wanted.asks_code else None,
        expires_at=offer.expires_at,
    )


def _seed_of(exchange: str) -> str:
    """The seed of the offer that belongs to an exchange, by the token of that: only who has the token knows it."""
    return secret_hash(f"wallet offer of {exchange}")[:32]


def offer_link(addresses: Addresses, exchange: str, secret_key: str) -> str:
    """The link to the offer that belongs to the exchange with that token."""
    return _link(addresses, _secret("offer", _seed_of(exchange), secret_key))


def _link(addresses: Addresses, token: str) -> str:
    return f"{SCHEME}?credential_offer_uri={quote(addresses.wallet_offer(token), safe='')}"


def open_offer(session: Session, token: str, now: datetime) -> WalletOffer:
    """The offer with that token. Raises NotFoundError where its code was used, has expired, or there never was one."""
    offer = queries.wallet_offers.offer_with(session, secret_hash(token))
    if offer is None or offer.used_at is not None or offer.expires_at <= now:
        raise NotFoundError("no offer with this token is open")
    return offer


def offer_document(offer: WalletOffer, credential_issuer: str, secret_key: str, description: str) -> Json:
    """The Credential Offer; `description` is what a wallet says where it asks for the code."""
    grant: Json = {"pre-authorized_code": _secret("code", offer.seed, secret_key)}
    if offer.asks_code:
        grant["tx_code"] = {
            "input_mode": "numeric",
            "length": TX_CODE_DIGITS,
            "description": description,
        }
    return {
        "credential_issuer": credential_issuer,
        "credential_configuration_ids": [offer.configuration],
        "grants": {PRE_AUTHORIZED: grant},
    }


def tx_code_of(offer: WalletOffer, secret_key: str) -> str:
    """The digits that a wallet has to ask its holder for."""
    made = digest(secret_key.encode(), f"wallet tx_code {offer.seed}".encode(), sha256)
    return f"{int.from_bytes(made) % 10**TX_CODE_DIGITS:0{TX_CODE_DIGITS}d}"


def name_of(offer: WalletOffer, what: Literal["notification", "transaction"], secret_key: str) -> str:
    """The id by which the wallet that has this offer's token names its notification, or a badge that comes later."""
    return _secret(what, offer.seed, secret_key)


def _secret(what: str, seed: str, secret_key: str) -> str:
    """192 bits, which nobody can guess or compute from what is stored."""
    made = digest(secret_key.encode(), f"wallet {what} {seed}".encode(), sha256)[:24]
    return urlsafe_b64encode(made).decode()
