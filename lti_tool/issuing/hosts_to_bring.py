"""Badges that are to be brought to hosts of learners: asked for in the transaction that issues them, or later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from lti_tool.store import Session, outbox, queries

TASK = "bring_to_host"


def bring(session: Session, access_id: int, award_ids: Collection[int], now: datetime) -> None:
    """Has the badges of these awards brought by an access, once more where they were before.

    By one that was ended meanwhile nothing is.
    """
    if not queries.hosts.hold_access(session, access_id):
        return
    for award_id, brought_id in queries.hosts.ask_for_all(session, access_id, award_ids, now).items():
        payload = {"award_id": award_id, "brought_id": brought_id}
        outbox.schedule(session, f"bring-{brought_id}", TASK, payload, now)


def bring_issued(session: Session, award_ids: Collection[int], now: datetime) -> None:
    """Has badges that are issued now, first ones and those in the place of others, brought where learners want that."""
    if not award_ids:
        return
    for access_id, award_id in queries.hosts.accesses_that_bring(session, award_ids):
        bring(session, access_id, [award_id], now)
