"""The signed status lists, as they are served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from badges.status_list import build_status_list
from lti_tool.errors import NotFoundError
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import queries
from signing.proofs import PROOFS

#: How long a verifier may keep a status list, and how long one signature of it is good for.
STATUS_TTL = timedelta(minutes=5)


STATUS_LIFETIME = timedelta(days=7)


STATUS_RENEWAL = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListDocument:
    text: str
    jwt: str
    max_age: int


def status_list(publisher: Publisher, list_id: int) -> StatusListDocument:
    """The signed list; signed anew where a bit was set since, another key signs now, or the signature is a day old."""
    now = publisher.clock()
    with publisher.store.read() as session:
        row = queries.issuers.status_list(session, list_id)
        if row is None or row.issuer_id != publisher.issuer.profile.id:
            raise NotFoundError("there is no such status list")
        bits, purpose, text, jwt = row.bits, row.purpose, row.text, row.jwt
        kids = publisher.issuer.keyring.current_kids(session)
        young = row.signed_at is not None and now - row.signed_at < STATUS_RENEWAL
        fresh = young and row.signed_with == kids
    if text is None or jwt is None or not fresh:
        text, jwt = _signed_list(publisher, list_id, purpose, bits, now)
        with publisher.store.begin() as session:
            locked = queries.issuers.lock_status_list(session, list_id)
            if locked is not None and locked.bits == bits:
                locked.text, locked.jwt, locked.signed_at, locked.signed_with = text, jwt, now, kids
    return StatusListDocument(text=text, jwt=jwt, max_age=int(STATUS_TTL.total_seconds()))


def _signed_list(
    publisher: Publisher, list_id: int, purpose: str, bits: bytes, now: datetime
) -> tuple[str, str]:
    """In both ways that badges are: inside the JSON, and as a JWT for readers who know nothing else."""
    keyring = publisher.issuer.keyring
    with publisher.store.read() as session:
        keys = {name: keyring.signing_key(session, name) for name in (keyring.proofs[0], keyring.proofs[-1])}
    document = build_status_list(
        list_url=publisher.issuer.addresses.status_list(list_id),
        issuer_id=publisher.issuer.profile.id,
        purpose=purpose,
        bits=bits,
        now=now,
        ttl=STATUS_TTL,
        lifetime=STATUS_LIFETIME,
    )
    text, jwt = (PROOFS[name].secure(document, key, now).text for name, key in keys.items())
    return text, jwt
