"""The connection to the database: SQLite in WAL mode, or PostgreSQL."""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from lti_tool import private_files
from lti_tool.store import account_hashes, events


class Store:
    """Opens sessions on the database of a URL; `follow` is called with each event once it is committed."""

    def __init__(self, url: str, follow: Callable[[events.Act], None] | None = None) -> None:
        self.engine = _engine(url)
        self._follow = follow
        #: What each session gets as its `info`.
        self._info: dict[str, Any] = {}
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=self._info)
        # PostgreSQL gives each statement of a transaction a snapshot of its own anyway (READ COMMITTED), so that to
        # begin and to end one for reading would be two exchanges for nothing.
        is_sqlite = self.engine.dialect.name == "sqlite"
        without_lock = {"read_only": True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reading = self.engine.execution_options(**without_lock)
        self._readers = sessionmaker(self._reading, expire_on_commit=False, autoflush=False, info=self._info)
        single = self.engine if is_sqlite else self._reading
        self._single = sessionmaker(single, expire_on_commit=False, autoflush=False, info=self._info)
        for made in (self._readers, self._single):
            event.listen(made, "before_flush", _refuse_to_store)
        event.listen(self._readers, "do_orm_execute", _refuse_to_write)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A session whose transaction is committed at the end, or rolled back by an exception."""
        with self._sessions() as session:
            with session.begin():
                yield session
            for act in events.committed(session):
                if self._follow is not None:
                    self._follow(act)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading: it takes no write lock.

        What is changed in its objects is not stored; to flush that, or to write by a statement, is a TypeError.
        """
        with self._readers() as session:
            yield session

    @contextmanager
    def write_once(self) -> Iterator[Session]:
        """A session for one statement that writes: on PostgreSQL it needs no transaction around it.

        More than one would be stored one by one. What its objects change is not stored.
        """
        with self._single() as session, session.begin():
            yield session

    def use_account_key(self, key: bytes) -> None:
        """Has sessions from now on hash the accounts of erased people with this key."""
        account_hashes.give_key(self._info, key)

    def connect_to_ask(self) -> Connection:
        """A connection for single questions, which its holder keeps, and on which each ends with a rollback.

        On PostgreSQL no transaction is begun for them: each is one exchange with the server.
        """
        return self._reading.connect()

    def empty_log(self) -> None:
        """Has SQLite write its log into the database and empty it: what was deleted stands in neither then.

        As far as nobody is reading at this moment; the next time that the log is begun anew does the rest. PostgreSQL
        removes what was deleted by itself (VACUUM), and its log by its own settings.
        """
        if self.engine.dialect.name != "sqlite":
            return
        # Not by a session: SQLAlchemy would begin a transaction, in which SQLite refuses.
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()

    def forget_statements(self) -> None:
        """Forgets the compiled statements of this process: each keeps the values of its first use, such as a name."""
        self.engine.clear_compiled_cache()
        self._reading.clear_compiled_cache()

    def close(self) -> None:
        """Closes all connections but those of `connect_to_ask`."""
        self.engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedConnections:
    """How many connections the database server has `now`, of `most`; those that only it itself may use are left off."""

    now: int
    most: int


def used_connections(store: Store) -> UsedConnections | None:
    """The connections of the PostgreSQL server, of whichever database; None on SQLite, which has none."""
    if store.engine.dialect.name == "sqlite":
        return None
    with store.read() as session:
        used, most, reserved = session.execute(
            text(
                "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
                "current_setting('max_connections')::int, "
                "current_setting('superuser_reserved_connections')::int"
            )
        ).one()
    return UsedConnections(now=used, most=most - reserved)


def _engine(url: str) -> Engine:
    address = make_url(url)
    # hide_parameters, because the text of a database error is logged, and parameters are names and e-mail addresses.
    if address.get_backend_name() == "sqlite":
        if address.database and address.database != ":memory:":
            # SQLite gives the files beside it, -wal and -shm, the same mode.
            private_files.make_folder(Path(address.database).parent)
            private_files.make_empty(Path(address.database))
        engine = create_engine(address, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address, hide_parameters=True, pool_size=10, max_overflow=10)
    event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "checkout", _refuse_ended)
    return engine


def _refuse_to_store(_session: Session, _context: object, _instances: object) -> None:
    raise TypeError("a session for statements stores no objects")


def _refuse_to_write(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise TypeError("a session for reading writes nothing")


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    # Times then come in UTC, whatever the server's own zone is; to turn those of thousands of rows takes long.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _refuse_ended(connection: Any, _record: Any, _proxy: Any) -> None:
    """Has the pool connect anew where the server has ended the connection meanwhile, as a restart does.

    A connection that nobody uses has nothing to read, but the end of it. To look is no exchange with the server.
    """
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError("the server has ended the connection")


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # Switches off the BEGIN of the sqlite3 module, which comes only before the first write: _begin_immediate does it.
    connection.isolation_level = None
    # secure_delete: what is deleted is overwritten in the file, as most builds do anyway.
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """Switches the database file to WAL, in which readers and the writer do not block each other.

    SQLite ignores busy_timeout here: of several processes that start at once some get an error immediately. So it is
    tried again, for ten seconds in all.
    """
    for attempt in range(200):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if attempt == 199:
                raise
            time.sleep(0.05)


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction (plain BEGIN) that reads first and then writes fails with "database is locked" if another
    # one has written in between, and no timeout helps. BEGIN IMMEDIATE takes the write lock at once, so writers wait
    # for each other up to busy_timeout. It also stands in for row locks, which SQLite does not have.
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
