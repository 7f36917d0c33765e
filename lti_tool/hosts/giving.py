"""An access that a learner has just given at their host, as it is kept; or taken back there, where it cannot be."""

from __future__ import annotations

from datetime import datetime

from lti_tool.errors import NotAllowedError
from lti_tool.hosts import accesses
from lti_tool.hosts.client import Tokens, revoke
from lti_tool.hosts.connecting import Calls, known_client
from lti_tool.hosts.discovery import stored
from lti_tool.issuing import hosts_to_bring
from lti_tool.people import addresses
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import HostAccess

#: Of one address.
MOST_ACCESSES = 20


def give(
    tool: Calls, host_id: int, address: str, since: datetime, client_id: str, tokens: Tokens, by: Actor
) -> int:
    """The id of the access that the tokens are for, in the place of one to the same host from before.

    `address` and `since` as `HostAccess` has them. Raises NotAllowedError beyond MOST_ACCESSES, and where the address
    opens nobody's badges any more; then the host is told that the tokens are over.
    """
    now = tool.clock()
    given = HostAccess(
        host_id=host_id, address=address, since=since, given_at=now, client_id=client_id, brings_new=False
    )
    accesses.seal(tool, given, tokens)
    try:
        with tool.store.begin() as session:
            row = _put(session, given)
            events.record(session, "host_access_given", "host_access", row.id, now, actor=by)
            brought = queries.hosts.brought_to(session, row.id)
            hosts_to_bring.bring(
                session, row.id, [each.award_id for each in brought if each.trouble == "lost"], now
            )
            return row.id
    except NotAllowedError:
        _take_back(tool, given, tokens)
        raise


def _put(session: Session, given: HostAccess) -> HostAccess:
    queries.proved_addresses.hold(session, given.address)
    # While the host was asked its learner may have been erased, or have taken the address back.
    if not addresses.opened_by(session, given.address, given.since, ()).people:
        raise NotAllowedError("the address opens nobody's badges any more")
    known = queries.hosts.accesses(session, [given.address])
    if len([each for each in known if each.host_id != given.host_id]) >= MOST_ACCESSES:
        raise NotAllowedError(f"badges are brought to {MOST_ACCESSES} places already")
    same = next((each.id for each in known if each.host_id == given.host_id), None)
    # It may be ended in this moment.
    row = queries.hosts.lock_access(session, same) if same is not None else None
    if row is None:
        row = queries.hosts.add_access(session, given)
    row.since, row.given_at, row.client_id = given.since, given.given_at, given.client_id
    row.encrypted_tokens, row.usable_until = given.encrypted_tokens, given.usable_until
    row.lost_at = row.renewed_until = row.told = None
    session.flush()
    return row


def _take_back(tool: Calls, given: HostAccess, tokens: Tokens) -> None:
    with tool.store.read() as session:
        host = queries.hosts.host(session, given.host_id)
        client = known_client(tool, session, given.host_id, given.client_id)
    if host is not None and client is not None:
        revoke(tool.verifier_outgoing, stored(host.described).revocation, client, tokens)
