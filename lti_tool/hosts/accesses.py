"""What learners let the tool do at their hosts: sealed here, renewed, lost, and ended by either."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from lti_tool.deliveries.recording import record
from lti_tool.errors import HostError
from lti_tool.hosts import ended, telling
from lti_tool.hosts.client import Tokens, renew, revoke
from lti_tool.hosts.connecting import Calls, described_now, forget_client, known_client
from lti_tool.people import addresses
from lti_tool.people.ended_accesses import tell_hosts
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import HostAccess

#: A token is not shown any more so long before it ends.
MARGIN = timedelta(seconds=60)
#: For so long one worker asks for new tokens, alone: longer than any call takes.
RENEWAL = timedelta(seconds=60)


def opened_by(
    session: Session, row: HostAccess, reused_domains: Collection[str], now: datetime
) -> Sequence[int]:
    """The people whose badges the access brings."""
    return addresses.opened_by_given(session, row, now, reused_domains)


def accesses_of(
    session: Session, people: Collection[int], reused_domains: Collection[str], now: datetime
) -> Sequence[HostAccess]:
    """The accesses that bring badges of any of these people, under whichever address of theirs, oldest first."""
    found = queries.hosts.accesses(session, addresses.addresses_of(session, people))
    return addresses.given_by(session, found, people, now, reused_domains)


def tokens_of(tool: Calls, row: HostAccess) -> Tokens:
    """The tokens, opened. Raises HostError `lost` where there are none any more."""
    if row.encrypted_tokens is None:
        raise HostError("lost")
    opened = json.loads(tool.decrypt(row.encrypted_tokens))
    return Tokens(access=opened["access"], refresh=opened["refresh"], ends_at=row.usable_until)


def renewed(tool: Calls, access_id: int, used: Tokens) -> Tokens:
    """Other tokens than those that were `used`, asked for by one worker at a time, and stored before they are used.

    Raises HostError: `busy` while another worker asks; `lost` where the host gives none any more, which is noted; else
    as `renew` does.
    """
    now = tool.clock()
    with tool.store.begin() as session:
        if not queries.hosts.claim_renewal(session, access_id, now, now + RENEWAL):
            raise HostError("busy", retry_after=RENEWAL.total_seconds() / 4)
        row = queries.hosts.lock_access(session, access_id)
        if row is None:
            raise HostError("lost")
        current, host_id, client_id = tokens_of(tool, row), row.host_id, row.client_id
        given_at = row.given_at
        if current.access != used.access:
            # Another worker was faster.
            row.renewed_until = None
            return current
        client = known_client(tool, session, host_id, client_id)
    try:
        if client is None:
            raise HostError("lost")
        described = described_now(tool, host_id)
        fresh = renew(tool.verifier_outgoing, described, client, current, now)
    except HostError as error:
        _end_renewal(tool, access_id, client_id, given_at, error)
        if error.code == "client_lost":
            raise HostError("lost") from error
        raise
    is_stored = False

    def store(session: Session) -> None:
        nonlocal is_stored
        is_stored = _store(tool, session, access_id, used, fresh)

    # The old refresh token is worth nothing now: the new one must not be lost because the database is away.
    record(tool.store, store)
    if not is_stored:
        # Whoever ended the access, or gave it anew, could take back only the tokens of before.
        revoke(tool.verifier_outgoing, described.revocation, client, fresh)
        raise HostError("busy", retry_after=0)
    return fresh


def end(tool: Calls, access_id: int, by: Actor) -> bool:
    """Ends the access here, then at the host; whether the host has said that it takes the tokens no more."""
    now = tool.clock()
    with tool.store.begin() as session:
        row = queries.hosts.lock_access(session, access_id)
        if row is None:
            return True
        has_tokens = row.encrypted_tokens is not None
        # A backup from before would give it back, and have badges brought there once more.
        note = {"host": row.host.url, "given_at": row.given_at.isoformat()}
        journal.note(session, "host_access_ended", note, now)
        events.record(session, "host_access_ended", "host_access", access_id, now, actor=by)
        to_tell = queries.hosts.delete_accesses(session, [access_id])
        # Where the process dies now, or the host does not answer whoever waits for this page.
        tell_hosts(session, now + ended.WAIT)
    if not has_tokens:
        return True
    return bool(to_tell) and all(ended.tell_now(tool, each) for each in to_tell)


def lose(session: Session, row: HostAccess, given_at: datetime, now: datetime) -> None:
    """Notes that the host takes the tokens no more: they are deleted, and what waits is not brought.

    `given_at`: of the access that was asked for. One that was given anew meanwhile is not lost.
    """
    if row.lost_at is not None or row.given_at != given_at:
        return
    row.lost_at, row.encrypted_tokens, row.renewed_until = now, None, None
    waiting = [each for each in queries.hosts.brought_to(session, row.id) if each.status == "pending"]
    for each in waiting:
        each.status, each.trouble = "failed", "lost"
    if waiting:
        telling.plan(session, row, waiting[0].award_id, "lost", now)
    events.record(session, "host_access_lost", "host_access", row.id, now, actor=TOOL)


def seal(tool: Calls, row: HostAccess, tokens: Tokens) -> None:
    """Gives the access these tokens, encrypted."""
    row.encrypted_tokens, row.usable_until = tool.encrypt(tokens.as_bytes()), tokens.ends_at


def _store(tool: Calls, session: Session, access_id: int, used: Tokens, fresh: Tokens) -> bool:
    """Whether the access is still that of the tokens that were `used`: it may have been ended, or given anew."""
    row = queries.hosts.lock_access(session, access_id)
    if row is None or row.encrypted_tokens is None:
        return False
    # The fresh ones where this is run again after a commit whose outcome nobody knew.
    if tokens_of(tool, row).access not in (used.access, fresh.access):
        return False
    seal(tool, row, fresh)
    row.renewed_until = None
    return True


def _end_renewal(tool: Calls, access_id: int, client_id: str, given_at: datetime, error: HostError) -> None:
    with tool.store.begin() as session:
        row = queries.hosts.lock_access(session, access_id)
        if row is None:
            return
        row.renewed_until = None
        if error.code == "client_lost":
            forget_client(session, row.host_id, client_id)
        if error.code in ("lost", "client_lost"):
            lose(session, row, given_at, tool.clock())
