"""The hosts that the tool knows: described, and with the tool registered as a client, once for all learners."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from lti_tool import __version__
from lti_tool.errors import HostError
from lti_tool.hosts.client import Client, metadata, register
from lti_tool.hosts.discovery import Described, base_of, discover, stored
from lti_tool.issuing.issuer import Issuer
from lti_tool.outgoing import Outgoing
from lti_tool.store import Session, events, queries
from lti_tool.store.database import Store
from lti_tool.store.models import BadgeHost
from lti_tool.values import Decrypt

#: Where hosts send learners back, each to an end of its own.
RETURN_PATH = "/my/places/back"
#: A host that nobody has let the tool in at is forgotten after so long, with its client.
UNUSED = timedelta(days=30)
#: A secret is not used any more so long before it ends.
MARGIN = timedelta(minutes=10)


class Calls(Protocol):
    """What it takes to call hosts; `lti_tool.wiring.Tool` has it. They are strangers, so never at a private address."""

    @property
    def store(self) -> Store: ...
    @property
    def tool_url(self) -> str: ...
    @property
    def verifier_outgoing(self) -> Outgoing: ...
    @property
    def issuer(self) -> Issuer: ...
    @property
    def encrypt(self) -> Callable[[bytes], bytes]: ...
    @property
    def decrypt(self) -> Decrypt: ...
    def clock(self) -> datetime: ...


def find_host(tool: Calls, typed: str) -> int:
    """The id of the host at the address that a learner typed, asked what it is unless that is known still.

    Raises HostError, `own` for this very site, and as `discovery` does.
    """
    base = base_of(typed)
    if urlsplit(base).hostname == urlsplit(tool.tool_url).hostname:
        raise HostError("own")
    with tool.store.read() as session:
        row = queries.hosts.host_at(session, base)
        known = (row.id, row.fresh_until) if row is not None else None
    if known is not None and tool.clock() < known[1]:
        return known[0]
    return _ask(tool, base)


def described_now(tool: Calls, host_id: int) -> Described:
    """What the host says of itself, asked for again where that does not hold any more.

    A host that does not answer just then is taken as it was. Raises HostError where it is none any more, or gone here.
    """
    with tool.store.read() as session:
        row = queries.hosts.host(session, host_id)
        if row is None:
            raise HostError("lost")
        url, described, is_fresh = row.url, stored(row.described), tool.clock() < row.fresh_until
    if is_fresh:
        return described
    try:
        _ask(tool, url)
    except HostError as error:
        if error.code != "unreachable":
            raise
        return described
    with tool.store.read() as session:
        row = queries.hosts.host(session, host_id)
        return stored(row.described) if row is not None else described


def client_of(tool: Calls, host_id: int, described: Described) -> Client:
    """The tool as the host's client: as it registered once, and once more where its secret or its address has ended.

    Raises HostError as `register` does.
    """
    now = tool.clock()
    with tool.store.read() as session:
        row = queries.hosts.host(session, host_id)
        if row is None:
            raise HostError("lost")
        known = _client(tool, row, now)
        redirect_uri = _redirect_uri(tool, row)
    if known is not None:
        return known
    issuer = tool.issuer
    about_us = metadata(
        name=issuer.profile.name_in("en"),
        tool_url=tool.tool_url,
        privacy_url=f"{tool.tool_url}/issuers/{issuer.profile.slug}/privacy",
        redirect_uri=redirect_uri,
        version=__version__,
    )
    made = register(tool.verifier_outgoing, described, about_us, now)
    with tool.store.begin() as session:
        row = queries.hosts.lock_host(session, host_id)
        if row is None:
            raise HostError("lost")
        # Of two who registered at once the first stays, so that there is one client.
        other = _client(tool, row, now)
        if other is not None:
            return other
        row.client_id, row.encrypted_secret = made.client_id, tool.encrypt(made.secret.encode())
        row.secret_ends_at, row.registered_at, row.redirect_uri = made.secret_ends_at, now, redirect_uri
        events.record(session, "host_registered", "badge_host", host_id, now)
    return made


def known_client(tool: Calls, session: Session, host_id: int, client_id: str) -> Client | None:
    """The client by that id; None where the host has another one now, or its secret has ended."""
    row = queries.hosts.host(session, host_id)
    client = _client(tool, row, tool.clock()) if row is not None else None
    return client if client is not None and client.client_id == client_id else None


def forget_client(session: Session, host_id: int, client_id: str) -> None:
    """Has the tool register anew when it is needed: the host knows that client no more."""
    row = queries.hosts.lock_host(session, host_id)
    if row is not None and row.client_id == client_id:
        row.client_id = row.encrypted_secret = None


def delete_unused(session: Session, now: datetime) -> None:
    """Deletes the hosts that nobody uses."""
    queries.hosts.delete_unused_hosts(session, now - UNUSED)


def _ask(tool: Calls, base: str) -> int:
    with tool.store.read() as session:
        row = queries.hosts.host_at(session, base)
        etag = row.etag if row is not None else None
    now = tool.clock()
    found = discover(tool.verifier_outgoing, base, etag, now)
    with tool.store.begin() as session:
        row = queries.hosts.host_at(session, base)
        if row is None:
            if found.described is None:
                raise HostError("not_a_host")
            row = queries.hosts.add_host(session, _new(base, found.described, now))
        if found.described is not None:
            row.described = found.described.as_json()
        row.etag, row.fresh_until, row.used_at = found.etag, found.fresh_until, now
        session.flush()
        return row.id


def _new(base: str, described: Described, now: datetime) -> BadgeHost:
    return BadgeHost(
        url=base,
        described=described.as_json(),
        fresh_until=now,
        return_key=secrets.token_hex(16),
        used_at=now,
    )


def _client(tool: Calls, row: BadgeHost, now: datetime) -> Client | None:
    has_ended = row.secret_ends_at is not None and row.secret_ends_at - MARGIN <= now
    if row.client_id is None or row.encrypted_secret is None or has_ended:
        return None
    if row.redirect_uri != _redirect_uri(tool, row):
        return None
    return Client(
        client_id=row.client_id,
        secret=tool.decrypt(row.encrypted_secret).decode(),
        secret_ends_at=row.secret_ends_at,
    )


def _redirect_uri(tool: Calls, row: BadgeHost) -> str:
    return f"{tool.tool_url}{RETURN_PATH}/{row.return_key}"
