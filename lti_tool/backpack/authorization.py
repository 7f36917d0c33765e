"""The three questions of a program: may I in, give me a token, take this token back; and what a learner answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import OAuth2Error

from lti_tool.backpack import accesses
from lti_tool.backpack.accesses import CODE_LIFE, MOST_ACCESSES
from lti_tool.backpack.oauth import Server
from lti_tool.backpack.owners import owner_of
from lti_tool.backpack.requests import OAuthAnswer, OAuthRequest
from lti_tool.backpack.scopes import to_allow
from lti_tool.errors import NotAllowedError, ProgramRefusedError
from lti_tool.people.addresses import opened_by
from lti_tool.store import Session, events, queries
from lti_tool.store.events import person
from lti_tool.store.models import ProgramAccess
from lti_tool.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a program asks a learner for: its own words about itself, which are not known to be true, and its scopes.

    `host` is where the answer goes; that alone is sure.
    """

    registered: Json
    host: str
    scopes: Sequence[str]
    grant: Any

    @property
    def client_id(self) -> str:
        return str(self.grant.client.row.client_id)


class Learner(Protocol):
    """Who lets a program in: a session that a code to `address` began at `since`, which opens `people`."""

    @property
    def address(self) -> str: ...

    @property
    def since(self) -> datetime: ...

    @property
    def people(self) -> Sequence[int]: ...


def asked_by(session: Session, request: OAuthRequest, now: datetime) -> Asked | OAuthAnswer:
    """What the request asks for; or the answer with which its program is sent back, where it asks wrongly.

    Raises ProgramRefusedError where it is not known to whom an answer could go: nobody is sent anywhere then.
    """
    server = Server(session, now, lambda _: True)
    try:
        grant = server.get_consent_grant(request)
    except OAuth2Error as error:
        if not error.redirect_uri:
            raise ProgramRefusedError(str(error.error), str(error.description or "")) from error
        return server.handle_error_response(request, error)  # type: ignore[no-any-return]
    return Asked(
        registered=grant.client.row.registered,
        host=urlsplit(grant.redirect_uri).hostname or "",
        scopes=to_allow(request.scope.split()),
        grant=grant,
    )


def let_in(
    session: Session, asked: Asked, learner: Learner, reused_domains: Collection[str], now: datetime
) -> str:
    """Where the learner is sent, with a code for the program.

    The program keeps no access to the same badges from before. Raises NotAllowedError beyond MOST_ACCESSES, and where
    the address opens nobody's badges any more.
    """
    by = person(owner_of(learner.people))
    queries.proved_addresses.hold(session, learner.address)
    if not opened_by(session, learner.address, learner.since, reused_domains).people:
        raise NotAllowedError("the address opens nobody's badges any more")
    running = accesses.running(session, learner.people, reused_domains, now)
    same = [row for row in running if row.client_id == asked.client_id]
    if len(running) - len(same) >= MOST_ACCESSES:
        raise NotAllowedError(f"{MOST_ACCESSES} programs are let in already")
    for row in same:
        accesses.end(session, row, "let_in_anew", now, by)
    program = queries.backpack.program(session, asked.client_id)
    if program is None:
        raise NotAllowedError("the program is registered no more")
    access = ProgramAccess(
        client_id=program.client_id,
        address=learner.address,
        scopes=list(asked.scopes),
        since=learner.since,
        given_at=now,
        ends_at=now + CODE_LIFE,
    )
    session.add(access)
    session.flush()
    program.used_at = now
    program.let_in_at = program.let_in_at or now
    data = {"program": program.client_id}
    events.record(session, "program_let_in", "program_access", access.id, now, actor=by, data=data)
    return _sent_to(asked, access)


def turn_away(asked: Asked) -> str:
    """Where the learner is sent who does not let the program in."""
    return _sent_to(asked, None)


def _sent_to(asked: Asked, access: ProgramAccess | None) -> str:
    server: Server = asked.grant.server
    answer = server.create_authorization_response(asked.grant.request, grant_user=access, grant=asked.grant)
    return str(answer.location)


def give_token(
    session: Session, request: OAuthRequest, reused_domains: Collection[str], now: datetime
) -> OAuthAnswer:
    """The answer to a request for a token, by a code or by a refresh token."""

    def opens(access: ProgramAccess) -> bool:
        return bool(accesses.opened_by(session, access, reused_domains, now))

    return Server(session, now, opens).create_token_response(request)  # type: ignore[no-any-return]


def revoke_token(session: Session, request: OAuthRequest, now: datetime) -> OAuthAnswer:
    """The answer to a program that needs a token no more."""
    server = Server(session, now, lambda _: True)
    return server.create_endpoint_response("revocation", request)  # type: ignore[no-any-return]
