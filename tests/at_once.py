"""Deeds that meet each other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from lti_tool.store.database import Store
from tests.running_demo import wait


def all_at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed returned; they start in the same moment. Raises what any of them raised."""
    ready = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        ready.wait(10)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def impatient(session: Session) -> Session:
    """The session of a PostgreSQL database, which fails where another transaction holds what it needs."""
    session.execute(text("SET LOCAL lock_timeout = '100ms'"))
    return session


def until_one_waits(store: Store) -> None:
    """Returns once a transaction of the PostgreSQL database waits for a lock of another one."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def one_waits() -> bool:
        with store.read() as session:
            return bool(session.scalar(query))

    wait(one_waits)
