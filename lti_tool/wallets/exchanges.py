"""Exchanges: links that give a badge to the first wallet that asks, and to others on its network, for ten minutes.

A learner makes an offer on a page of their own. It has two links. One gives a copy of the badge, as it can be
downloaded there. The other has a wallet sign a challenge, and gives a badge that is bound to its key. The first never
asks who the wallet is: wallets that are asked throw away what comes then. Of a token only a hash is stored.

Who has the first link gets a file with the learner's name; who has the second can have the learner's badge name a key
of their own. So the second is never in a QR code, which a bystander may photograph.

An answer may be lost on its way, and wallets do not say who they are. So a copy is given again to the same visitor (the
network address, of IPv6 the /64), a bound badge to the same key, until the ten minutes are over, and MOST_TAKES times
at most: whole schools share an address. To all others the link is over. The learner and their teachers see how often.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from lti_tool.errors import AwardStateError, ExchangeOverError
from lti_tool.issuing import bound
from lti_tool.issuing.gathering import valid_credential
from lti_tool.issuing.issuers import Issuers
from lti_tool.store import Session, events, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, CredentialRow, ExpiringValue
from lti_tool.values import secret_hash
from lti_tool.wallets.taken import record_taken
from signing.presentation import proven_holder

LIFE = timedelta(minutes=10)
#: How often one link gives the badge.
MOST_TAKES = 5

#: What an exchange gives: a copy of the badge, or one that is bound to the wallet's key.
Kind = Literal["copy", "bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The tokens of the two links of an offer, and until when they work."""

    copy: str
    bound: str
    ends_at: datetime


def offer(session: Session, award: Award, now: datetime, by: Actor) -> Offer:
    """A new offer of the award's badge. Raises as `lti_tool.issuing.gathering.valid_credential`."""
    credential = valid_credential(session, award.id, now)
    tokens = {kind: _add(session, credential, kind, now) for kind in ("copy", "bound")}
    events.record(session, "wallet_offered", "award", award.id, now, actor=by)
    return Offer(copy=tokens["copy"], bound=tokens["bound"], ends_at=now + LIFE)


def offered(session: Session, token: str, now: datetime) -> CredentialRow:
    """The credential that a link for a copy gives; nothing is used up. Raises ExchangeOverError."""
    return _credential(session, _found(queries.exchanges.found(session, _key(token)), "copy", now), now)


def give_copy(store: Store, token: str, visitor: str, now: datetime) -> str:
    """The text of the badge, byte for byte as it was signed. Raises ExchangeOverError.

    `visitor` says who asks, so that they may ask again.
    """
    with store.begin() as session:
        row = _found(queries.exchanges.lock(session, _key(token)), "copy", now)
        credential = _credential(session, row, now)
        _claim(row, visitor)
        _count(row)
        record_taken(session, credential.award, "vcapi", now)
        return credential.text


def give_bound(
    store: Store, issuers: Issuers, token: str, presentation: str, domains: Collection[str], now: datetime
) -> str:
    """The text of the badge that is bound to the key which has signed the presentation.

    Raises ExchangeOverError, ProofError as `signing.presentation.proven_holder`, and what `bound.issue_bound` raises.
    """
    with store.read() as session:
        # Before anything is computed: whoever has no link is not worth it.
        _found(queries.exchanges.found(session, _key(token)), "bound", now)
    holder = proven_holder(presentation, challenge_of(token), domains, now)
    with store.begin() as session:
        row = _found(queries.exchanges.lock(session, _key(token)), "bound", now)
        award_id = _credential(session, row, now).award_id
        _claim(row, secret_hash(holder))
    try:
        given = bound.issue_bound(store, issuers, award_id, holder, bound.JSON, now)
    except AwardStateError as error:
        raise ExchangeOverError("the badge is not valid any more") from error
    with store.begin() as session:
        # Only what is given counts: a device that does not answer uses nothing up.
        row = _found(queries.exchanges.lock(session, _key(token)), "bound", now)
        _claim(row, secret_hash(holder))
        _count(row)
        credential = queries.credentials.credential(session, given.id)
        if credential is None:
            raise ExchangeOverError("the badge was removed")
        record_taken(session, credential.award, "bound", now)
    return given.text


def challenge_of(token: str) -> str:
    """What a wallet has to sign: another one for each link, and nothing that leads back to the link."""
    return secret_hash(f"challenge {token}")[:32]


def _add(session: Session, credential: CredentialRow, kind: Kind, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    # The credential and not the award, whose number another award may get.
    value = {"credential": credential.id, "kind": kind, "taken_by": None, "takes": 0}
    session.add(ExpiringValue(key=_key(token), value=value, expires_at=now + LIFE))
    return token


def _key(token: str) -> str:
    return f"exchange:{sha256(token.encode()).hexdigest()}"


def _found(row: ExpiringValue | None, kind: Kind, now: datetime) -> ExpiringValue:
    if row is None or row.expires_at <= now or row.value["kind"] != kind:
        raise ExchangeOverError("there is no such link for a wallet, or not any more")
    return row


def _credential(session: Session, row: ExpiringValue, now: datetime) -> CredentialRow:
    """The award's credential as it is now: it may have been corrected since. Raises ExchangeOverError."""
    offered = queries.credentials.credential(session, row.value["credential"])
    if offered is None:
        raise ExchangeOverError("the badge was removed")
    try:
        return valid_credential(session, offered.award_id, now)
    except AwardStateError as error:
        raise ExchangeOverError("the badge is not valid any more") from error


def _claim(row: ExpiringValue, by: str) -> None:
    """From now on the link is theirs. Raises ExchangeOverError for somebody else, and once it has given enough."""
    taken_by = row.value["taken_by"]
    if taken_by not in (None, by):
        raise ExchangeOverError("somebody else has used this link")
    if _takes(row) >= MOST_TAKES:
        raise ExchangeOverError("this link has given the badge often enough")
    row.value = {**row.value, "taken_by": by}


def _count(row: ExpiringValue) -> None:
    row.value = {**row.value, "takes": _takes(row) + 1}


def _takes(row: ExpiringValue) -> int:
    # None in a link of before they were counted.
    return int(row.value.get("takes", 0))
