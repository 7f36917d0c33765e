"""A credential's entry in a Bitstring Status List: allocated when it is issued, set when it is revoked or suspended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from lti_tool.store import Session, queries
from lti_tool.store.models import CredentialRow, StatusList
from signing import status


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListEntry:
    """The bit of one credential: the row id of its list, and the index in that list."""

    list_id: int
    index: int


def allocate_entry(session: Session, issuer_id: str, address_id: int, purpose: str) -> StatusListEntry:
    """A free entry, at a random index, of a list of the issuer's address.

    So the list does not show in which order credentials were issued.
    Nothing is reserved: two transactions may be given the same entry. The unique constraint of `credential` on list
    and index lets only one of them store its credential; the job of the other fails, and allocates again when it is
    retried.
    """
    row = _list_with_room(session, issuer_id, address_id, purpose)
    while True:
        index = secrets.randbelow(status.LENGTH)
        if not queries.issuers.is_index_taken(session, row.id, index):
            return StatusListEntry(list_id=row.id, index=index)


def set_status(session: Session, credential: CredentialRow) -> None:
    """Sets the credential's bit: revoked or suspended, by the purpose of its list."""
    row = queries.issuers.lock_status_list(session, credential.status_list_id)
    if row is not None:
        _store_bits(row, status.with_bit_set(row.bits, credential.status_index))


def clear_status(session: Session, credential: CredentialRow) -> None:
    """Clears the credential's bit: it was suspended, and is valid again."""
    row = queries.issuers.lock_status_list(session, credential.status_list_id)
    if row is not None:
        _store_bits(row, status.with_bit_cleared(row.bits, credential.status_index))


def _store_bits(row: StatusList, bits: bytes) -> None:
    # The signed list is only dropped here. It is signed again when it is next requested, so that revoking a hundred
    # credentials at once costs one signature.
    row.bits, row.text = bits, None


def _list_with_room(session: Session, issuer_id: str, address_id: int, purpose: str) -> StatusList:
    """The newest list of the address; a new one once that is half full, to find an index in about two tries."""
    newest = queries.issuers.newest_status_list(session, address_id, purpose)
    if newest is None or _is_half_full(session, newest):
        # Whoever comes here at the same time waits, and then finds the list that the first one has opened: a list of
        # one badge would name its holder to whoever asks for it.
        queries.issuers.lock_address(session, address_id)
        newest = queries.issuers.newest_status_list(session, address_id, purpose)
    if newest is None or _is_half_full(session, newest):
        newest = StatusList(issuer_id=issuer_id, address_id=address_id, purpose=purpose, bits=status.empty())
        session.add(newest)
        session.flush()
    return newest


def _is_half_full(session: Session, row: StatusList) -> bool:
    return queries.issuers.count_taken_indexes(session, row.id) * 2 >= status.LENGTH
