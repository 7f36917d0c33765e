"""A badge's place in a status list: found when it is issued, set when it is revoked or suspended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from lti_tool.store import Session, queries
from lti_tool.store.models import CredentialRow, StatusList
from signing import status


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListEntry:
    list_id: int
    index: int


def allocate_entry(session: Session, issuer_id: str, purpose: str) -> StatusListEntry:
    """A random one: the order of issuing is not to be read from the list."""
    listing = _open_list(session, issuer_id, purpose)
    while True:
        index = secrets.randbelow(status.LENGTH)
        if not queries.issuers.is_index_taken(session, listing.id, index):
            return StatusListEntry(list_id=listing.id, index=index)


def mark(session: Session, credential: CredentialRow, on: bool) -> None:
    """Every later check finds it so. The list is signed when it is next asked for: once for a burst, not for each."""
    listing = queries.issuers.lock_status_list(session, credential.status_list_id)
    if listing is not None:
        change = status.with_bit_set if on else status.with_bit_cleared
        listing.bits = change(listing.bits, credential.status_index)
        listing.text = None


def _open_list(session: Session, issuer_id: str, purpose: str) -> StatusList:
    """The issuer's newest list; a new one when that is half full, so that a random free index is found at once."""
    newest = queries.issuers.newest_status_list(session, issuer_id, purpose)
    if newest is None or queries.issuers.count_taken_indexes(session, newest.id) * 2 >= status.LENGTH:
        newest = StatusList(issuer_id=issuer_id, purpose=purpose, bits=status.empty())
        session.add(newest)
        session.flush()
    return newest
