"""Invitations, each of which lets one platform register, and the rows of registrations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, queries
from lti_tool.store.models import Invitation, RegistrationRow
from lti_tool.values import NewRegistration, Registration, secret_hash

INVITATION_LIFE = timedelta(days=7)


def invite(session: Session, now: datetime) -> str:
    """A new code that lets one platform register within INVITATION_LIFE. Only its hash is stored."""
    code = secrets.token_urlsafe(16)
    session.add(Invitation(code_hash=secret_hash(code), created_at=now, expires_at=now + INVITATION_LIFE))
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
    return add_registration(session, new, now)


def add_registration(session: Session, new: NewRegistration, now: datetime) -> Registration:
    """The registration of (platform_id, client_id), created or updated; with its deployment, if it has one."""
    row = queries.platforms.registration_by_client(session, new.platform_id, new.client_id)
    if row is None:
        row = RegistrationRow(platform_id=new.platform_id, client_id=new.client_id, created_at=now)
        session.add(row)
    row.auth_login_url, row.auth_token_url = new.auth_login_url, new.auth_token_url
    row.jwks_url, row.token_audience = new.jwks_url, new.token_audience
    row.product, row.name, row.embed_origins = new.product, new.name, list(new.embed_origins)
    session.flush()
    if new.deployment_id is not None:
        queries.platforms.save_deployment(session, row.id, new.deployment_id, now)
    return queries.platforms.as_registration(row)
