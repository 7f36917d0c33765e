"""The signed status lists as they are served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from badges.status_list import build_status_list
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import queries
from signing.proofs import PROOFS

#: How long a verifier may use a copy of the list,
STATUS_TTL = timedelta(minutes=5)
#: how long a signed list is valid,
STATUS_LIFETIME = timedelta(days=7)
#: and after what time it is signed again, so that a list that is served is valid for days.
STATUS_RENEWAL = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListDocument:
    """The signed list as JSON (`text`) and as a JWT, and the seconds that it may be cached for."""

    text: str
    jwt: str
    max_age: int


def status_list(publisher: Publisher, list_id: int) -> StatusListDocument:
    """The signed list, signed now if its bits or the keys have changed since, or after STATUS_RENEWAL.

    It is signed without a lock. Several requests may sign the same list at once; each gets a valid one, and the last
    one to finish is stored. A bit that is set meanwhile is not lost: the result is stored only if the bits are still
    those that were signed. Raises NotFoundError where there is no such list.
    """
    now = publisher.clock()
    with publisher.store.read() as session:
        row = queries.issuers.status_list(session, list_id)
        if row is None:
            raise NotFoundError("there is no such status list")
        bits, purpose, text, jwt = row.bits, row.purpose, row.text, row.jwt
        # As the credentials in it: with the DID, and at the URL, of the address that they were issued under.
        issuer = publisher.issuers.at(session, row.address)
        kids = issuer.keyring.current_kids(session)
        recent = row.signed_at is not None and now - row.signed_at < STATUS_RENEWAL
        fresh = recent and row.signed_with == kids
    if text is None or jwt is None or not fresh:
        text, jwt = _signed_list(publisher, issuer, list_id, purpose, bits, now)
        with publisher.store.begin() as session:
            locked = queries.issuers.lock_status_list(session, list_id)
            if locked is not None and locked.bits == bits:
                locked.text, locked.jwt, locked.signed_at, locked.signed_with = text, jwt, now, kids
    return StatusListDocument(text=text, jwt=jwt, max_age=int(STATUS_TTL.total_seconds()))


def _signed_list(
    publisher: Publisher, issuer: Issuer, list_id: int, purpose: str, bits: bytes, now: datetime
) -> tuple[str, str]:
    """The list as JSON with a proof, and as a JWT, for verifiers that know only one of them."""
    keyring = issuer.keyring
    with publisher.store.read() as session:
        keys = {name: keyring.signing_key(session, name) for name in (keyring.proofs[0], keyring.proofs[-1])}
    document = build_status_list(
        list_url=issuer.addresses.status_list(list_id),
        issuer_id=issuer.profile.id,
        purpose=purpose,
        bits=bits,
        now=now,
        ttl=STATUS_TTL,
        lifetime=STATUS_LIFETIME,
    )
    text, jwt = (PROOFS[name].secure(document, key, now).text for name, key in keys.items())
    return text, jwt
