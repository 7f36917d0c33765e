"""A credential's entry in a Bitstring Status List: allocated when it is issued, set when it is revoked or suspended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.store import Session, journal, queries
from lti_tool.store.models import CredentialRow, StatusList
from signing import status


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListEntry:
    """The bit of one credential: the row id of its list, and the index in that list."""

    list_id: int
    index: int


def allocate_entries(
    session: Session, issuer_id: str, address_id: int, purpose: str, count: int
) -> Sequence[StatusListEntry]:
    """Entries for `count` credentials, all in one list of the issuer's address; nobody else ever gets them.

    Where a credential is not stored after all, its entry stays unused.
    """
    list_id, first, secret = _take(session, issuer_id, address_id, purpose, count)
    return [
        StatusListEntry(list_id=list_id, index=status.index_of(position, secret))
        for position in range(first, first + count)
    ]


def set_status(session: Session, credential: CredentialRow, now: datetime) -> None:
    """Sets the credential's bit: revoked or suspended, by the purpose of its list."""
    journal.note_status(session, "status_set", credential, now)
    row = queries.issuers.lock_status_list(session, credential.status_list_id)
    if row is not None:
        _store_bits(row, status.with_bit_set(row.bits, credential.status_index))


def clear_status(session: Session, credential: CredentialRow, now: datetime) -> None:
    """Clears the credential's bit: it was suspended, and is valid again."""
    journal.note_status(session, "status_cleared", credential, now)
    row = queries.issuers.lock_status_list(session, credential.status_list_id)
    if row is not None:
        _store_bits(row, status.with_bit_cleared(row.bits, credential.status_index))


def _store_bits(row: StatusList, bits: bytes) -> None:
    # The signed list is only dropped here. It is signed again when it is next requested, so that revoking a hundred
    # credentials at once costs one signature.
    row.bits, row.text = bits, None


def _take(
    session: Session, issuer_id: str, address_id: int, purpose: str, count: int
) -> tuple[int, int, bytes]:
    """Of the newest list of the address: its id, the position of the first of `count` entries, and its secret.

    A new one is opened once half of it is taken, so that it stays short when it is packed, and its other half says
    nothing of how many badges there are.
    """
    found = _take_of_newest(session, address_id, purpose, count)
    if found is None:
        # Whoever comes here at the same time waits, and then finds the list that the first one has opened: a list of
        # one badge would name its holder to whoever asks for it.
        queries.issuers.lock_address(session, address_id)
        found = _take_of_newest(session, address_id, purpose, count)
    if found is None:
        session.add(
            StatusList(issuer_id=issuer_id, address_id=address_id, purpose=purpose, bits=status.empty())
        )
        session.flush()
        found = _take_of_newest(session, address_id, purpose, count)
    if found is None:
        raise LookupError(f"no status list has room for {count} credentials at once")
    return found


def _take_of_newest(
    session: Session, address_id: int, purpose: str, count: int
) -> tuple[int, int, bytes] | None:
    list_id = queries.issuers.newest_status_list_id(session, address_id, purpose)
    if list_id is None:
        return None
    taken = queries.issuers.take_entries(session, list_id, count, status.LENGTH // 2)
    return None if taken is None else (list_id, *taken)
