"""Queries for registrations, deployments and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.store.models import DeploymentRow, Invitation, RegistrationRow
from lti_tool.store.queries.common import add_if_absent, is_possible_id
from lti_tool.values import Registration


def find_registration(session: Session, platform_id: str, client_id: str | None) -> Registration | None:
    """The registration of a client; without a client_id the only one of the platform, None where it has several."""
    query = select(RegistrationRow).where(RegistrationRow.platform_id == platform_id)
    if client_id is not None:
        query = query.where(RegistrationRow.client_id == client_id)
    rows = session.scalars(query.limit(2)).all()
    return as_registration(rows[0]) if len(rows) == 1 else None


def registration_by_client(session: Session, platform_id: str, client_id: str) -> RegistrationRow | None:
    """The row of the registration of that client."""
    return session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.platform_id == platform_id, RegistrationRow.client_id == client_id
        )
    )


def knows_deployment(session: Session, registration_id: int, deployment_id: str) -> bool:
    """Whether the deployment is stored already."""
    query = select(DeploymentRow.id).where(
        DeploymentRow.registration_id == registration_id, DeploymentRow.deployment_id == deployment_id
    )
    return session.scalar(query) is not None


def save_deployment(session: Session, registration_id: int, deployment_id: str, now: datetime) -> None:
    """Stores the deployment, unless it is known already."""
    if not knows_deployment(session, registration_id, deployment_id):
        add_if_absent(
            session,
            DeploymentRow(registration_id=registration_id, deployment_id=deployment_id, first_seen_at=now),
        )


def registrations(session: Session) -> Sequence[RegistrationRow]:
    """All registrations, oldest first."""
    return session.scalars(select(RegistrationRow).order_by(RegistrationRow.id)).all()


def registration_row(session: Session, registration_id: int) -> RegistrationRow | None:
    return session.get(RegistrationRow, registration_id) if is_possible_id(registration_id) else None


def as_registration(row: RegistrationRow) -> Registration:
    """The row as a plain value."""
    return Registration(
        id=row.id,
        platform_id=row.platform_id,
        client_id=row.client_id,
        auth_login_url=row.auth_login_url,
        auth_token_url=row.auth_token_url,
        jwks_url=row.jwks_url,
        token_audience=row.token_audience,
        product=row.product,
        name=row.name,
        embed_origins=tuple(row.embed_origins),
    )


def lock_invitation(session: Session, code_hash: str) -> Invitation | None:
    """Locks the row (SELECT ... FOR UPDATE) and returns it, so that an invitation is used only once."""
    return session.get(Invitation, code_hash, with_for_update=True)
