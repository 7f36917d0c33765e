"""Places of endorsements in the status list of their organisation, and what is set there when one is withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.store import Session, queries
from lti_tool.store.models import OrganisationRow, OrganisationStatusList
from signing import status


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The bit of one endorsement: the row of its list, and the index in that list."""

    list_id: int
    index: int


def list_address(row: OrganisationRow, list_id: int) -> str:
    """Where a list of the organisation is served, which is its id."""
    return f"{row.address}/status/{list_id}"


def take_place(session: Session, row: OrganisationRow) -> Place:
    """A place that no other endorsement gets. The organisation is to be locked."""
    newest = queries.organisations.newest_status_list(session, row.id)
    # Half of a list, as with badges: the other half says nothing of how many there are.
    if newest is None or newest.taken >= status.LENGTH // 2:
        newest = OrganisationStatusList(organisation_id=row.id, bits=status.empty(), taken=0)
        session.add(newest)
        session.flush()
    position, newest.taken = newest.taken, newest.taken + 1
    return Place(list_id=newest.id, index=status.index_of(position, newest.order_secret))


def set_withdrawn(session: Session, list_id: int, index: int) -> None:
    """Sets the bit; the signed list is signed again when it is next asked for. A list that is gone is passed over."""
    found = queries.organisations.lock_status_list(session, list_id)
    if found is not None:
        found.bits, found.text = status.with_bit_set(found.bits, index), None
