"""The badges of a learner as a program gets them: those of this site and those that they keep here, in one list.

A program gets what the learner can call theirs, and whatever it brought itself. What names somebody else as its
recipient is given to no other program: it would be shown as theirs. What was found to be forged later is given to none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from badges.foreign_json import issuer_id, text
from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.incoming import FORGED, Form, identity_of, is_theirs
from lti_tool.backpack.spellings import spellings_of
from lti_tool.store import Session, queries
from lti_tool.store.models import CredentialRow, KeptBadge
from lti_tool.store.queries.backpack import Held
from lti_tool.values import Json, is_storable
from signing.json_text import read_object

#: A compact JWS, which needs no escaping in JSON.
COMPACT_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
#: Of one answer: it is in memory several times while it is sent.
MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the list: texts of credentials as JSON and as compact JWS.

    `count`: how far it goes from where it begins; `total`: how many the whole list has.
    """

    credentials: Sequence[str]
    compact_jws: Sequence[str]
    count: int
    total: int


def part_of(
    session: Session, visit: ProgramVisit, offset: int, limit: int, since: datetime | None = None
) -> Part:
    """The part of the list behind `offset`, oldest first; only what was issued after `since`.

    It ends after `limit` badges, or MOST_BYTES.
    """
    return _part(session, _held(session, visit), offset, limit, since)


def assertions_of(
    session: Session, visit: ProgramVisit, offset: int, limit: int, since: datetime | None = None
) -> Part:
    """As `part_of`, of the badges of Open Badges 2.0 that the learner keeps. This site issues none of these."""
    return _part(session, _kept_held(session, visit, "other"), offset, limit, since)


def _part(session: Session, held: Sequence[Held], offset: int, limit: int, since: datetime | None) -> Part:
    wanted = sorted((each for each in held if since is None or each.since > since), key=_order)
    asked = wanted[offset : offset + limit]
    # Twice: what is kept is not read beyond the size, and how large the site's own are is known once they are read.
    page = _until_full(asked, [each.size for each in asked])
    issued = queries.backpack.issued_texts(session, [row.credential_id for row in page if row.credential_id])
    kept = queries.backpack.kept_texts(session, [row.kept_id for row in page if row.kept_id is not None])
    here = _until_full(page, [each.size or len(issued.get(each.credential_id or "", "")) for each in page])
    texts = [_text_of(row, issued, kept).strip() for row in here]
    return Part(
        credentials=[each for each in texts if each.startswith("{")],
        compact_jws=[each for each in texts if COMPACT_JWS.fullmatch(each)],
        count=len(here),
        total=len(wanted),
    )


def _text_of(row: Held, issued: Mapping[str, str], kept: Mapping[int, tuple[str, str]]) -> str:
    """The text; empty where it was removed meanwhile."""
    if row.credential_id is None:
        return kept.get(row.kept_id or 0, ("", ""))[1]
    return issued.get(row.credential_id, "")


def _until_full(page: Sequence[Held], sizes: Sequence[int]) -> Sequence[Held]:
    """The first of them, as many as fit into one answer; one in any case."""
    fitting = sum(1 for size in accumulate(sizes) if size <= MOST_BYTES)
    return page[: max(1, fitting)]


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
    kept = _kept_held(session, visit, "json", "jwt")
    return [*queries.backpack.issued_held(session, visit.people), *kept]


def _kept_held(session: Session, visit: ProgramVisit, *forms: Form) -> Sequence[Held]:
    """What is kept in one of these forms and may be given to the program."""
    addresses = spellings_of(session, visit.people)
    return [
        Held(None, row.id, row.valid_from or row.kept_at, row.size)
        for row in queries.backpack.kept_badges(session, visit.people)
        if row.form in forms and _may_have(row, visit.client_id, addresses)
    ]


def _may_have(row: KeptBadge, client_id: str, addresses: frozenset[str]) -> bool:
    if row.verdict in FORGED:
        return False
    return row.brought_by == client_id or is_theirs(row.subject, addresses)


def _order(each: Held) -> tuple[datetime, str, int]:
    return each.since, each.credential_id or "", each.kept_id or 0
