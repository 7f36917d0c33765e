"""A database by its address: SQLite in WAL mode, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker


class Store:
    """Opens sessions. `begin` commits at the end or rolls back; `read` never writes."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        reading = self.engine.execution_options(read_only=True)
        self._readers = sessionmaker(reading, expire_on_commit=False, autoflush=False)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._readers() as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    """`hide_parameters`: the text of a database error goes to logs, and parameters are names and addresses."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy's own BEGIN (below) is to be the only one: the driver's would come too late and deferred.
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """SQLite does not wait for its turn here, whatever the timeout, so processes that start at once try again."""
    for turn in range(200):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if turn == 199:
                raise
            time.sleep(0.05)


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction that reads and then writes can fail half-way with "database is locked";
    # taking the write lock at once makes writers wait for their turn instead. Readers take none.
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
