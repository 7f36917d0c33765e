"""The badge that a wallet gets for its access token: the very text that was signed.

Source: OpenID for Verifiable Credential Issuance 1.0, 8 and 9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Protocol

from badges.errors import MissingElementsError
from lti_tool.errors import NotAllowedError, NotFoundError, WalletError
from lti_tool.issuing.bound import issue_bound
from lti_tool.issuing.gathering import valid_credential
from lti_tool.issuing.issuers import Issuers
from lti_tool.logs import error_name, log
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import WalletOffer
from lti_tool.wallets.configurations import CONFIGURATIONS, Configuration
from lti_tool.wallets.messages import CREDENTIAL_IDENTIFIER, CredentialRequest
from lti_tool.wallets.offers import name_of
from signing.errors import ProofError, SigningError
from signing.key_proof import KeyProof, verify_key_proof

#: To how many keys one access token has a badge bound: a wallet may lose its key before it has the badge, even twice.
MOST_HOLDERS = 3


class Gives(Protocol):
    """The database, the issuers and the clock; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...
    @property
    def issuers(self) -> Issuers: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBadge:
    """A badge as it stands in the JSON of an answer, and what its wallet calls it in a notification.

    `json` is the text that was signed, or a JSON string with a compact text in it.
    """

    json: str
    notification_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterBadge:
    """A badge that is not there yet, and by what its wallet asks for it again."""

    transaction_id: str


def asked_configuration(offer: WalletOffer, request: CredentialRequest) -> Configuration:
    """The configuration that was offered, where it is what the request asks for.

    Raises WalletError: unknown_credential_configuration, unknown_credential_identifier, credential_request_denied.
    """
    offered = CONFIGURATIONS[offer.configuration]
    if request.draft is not None:
        if not offered.is_asked_for_by(request.draft.format, request.draft.definition):
            raise WalletError("unknown_credential_configuration", "nothing of that form was offered")
    elif request.identifier is not None:
        if request.identifier != CREDENTIAL_IDENTIFIER:
            raise WalletError("unknown_credential_identifier", "there is no such credential")
    elif request.configuration_id not in CONFIGURATIONS:
        raise WalletError("unknown_credential_configuration", "there is no such configuration")
    elif request.configuration_id != offered.id:
        raise WalletError("credential_request_denied", "the access token is for another configuration")
    return offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an offer was taken for, as plain values: the award, in which configuration, and the ids for its wallet.

    `holder`: to whom it was to be bound when the wallet asked last.
    """

    offer_id: int
    award_id: int
    configuration: Configuration
    holder: str | None
    notification_id: str
    transaction_id: str


def taken(offer: WalletOffer, secret_key: str) -> Taken:
    """What the offer is taken for by the wallet that has its access token."""
    return Taken(
        offer_id=offer.id,
        award_id=offer.award_id,
        configuration=CONFIGURATIONS[offer.configuration],
        holder=offer.holders[-1] if offer.holders else None,
        notification_id=name_of(offer, "notification", secret_key),
        transaction_id=name_of(offer, "transaction", secret_key),
    )


def shown_key(
    configuration: Configuration, request: CredentialRequest, audience: str, now: datetime
) -> KeyProof:
    """The key that the request shows, where it is one to which this configuration is bound; its nonce is not asked for.

    Raises WalletError `invalid_proof`.
    """
    if request.proof is None:
        raise WalletError("invalid_proof", "this badge is bound to a key, and the request has no key proof")
    try:
        proof = verify_key_proof(request.proof, audience, now)
    except ProofError as error:
        raise WalletError("invalid_proof", str(error)) from error
    if proof.nonce is None:
        raise WalletError("invalid_proof", "the key proof has no nonce")
    if not configuration.binds(proof):
        methods = ", ".join(configuration.binding_methods)
        raise WalletError("invalid_proof", f"the key is named by one of: {methods}")
    return proof


def note_holder(session: Session, taken: Taken, holder: str) -> None:
    """Notes to whom a badge is about to be bound. Raises WalletError `credential_request_denied`.

    A wallet that comes again may have lost its key, and has made a new one. Once it has said that it has the badge, or
    has come too often, whoever shows another key with its token is somebody else.
    """
    offer = queries.wallet_offers.lock_offer(session, taken.offer_id)
    if offer is None:
        raise WalletError("credential_request_denied", "there is no such badge any more")
    others = [each for each in offer.holders if each != holder]
    is_new = len(others) == len(offer.holders)
    if is_new and (offer.accepted_at is not None or len(others) >= MOST_HOLDERS):
        raise WalletError("credential_request_denied", "the badge was given to somebody else's key")
    offer.holders = [*others, holder]


def give(tool: Gives, taken: Taken, holder: str | None) -> GivenBadge | LaterBadge:
    """The badge that was offered, as it is now, bound to the holder where it is to be bound to one.

    Raises WalletError `credential_request_denied` where there is no valid badge, or none can be bound to the holder.
    """
    now = tool.clock()
    with tool.store.read() as session:
        offer = queries.wallet_offers.offer(session, taken.offer_id)
        if offer is None:
            raise WalletError("credential_request_denied", "there is no such badge any more")
        if offer.award.credential is None and offer.award.status in ("earned", "waiting"):
            # It is made anew at this moment, such as after somebody has awarded it again.
            return LaterBadge(transaction_id=taken.transaction_id)
        try:
            own = valid_credential(session, offer.award_id, now).text
        except NotAllowedError as error:
            raise WalletError("credential_request_denied", "there is no valid badge any more") from error
    if taken.configuration.form is None:
        return GivenBadge(json=own, notification_id=taken.notification_id)
    if holder is None:
        raise WalletError("credential_request_denied", "the badge is bound to a key, and none was shown")
    try:
        text = issue_bound(
            tool.store, tool.issuers, taken.award_id, holder, taken.configuration.form, now
        ).text
    except (NotAllowedError, NotFoundError, MissingElementsError) as error:
        raise WalletError("credential_request_denied", "no badge can be bound to this key") from error
    except SigningError as error:
        # Such as a device with the issuer's keys that does not answer at this moment.
        log.warning("wallet_badge_not_signed", error=error_name(error))
        return LaterBadge(transaction_id=taken.transaction_id)
    return GivenBadge(json=taken.configuration.as_json(text), notification_id=taken.notification_id)


def check_transaction(taken: Taken, transaction_id: str) -> None:
    """Raises WalletError `invalid_transaction_id` where it is not that of the offer."""
    if not compare_digest(transaction_id.encode(), taken.transaction_id.encode()):
        raise WalletError("invalid_transaction_id", "nothing is made under this id")
