"""Invitations, each of which lets one platform register.

A registration with an invitation takes two transactions, with the calls to the platform between them: the first claims
the invitation, the second uses it up. So of several that have the same code at once only one calls the platform.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from lti_tool.errors import RegistrationError
from lti_tool.platforms import registrations, self_tests
from lti_tool.store import Session, events, queries
from lti_tool.store.database import Store
from lti_tool.store.events import TOOL, UNKNOWN, Actor
from lti_tool.store.models import Invitation
from lti_tool.values import NewRegistration, secret_hash

INVITATION_LIFE = timedelta(days=7)
#: A claim ends after this time, in case its process has died. The two calls to the platform take a minute at most.
CLAIM_LIFE = timedelta(minutes=5)
NAME_LENGTH = 16


def invite(session: Session, now: datetime, by: Actor = TOOL, issuer_id: str | None = None) -> str:
    """A new code that lets one platform register within INVITATION_LIFE. Only its hash is stored.

    The platform's courses award for the issuer with that key; without one, for that of ISSUER_FILE.
    """
    code = secrets.token_urlsafe(16)
    owner = issuer_id or queries.issuers.first_issuer_id(session)
    session.add(
        Invitation(
            code_hash=secret_hash(code),
            issuer_id=owner,
            created_at=now,
            expires_at=now + INVITATION_LIFE,
        )
    )
    events.record(session, "platform_invited", "invitation", _name_of(code), now, actor=by, issuer_id=owner)
    return code


def withdraw(session: Session, issuer_id: str, name: str, now: datetime, by: Actor) -> bool:
    """Whether an open invitation of the issuer had that name; it is deleted, and registers nothing any more.

    A registration that has begun with it comes to nothing.
    """
    for row in queries.platforms.open_invitations(session, issuer_id, now):
        if name_of(row) == name:
            session.delete(row)
            events.record(
                session,
                "platform_invitation_withdrawn",
                "invitation",
                name,
                now,
                actor=by,
                issuer_id=issuer_id,
            )
            return True
    return False


def name_of(row: Invitation) -> str:
    """By what an invitation is called on pages and in events: the beginning of its code's hash opens nothing."""
    return row.code_hash[:NAME_LENGTH]


def is_invitation_open(session: Session, code: str, now: datetime) -> bool:
    """Whether the code is that of an invitation that is neither used nor expired, nor claimed at this moment."""
    row = queries.platforms.invitation(session, secret_hash(code))
    return row is not None and _why_closed(row, now) is None


def issuer_of(session: Session, code: str, now: datetime) -> str:
    """The key of the issuer for whom the platform that registers with the code will award.

    Raises RegistrationError `bad_code` or `in_progress` where no registration can begin with it.
    """
    return _check(queries.platforms.invitation(session, secret_hash(code)), now).issuer_id


def register(
    store: Store, code: str, clock: Callable[[], datetime], ask_platform: Callable[[], NewRegistration]
) -> NewRegistration:
    """The registration that the platform gave, stored, with a self-test of it; the invitation is used up.

    `ask_platform` registers the tool with the platform; it is called once the invitation is claimed. Where nothing is
    registered the invitation is given back. Raises RegistrationError `bad_code` or `in_progress`,
    AlreadyRegisteredError, and what `ask_platform` raises.
    """
    claimed_at = _claim(store, code, clock())
    registered = False
    try:
        new = ask_platform()
        with store.begin() as session:
            invitation = _unused(session, code)
            invitation.used_at = clock()
            # Whoever had the invitation registers the platform; they have no account here.
            data = {"invitation": _name_of(code)}
            added = registrations.add(session, new, clock(), UNKNOWN, data, invitation.issuer_id)
            self_tests.schedule(session, added.id, clock())
        registered = True
    finally:
        if not registered:
            _give_back(store, code, claimed_at)
    return new


def _why_closed(row: Invitation, now: datetime) -> str | None:
    """The code of the RegistrationError for it; None while a registration may begin with it."""
    if row.used_at is not None or row.expires_at <= now:
        return "bad_code"
    return "in_progress" if row.claimed_at is not None and now < row.claimed_at + CLAIM_LIFE else None


def _check(row: Invitation | None, now: datetime) -> Invitation:
    why = _why_closed(row, now) if row is not None else "bad_code"
    if row is None or why is not None:
        raise RegistrationError(
            why or "bad_code", "the invitation was used or is in use, has expired or never was"
        )
    return row


def _claim(store: Store, code: str, now: datetime) -> datetime:
    """When the invitation was claimed, which is now. That names the claim: another begins CLAIM_LIFE later at least."""
    with store.begin() as session:
        _check(queries.platforms.lock_invitation(session, secret_hash(code)), now).claimed_at = now
    return now


def _unused(session: Session, code: str) -> Invitation:
    """The invitation, locked; raises RegistrationError where the claim ended, and another registration was faster."""
    row = queries.platforms.lock_invitation(session, secret_hash(code))
    if row is None or row.used_at is not None:
        raise RegistrationError("bad_code", "the claim has ended, and another registration was faster")
    return row


def _give_back(store: Store, code: str, claimed_at: datetime) -> None:
    with store.begin() as session:
        row = queries.platforms.lock_invitation(session, secret_hash(code))
        if row is not None and row.claimed_at == claimed_at and row.used_at is None:
            row.claimed_at = None


def _name_of(code: str) -> str:
    """As `name_of`, of the code itself, which is a secret."""
    return secret_hash(code)[:NAME_LENGTH]
