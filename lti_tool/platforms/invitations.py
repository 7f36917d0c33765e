"""Invitations, each of which lets one platform register, and the rows of registrations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, UNKNOWN, Actor
from lti_tool.store.models import Invitation, RegistrationRow
from lti_tool.values import Json, NewRegistration, Registration, secret_hash

INVITATION_LIFE = timedelta(days=7)


def invite(session: Session, now: datetime, by: Actor = TOOL, issuer_id: str | None = None) -> str:
    """A new code that lets one platform register within INVITATION_LIFE. Only its hash is stored.

    The platform's courses award for the issuer with that key; without one, for that of ISSUER_FILE.
    """
    code = secrets.token_urlsafe(16)
    row = Invitation(code_hash=secret_hash(code), created_at=now, expires_at=now + INVITATION_LIFE)
    if issuer_id is not None:
        row.issuer_id = issuer_id
    session.add(row)
    events.record(session, "platform_invited", "invitation", _name_of(code), now, actor=by)
    return code


def is_invitation_open(session: Session, code: str, now: datetime) -> bool:
    """Whether the code is that of an invitation that is neither used nor expired."""
    return _open_invitation(session, code, now) is not None


def _open_invitation(session: Session, code: str, now: datetime) -> Invitation | None:
    row = queries.platforms.lock_invitation(session, secret_hash(code))
    return row if row is not None and row.used_at is None and row.expires_at > now else None


def register(session: Session, new: NewRegistration, code: str, now: datetime) -> Registration:
    """The registration, stored; the invitation is used up. Raises NotAllowedError where it is not open."""
    invitation = _open_invitation(session, code, now)
    if invitation is None:
        raise NotAllowedError("the invitation was used, has expired or never was")
    invitation.used_at = now
    # Whoever had the invitation registers the platform; they have no account here.
    data = {"invitation": _name_of(code)}
    return add_registration(session, new, now, UNKNOWN, data, invitation.issuer_id)


def add_registration(
    session: Session,
    new: NewRegistration,
    now: datetime,
    by: Actor = TOOL,
    data: Json | None = None,
    issuer_id: str | None = None,
) -> Registration:
    """The registration of (platform_id, client_id), created or updated; with its deployment, if it has one.

    `data` goes into the event: how it came about. A new one is of the issuer with that key; without one, of that of
    ISSUER_FILE.
    """
    row = queries.platforms.registration_by_client(session, new.platform_id, new.client_id)
    what = "registered" if row is None else "registration_updated"
    if row is None:
        row = RegistrationRow(platform_id=new.platform_id, client_id=new.client_id, created_at=now)
        row.issuer_id = issuer_id or queries.issuers.first_issuer_id(session)
        row.tool_url = queries.issuers.current_address(session, row.issuer_id).tool_url
        session.add(row)
    row.auth_login_url, row.auth_token_url = new.auth_login_url, new.auth_token_url
    row.jwks_url, row.token_audience = new.jwks_url, new.token_audience
    row.product, row.name, row.embed_origins = new.product, new.name, list(new.embed_origins)
    session.flush()
    events.record(session, what, "registration", row.id, now, actor=by, data=data)
    if new.deployment_id is not None:
        queries.platforms.save_deployment(session, row.id, new.deployment_id, now)
    return queries.platforms.as_registration(row)


def note_address(session: Session, registration_id: int, tool_url: str, now: datetime) -> None:
    """Notes that the platform launches at that URL of the tool: after a move, that it was updated."""
    row = queries.platforms.registration_row(session, registration_id)
    if row is not None and row.tool_url != tool_url:
        row.tool_url = tool_url
        events.record(session, "registration_updated", "registration", row.id, now, why="address")


def _name_of(code: str) -> str:
    """The beginning of the code's hash, by which events name an invitation; the code itself is a secret."""
    return secret_hash(code)[:16]
