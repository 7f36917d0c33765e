"""The badges of a learner as a program gets them: those of this site and those that they keep here, in one list.

A program gets what the learner can call theirs, and whatever it brought itself. What names somebody else as its
recipient is given to no other program: it would be shown as theirs. What was found to be forged later is given to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.foreign_json import issuer_id, text
from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.incoming import FORGED, identity_of, is_theirs
from lti_tool.backpack.owners import addresses_of
from lti_tool.store import Session, queries
from lti_tool.store.models import CredentialRow, KeptBadge
from lti_tool.store.queries.backpack import Held
from lti_tool.values import Json, is_storable
from signing.json_text import read_object


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


def has_already(session: Session, people: Sequence[int], credential: Json, written: str) -> bool:
    """Whether one of these people has this very text, awarded here or kept."""
    issued = _issued_here(session, people, credential)
    if issued is not None:
        return written in issued.texts
    identity = identity_of(issuer_id(credential), text(credential, "id"), written)
    found = queries.backpack.kept_with_identity(session, people, identity)
    return any(each.text == written.strip() for each in found)


def is_issued_here(session: Session, people: Sequence[int], credential: Json) -> bool:
    """Whether this site awarded it to one of these people: it is in the list as it was signed, and not kept again."""
    return _issued_here(session, people, credential) is not None


def _issued_here(session: Session, people: Sequence[int], credential: Json) -> CredentialRow | None:
    address = text(credential, "id") or ""
    if not is_storable(address):
        return None
    row = queries.credentials.credential(session, address.rpartition("/")[2])
    if row is None or row.award.person_id not in people:
        return None
    # Anybody can end the address of theirs with the number of one of ours.
    return row if text(read_object(row.text), "id") == address else None


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
