"""Queries for feedback: the pool of an audience about a template, and the links by which others answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Award, FeedbackInvitation, FeedbackPool
from lti_tool.store.queries.common import FOR_UPDATE, add_or_find


def locked_pool(session: Session, empty: FeedbackPool) -> FeedbackPool:
    """The pool of that template and audience, locked; `empty`, now stored, where there was none."""
    key = (empty.template_id, empty.audience)
    return _locked(session, key) or add_or_find(session, empty, lambda: _locked(session, key))


def _locked(session: Session, key: tuple[str, str]) -> FeedbackPool | None:
    return session.get(FeedbackPool, key, with_for_update=FOR_UPDATE, populate_existing=True)


def pools_of(session: Session, template_id: str) -> Sequence[FeedbackPool]:
    """The pools of a template, one for each audience that has answered."""
    return session.scalars(select(FeedbackPool).where(FeedbackPool.template_id == template_id)).all()


def every_pool(session: Session) -> Sequence[FeedbackPool]:
    """The pools of all templates, locked."""
    return session.scalars(select(FeedbackPool).with_for_update(key_share=True)).all()


def invitation(session: Session, token_hash: str) -> FeedbackInvitation | None:
    """The link with that token."""
    return session.get(FeedbackInvitation, token_hash)


def lock_invitation(session: Session, token_hash: str) -> FeedbackInvitation | None:
    """The link with that token, locked: whoever uses it at the same time waits, and finds none."""
    return session.get(FeedbackInvitation, token_hash, with_for_update=FOR_UPDATE, populate_existing=True)


def number_of_invitations(session: Session, template_id: str, now: datetime) -> int:
    """How many links about a template can still be used."""
    query = (
        select(func.count())
        .select_from(FeedbackInvitation)
        .where(FeedbackInvitation.template_id == template_id, FeedbackInvitation.expires_at > now)
    )
    return session.scalar(query) or 0


def delete_invitation(session: Session, token_hash: str) -> None:
    """Deletes a link that was used."""
    session.execute(delete(FeedbackInvitation).where(FeedbackInvitation.token_hash == token_hash))


def delete_expired(session: Session, now: datetime) -> None:
    """Deletes the links that cannot be used any more."""
    session.execute(delete(FeedbackInvitation).where(FeedbackInvitation.expires_at <= now))


def number_opened(session: Session, template_id: str) -> int:
    """How many badges of a template their learners have opened."""
    query = (
        select(func.count())
        .select_from(Award)
        .where(Award.template_id == template_id, Award.claimed_at.is_not(None))
    )
    return session.scalar(query) or 0
