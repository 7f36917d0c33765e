"""The migrations from an older database schema to the current one, run at every start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from lti_tool.errors import SchemaTooNewError

if TYPE_CHECKING:
    from alembic.config import Config

#: The number of the advisory lock; any will do, as long as all processes of the tool use the same.
LOCK = 7_023_061_801

_FOLDER = Path(__file__).parent


def bring_up_to_date(engine: Engine) -> None:
    """Runs the missing migrations. Of several processes that start at once, one does it while the others wait.

    Raises SchemaTooNewError, and changes nothing, where the database has migrations that this version does not know.
    """
    with engine.begin() as connection:
        wait_for_other_starts(connection)
        revision = revision_of(connection)
        if revision is not None and not knows_revision(revision):
            raise SchemaTooNewError(revision)
        if revision != newest_revision():
            bring_up_to(connection, "head")


def bring_up_to(connection: Connection, revision: str) -> None:
    """Runs the migrations up to this one, in the transaction of the connection."""
    from alembic import command  # A fifth of the time of a start that has nothing to migrate.

    command.upgrade(configuration(connection), revision)


def newest_revision() -> str:
    """The revision that the code needs: the number with which the name of the last migration begins."""
    return max(_revisions())


def knows_revision(revision: str) -> bool:
    """Whether this version has the migration."""
    return revision in _revisions()


def _revisions() -> list[str]:
    return [path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py")]


def revision_of(connection: Connection) -> str | None:
    """The revision of the database; None where it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def wait_for_other_starts(connection: Connection) -> None:
    """Waits until no other process that starts has called this in a transaction that is still open.

    PostgreSQL needs an advisory lock for that; on SQLite the transaction has the write lock from its beginning.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, which no file holds; `env.py` takes the connection from it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
