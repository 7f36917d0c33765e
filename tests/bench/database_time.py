"""The processor time of the database by itself, which a page's own processor time does not have in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from lti_tool.store.database import Store

_CONNECTIONS = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
"""


def database_clock(store: Store) -> Callable[[], float]:
    """A clock in seconds that goes only while PostgreSQL works for the connections that the store has by now.

    Each has a process of its own, whose time Linux counts in nanoseconds; what other processes do does not change it.
    """
    with store.engine.connect() as connection:
        ids = connection.scalars(text(_CONNECTIONS)).all()
    files = [Path(f"/proc/{each}/schedstat") for each in ids]
    return lambda: sum(int(file.read_text(encoding="ascii").split()[0]) for file in files) / 1e9


def vacuum(store: Store) -> None:
    """Has PostgreSQL count what is in its tables, as it does by itself in time: before, it plans for empty ones."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
