"""The badge that a wallet gets for its access token: the very text that was signed.

Source: OpenID for Verifiable Credential Issuance 1.0, 8 and 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from lti_tool.errors import NotAllowedError, WalletError
from lti_tool.store.models import WalletOffer
from lti_tool.wallets.configurations import CONFIGURATIONS, Configuration
from lti_tool.wallets.messages import CREDENTIAL_IDENTIFIER, CredentialRequest
from lti_tool.wallets.offers import name_of, valid_credential


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBadge:
    """A badge as JSON, the text that was signed, and what its wallet calls it in a notification."""

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


def give(offer: WalletOffer, secret_key: str, now: datetime) -> GivenBadge | LaterBadge:
    """The award's own badge, bound to nobody. Raises WalletError `credential_request_denied` where it is not valid."""
    award = offer.award
    if award.credential is None and award.status in ("earned", "waiting"):
        # It is made anew at this moment, such as after somebody has awarded it again.
        return LaterBadge(transaction_id=name_of(offer, "transaction", secret_key))
    try:
        credential = valid_credential(award, now)
    except NotAllowedError as error:
        raise WalletError("credential_request_denied", "there is no valid badge any more") from error
    return GivenBadge(json=credential.text, notification_id=name_of(offer, "notification", secret_key))


def check_transaction(offer: WalletOffer, transaction_id: str, secret_key: str) -> None:
    """Raises WalletError `invalid_transaction_id` where it is not that of the offer."""
    if not compare_digest(transaction_id.encode(), name_of(offer, "transaction", secret_key).encode()):
        raise WalletError("invalid_transaction_id", "nothing is made under this id")
