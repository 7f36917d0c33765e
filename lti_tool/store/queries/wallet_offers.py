"""Queries for the offers of badges to wallets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from lti_tool.store.models import WalletOffer
from lti_tool.store.queries.common import FOR_UPDATE


def offer(session: Session, offer_id: int) -> WalletOffer | None:
    return session.get(WalletOffer, offer_id)


def offer_with(session: Session, offer_hash: str) -> WalletOffer | None:
    """The offer at the address with that token."""
    return session.scalar(select(WalletOffer).where(WalletOffer.offer_hash == offer_hash))


def with_code(session: Session, code_hash: str) -> WalletOffer | None:
    """The offer with that pre-authorized code."""
    return session.scalar(select(WalletOffer).where(WalletOffer.code_hash == code_hash))


def with_access_token(session: Session, token_hash: str) -> WalletOffer | None:
    """The offer for which that access token was given."""
    return session.scalar(select(WalletOffer).where(WalletOffer.token_hash == token_hash))


def lock_offer(session: Session, offer_id: int) -> WalletOffer | None:
    """Locks the row and returns it reloaded; None where it was deleted meanwhile."""
    return session.get(WalletOffer, offer_id, with_for_update=FOR_UPDATE, populate_existing=True)


def count_try(session: Session, offer_id: int, most: int, now: datetime) -> bool:
    """Whether one more try of the transaction code was counted; False where it was tried `most` times, or is over.

    Counted by one statement, so that tries at the same moment are as many as they are.
    """
    is_open = (WalletOffer.tries < most, WalletOffer.used_at.is_(None), WalletOffer.expires_at > now)
    return _update(session, offer_id, is_open, {"tries": WalletOffer.tries + 1})


def use_code(
    session: Session, offer_id: int, token_hash: str, token_expires_at: datetime, now: datetime
) -> bool:
    """Whether the code was exchanged for this access token: of several exchanges at the same moment one is."""
    is_open = (WalletOffer.used_at.is_(None), WalletOffer.expires_at > now)
    values = {"used_at": now, "token_hash": token_hash, "token_expires_at": token_expires_at}
    return _update(session, offer_id, is_open, values)


def _update(session: Session, offer_id: int, conditions: tuple[Any, ...], values: Mapping[str, Any]) -> bool:
    changed = session.execute(
        update(WalletOffer)
        .where(WalletOffer.id == offer_id, *conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], changed).rowcount == 1


def delete_over(session: Session, before: datetime) -> None:
    """Deletes the offers whose code, and whose access token if one was given, have expired before then."""
    has_token = WalletOffer.token_expires_at.is_not(None)
    is_over = (WalletOffer.expires_at <= before) & (~has_token | (WalletOffer.token_expires_at <= before))
    session.execute(delete(WalletOffer).where(is_over).execution_options(synchronize_session=False))
