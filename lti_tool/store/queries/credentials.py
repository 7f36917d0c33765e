"""Queries for issued credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import Award, CredentialRow, TemplateVersion


def credential(session: Session, credential_id: str) -> CredentialRow | None:
    return session.get(CredentialRow, credential_id)


def count_issued(session: Session, issuer_id: str, since: datetime | None = None) -> int:
    """The number of credentials, all or those issued since then."""
    query = select(func.count()).where(CredentialRow.issuer_id == issuer_id)
    if since is not None:
        query = query.where(CredentialRow.issued_at >= since)
    return session.scalar(query) or 0


def credentials(session: Session) -> Sequence[CredentialRow]:
    """All credentials, oldest first."""
    return session.scalars(select(CredentialRow).order_by(CredentialRow.issued_at)).all()


#: Neither revoked nor suspended, nor replaced by another.
_IS_VALID = (
    CredentialRow.revoked_at.is_(None),
    CredentialRow.suspended_at.is_(None),
    CredentialRow.replaced_at.is_(None),
)


def credentials_of_learner(session: Session, person_id: int) -> Sequence[CredentialRow]:
    """The learner's valid credentials, oldest first."""
    query = (
        select(CredentialRow)
        .join(Award, CredentialRow.award_id == Award.id)
        .where(Award.person_id == person_id, *_IS_VALID)
        .order_by(CredentialRow.issued_at, CredentialRow.id)
        .options(selectinload(CredentialRow.template_version))
    )
    return session.scalars(query).all()


def credentials_of_rule(session: Session, rule_id: int) -> Sequence[CredentialRow]:
    """The valid credentials that a rule awarded, oldest first."""
    query = select(CredentialRow).join(Award, CredentialRow.award_id == Award.id)
    query = query.where(Award.rule_id == rule_id, *_IS_VALID)
    return session.scalars(query.order_by(CredentialRow.issued_at, CredentialRow.id)).all()


def credentials_to_export(session: Session, template: str | None, issuer_id: str) -> Sequence[CredentialRow]:
    """The issuer's valid credentials, or those of the template whose id begins with `template`; oldest first."""
    query = select(CredentialRow).where(CredentialRow.issuer_id == issuer_id, *_IS_VALID)
    if template is not None:
        query = query.join(TemplateVersion).where(TemplateVersion.template_id.startswith(template))
    return session.scalars(query.order_by(CredentialRow.issued_at, CredentialRow.id)).all()
