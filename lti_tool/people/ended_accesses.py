"""Accesses to hosts that have ended here: each host is told so by a job of its own, soon after the commit."""

from __future__ import annotations

from datetime import datetime

from lti_tool.store import Session, outbox, queries

TASK = "tell_host"


def tell_hosts(session: Session, due_at: datetime) -> None:
    """Has the hosts told of all accesses of which they are still to be told, and are not yet going to be.

    The job names a number alone: its payload may be logged, and the tokens are in their row, encrypted.
    """
    for ended_id in queries.hosts.ended_access_ids(session):
        outbox.schedule_if_absent(session, job_of(ended_id), TASK, {"ended_id": ended_id}, due_at)


def job_of(ended_id: int) -> str:
    """The id of the job that tells a host of that access."""
    return f"ended-{ended_id}"
