"""The badges of a learner as a program gets them: those of this site and those that they keep here, in one list.

A program gets what the learner can call theirs, and whatever it brought itself. What names somebody else as its
recipient is given to no other program: it would be shown as theirs. What was found to be forged later is given to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.incoming import FORGED, is_theirs
from lti_tool.store import Session, queries
from lti_tool.store.models import KeptBadge
from lti_tool.store.queries.backpack import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the list: texts of credentials as JSON and as compact JWS, and how many the whole list has."""

    credentials: Sequence[str]
    compact_jws: Sequence[str]
    total: int


def part_of(
    session: Session, visit: ProgramVisit, offset: int, limit: int, since: datetime | None = None
) -> Part:
    """The part of the list behind `offset`, oldest first; only what was issued after `since`."""
    held = _held(session, visit)
    wanted = sorted((each for each in held if since is None or each.since > since), key=_order)
    here = wanted[offset : offset + limit]
    credentials: list[str] = []
    compact_jws: list[str] = []
    for each in here:
        if each.credential_id is not None:
            row = queries.credentials.credential(session, each.credential_id)
            if row is not None:
                credentials.append(row.text)
        elif each.kept_id is not None:
            kept = queries.backpack.kept(session, each.kept_id)
            if kept is not None:
                (compact_jws if kept.form == "jwt" else credentials).append(kept.text)
    return Part(credentials=credentials, compact_jws=compact_jws, total=len(wanted))


def addresses_of(session: Session, people: Sequence[int]) -> frozenset[str]:
    """The addresses that these people, who are one learner, have proved."""
    found = (queries.proved_addresses.of_person(session, person_id) for person_id in people)
    return frozenset(row.address for rows in found for row in rows)


def has_already(session: Session, people: Sequence[int], credential_id: str, text: str) -> bool:
    """Whether it is a badge of this site that one of these people was awarded: it is in the list as it is."""
    row = queries.credentials.credential(session, credential_id.rpartition("/")[2])
    return row is not None and row.award.person_id in people and text in row.texts


def _held(session: Session, visit: ProgramVisit) -> Sequence[Held]:
    addresses = addresses_of(session, visit.people)
    kept = [
        Held(None, row.id, row.valid_from or row.kept_at)
        for row in queries.backpack.kept_badges(session, visit.people)
        if _may_have(row, visit.client_id, addresses)
    ]
    return [*queries.backpack.issued_held(session, visit.people), *kept]


def _may_have(row: KeptBadge, client_id: str, addresses: frozenset[str]) -> bool:
    if row.form == "other" or row.verdict in FORGED:
        return False
    return row.brought_by == client_id or is_theirs(row.subject, addresses)


def _order(each: Held) -> tuple[datetime, str, int]:
    return each.since, each.credential_id or "", each.kept_id or 0
