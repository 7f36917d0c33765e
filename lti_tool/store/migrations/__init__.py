"""The migrations from an older database schema to the current one, run at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

#: The number of the advisory lock; any will do, as long as all processes of the tool use the same.
LOCK = 7_023_061_801


def bring_up_to_date(engine: Engine) -> None:
    """Runs the missing migrations. Of several processes that start at once, one does it while the others wait."""
    with engine.begin() as connection:
        wait_for_other_starts(connection)
        command.upgrade(configuration(connection), "head")


def wait_for_other_starts(connection: Connection) -> None:
    """Waits until no other process that starts has called this in a transaction that is still open.

    PostgreSQL needs an advisory lock for that; on SQLite the transaction has the write lock from its beginning.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, which no file holds; `env.py` takes the connection from it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
