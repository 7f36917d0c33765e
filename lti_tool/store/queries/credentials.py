"""Issued credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import (
    Award,
    CredentialRow,
    TemplateVersion,
)


def credential(session: Session, credential_id: str) -> CredentialRow | None:
    return session.get(CredentialRow, credential_id)


def count_issued(session: Session, issuer_id: str, since: datetime | None = None) -> int:
    """How many, ever or since then."""
    question = select(func.count()).where(CredentialRow.issuer_id == issuer_id)
    if since is not None:
        question = question.where(CredentialRow.issued_at >= since)
    return session.scalar(question) or 0


def credentials(session: Session) -> Sequence[CredentialRow]:
    return session.scalars(select(CredentialRow).order_by(CredentialRow.issued_at)).all()


#: What holds now: neither revoked nor suspended.
_HOLDS = (CredentialRow.revoked_at.is_(None), CredentialRow.suspended_at.is_(None))


def credentials_of_learner(session: Session, learner_id: int) -> Sequence[CredentialRow]:
    """What a learner holds now, oldest first."""
    question = (
        select(CredentialRow)
        .join(Award, CredentialRow.award_id == Award.id)
        .where(Award.learner_id == learner_id, *_HOLDS)
        .order_by(CredentialRow.issued_at, CredentialRow.id)
        .options(selectinload(CredentialRow.template_version))
    )
    return session.scalars(question).all()


def credentials_of_rule(session: Session, rule_id: int) -> Sequence[CredentialRow]:
    """What learners hold now by a rule, oldest first."""
    question = select(CredentialRow).join(Award, CredentialRow.award_id == Award.id)
    question = question.where(Award.rule_id == rule_id, *_HOLDS)
    return session.scalars(question.order_by(CredentialRow.issued_at, CredentialRow.id)).all()


def credentials_to_export(session: Session, template: str | None) -> Sequence[CredentialRow]:
    """Every credential that holds now, or those of the template whose id begins so, oldest first."""
    question = select(CredentialRow).where(*_HOLDS)
    if template is not None:
        question = question.join(TemplateVersion).where(TemplateVersion.template_id.startswith(template))
    return session.scalars(question.order_by(CredentialRow.issued_at, CredentialRow.id)).all()
