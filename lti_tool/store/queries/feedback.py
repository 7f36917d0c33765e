"""Queries for feedback: the pool of an audience about a template, and the links by which others answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

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
    in_order = select(FeedbackPool).order_by(FeedbackPool.template_id, FeedbackPool.audience)
    return session.scalars(in_order.with_for_update(key_share=True)).all()


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


def unused_by_end(session: Session, template_id: str, now: datetime) -> Mapping[datetime, int]:
    """How many links about a template can still be used, by when they end, those first that end first."""
    ends_at = FeedbackInvitation.expires_at
    query = (
        select(ends_at, func.count())
        .where(FeedbackInvitation.template_id == template_id, ends_at > now)
        .group_by(ends_at)
        .order_by(ends_at)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def delete_ending(session: Session, template_id: str, ends_at: datetime) -> int:
    """Deletes the links about a template that end at that moment; how many that were."""
    ending = delete(FeedbackInvitation).where(
        FeedbackInvitation.template_id == template_id, FeedbackInvitation.expires_at == ends_at
    )
    return cast(CursorResult[Any], session.execute(ending)).rowcount


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Awards that their learners first opened later than `after`, and by `until`."""

    after: datetime
    until: datetime

    def condition(self) -> ColumnElement[bool]:
        """The same of a query."""
        return (Award.claimed_at > self.after) & (Award.claimed_at <= self.until)


def mark_mailed(session: Session, issuer_ids: Collection[str], opened: Opened, most: int) -> Sequence[int]:
    """The ids of awards of these issuers that get the mark now, at most `most`, those first that were opened first.

    Of two that mark at once each gets others.
    """
    is_due = Award.issuer_id.in_(issuer_ids) & Award.later_feedback_mailed.is_(False) & opened.condition()
    first = select(Award.id).where(is_due).order_by(Award.claimed_at, Award.id).limit(most)
    marked = (
        update(Award)
        .where(Award.id.in_(first), Award.later_feedback_mailed.is_(False))
        .values(later_feedback_mailed=True)
        .returning(Award.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(marked).all()


def close_first_forms(session: Session, opened: Opened, most: int) -> int:
    """Marks the first form of these awards as closed; how many that were, at most `most`."""
    return _close(session, Award.feedback_closed, select(Award.id).where(opened.condition()), most)


def close_later_forms(session: Session, issuer_id: str, opened: Opened, most: int) -> int:
    """The same with the form that comes months later, of awards of the issuer."""
    found = select(Award.id).where(opened.condition(), Award.issuer_id == issuer_id)
    return _close(session, Award.later_feedback_closed, found, most)


def _close(session: Session, mark: InstrumentedAttribute[bool], found: Select[int], most: int) -> int:
    some = found.where(mark.is_(False)).limit(most)
    closed = (
        update(Award)
        .where(Award.id.in_(some))
        .values({mark: True})
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], session.execute(closed)).rowcount
