"""The steps from an older database to this one, run at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

#: Any number will do: the web processes and workers that start at once agree on it, and one of them migrates.
LOCK = 7_023_061_801


def bring_up_to_date(engine: Engine) -> None:
    """Runs the migrations that are missing; of several processes that start at once, one at a time."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
