"""What programs were let into: given by a learner on a page of theirs, shown to the tool by a token, ended by either.

An access opens what a session would that began as the learner's did: the badges of those who had proved its address by
then, and still have. So an access is worth nothing any more once they take the address back; at a reused domain, once
nobody confirms any more that it is theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.backpack.owners import lock_owner
from lti_tool.errors import NotFoundError
from lti_tool.people import addresses
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import ProgramAccess
from lti_tool.values import secret_hash

#: As the standard has it for codes, and says for access tokens; an access that is not renewed ends with its token.
CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=90)
#: However often it is renewed, an access ends this long after it was given: then its learner is asked again.
LONGEST = timedelta(days=365)
#: Of one learner.
MOST_ACCESSES = 50
#: The last use is recorded no more often than that: a program may ask many times a second.
RECORD_USE_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramVisit:
    """A program with an access token: for which badges, and what it may.

    `people`: by person id, never empty, in the order in which they proved the address.
    """

    access_id: int
    client_id: str
    address: str
    scopes: Sequence[str]
    people: Sequence[int]


def find_visit(
    session: Session, token: str, reused_domains: Collection[str], now: datetime
) -> ProgramVisit | None:
    """The visit of an access token; None where it is none, has expired or was ended, or opens nobody's badges."""
    row = queries.backpack.token(session, secret_hash(token)) if token else None
    if row is None or row.kind != "access" or row.expires_at <= now:
        return None
    people = opened_by(session, row.access, reused_domains, now)
    if not people:
        return None
    return ProgramVisit(
        access_id=row.access_id,
        client_id=row.access.client_id,
        address=row.access.address,
        scopes=row.scopes,
        people=people,
    )


def find_visit_to_write(
    session: Session, token: str, reused_domains: Collection[str], now: datetime
) -> ProgramVisit | None:
    """As `find_visit`, and nobody ends the access or erases the learner before the transaction is over.

    The person is locked before the access, as an erasure does it.
    """
    found = find_visit(session, token, reused_domains, now)
    if found is None:
        return None
    try:
        lock_owner(session, found.people)
    except NotFoundError:
        return None
    queries.backpack.lock_access(session, found.access_id)
    # What was read before the locks were there need not hold any more.
    session.expire_all()
    return find_visit(session, token, reused_domains, now)


def opened_by(
    session: Session, access: ProgramAccess, reused_domains: Collection[str], now: datetime
) -> Sequence[int]:
    """The people whose badges the access opens."""
    return addresses.opened_by_given(session, access, now, reused_domains)


def running(
    session: Session, people: Collection[int], reused_domains: Collection[str], now: datetime
) -> Sequence[ProgramAccess]:
    """The accesses that open any of these people, under whichever address of theirs they were given, oldest first."""
    found = queries.backpack.accesses(session, addresses.addresses_of(session, people), now)
    return addresses.given_by(session, found, people, now, reused_domains)


def record_use(session: Session, access_id: int, now: datetime) -> None:
    """Records that the access was used, where the last use that is recorded is long ago."""
    row = queries.backpack.access(session, access_id)
    if row is not None and is_use_to_record(row, now):
        row.used_at = row.program.used_at = now


def is_use_to_record(row: ProgramAccess, now: datetime) -> bool:
    """Whether the last use that is recorded is so long ago that another one is to be."""
    return row.used_at is None or now - row.used_at > RECORD_USE_EVERY


def end(session: Session, access: ProgramAccess, why: str, now: datetime, by: Actor) -> None:
    """Ends the access: nothing that its program was given works any more. `why` is a code."""
    data = {"program": access.client_id}
    # A backup from before would give it back.
    journal.note(session, "program_ended", data | {"given_at": access.given_at.isoformat()}, now)
    events.record(session, "program_ended", "program_access", access.id, now, actor=by, why=why, data=data)
    queries.backpack.delete_accesses(session, [access.id])
