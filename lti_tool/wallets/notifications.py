"""What a wallet says of a badge that it was given; that it has stored it is a delivery, which its teacher sees.

Source: OpenID for Verifiable Credential Issuance 1.0, 11.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from lti_tool.errors import WalletError
from lti_tool.store import Session
from lti_tool.store.models import WalletOffer
from lti_tool.wallets.messages import Notification
from lti_tool.wallets.offers import name_of
from lti_tool.wallets.taken import record_taken

#: How the delivery says that the badge went there.
PROTOCOL = "openid4vci"


def note(session: Session, offer: WalletOffer, said: Notification, secret_key: str, now: datetime) -> None:
    """Notes what the wallet says; the same once more changes nothing.

    That a badge was refused or deleted there is its learner's own affair, and is kept nowhere. Raises WalletError
    `invalid_notification_id` for an id that is not that of the offer.
    """
    known = name_of(offer, "notification", secret_key)
    if not compare_digest(said.notification_id.encode(), known.encode()):
        raise WalletError("invalid_notification_id", "no badge was given under this id")
    if said.event != "credential_accepted" or offer.accepted_at is not None:
        return
    offer.accepted_at = now
    record_taken(session, offer.award, PROTOCOL, now)
