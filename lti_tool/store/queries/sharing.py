"""Queries for the links by which learners show their badges."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.store.models import ShareLink
from lti_tool.store.queries.common import is_possible_id


def link_with(session: Session, token_hash: str) -> ShareLink | None:
    """The link with that token, whether it has ended or not."""
    return session.scalar(select(ShareLink).where(ShareLink.token_hash == token_hash))


def links_of(session: Session, award_id: int) -> Sequence[ShareLink]:
    """The links to an award's badge that were not ended, oldest first; some may have expired."""
    query = select(ShareLink).where(ShareLink.award_id == award_id, ShareLink.revoked_at.is_(None))
    return session.scalars(query.order_by(ShareLink.created_at, ShareLink.id)).all()


def link(session: Session, link_id: int) -> ShareLink | None:
    return session.get(ShareLink, link_id) if is_possible_id(link_id) else None
