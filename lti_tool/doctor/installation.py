"""The installation as `doctor` finds it: as far as its settings can be read, and its database answers."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import certifi
from sqlalchemy.exc import SQLAlchemyError

from config.errors import SettingsError
from config.settings import Settings, read_settings
from lti_tool.doctor.bounded import within
from lti_tool.doctor.dns_records import Records
from lti_tool.errors import NotFoundError
from lti_tool.outgoing import Outgoing, Resolve
from lti_tool.store.database import Store
from lti_tool.store.migrations import state
from lti_tool.wiring import Tool, existing_tool

#: For opening the database: a PostgreSQL that does not answer would be waited for without end.
OPENING_SECONDS = 10.0
#: For one call of an address.
CALL_SECONDS = 8.0

#: `unreachable`: it does not answer; `missing`: there is no file of SQLite; the others are those of
#: `lti_tool.store.migrations.state`.
DatabaseState = Literal["unreachable", "missing", "empty", "behind", "unknown", "current"]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What lies outside of the installation: names, certificate authorities, the machine's clock and its disks.

    `authorities` is the PEM file of those that everybody trusts; `resolve` leads calls to addresses; `free_bytes` are
    those of the disk on which a folder is.
    """

    records: Records = field(default_factory=Records)
    resolve: Resolve = socket.getaddrinfo
    authorities: Path = field(default_factory=lambda: Path(certifi.where()))
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What the checks look at, and must not change.

    `settings` is None where `refused` says why they cannot be used. `tool` is None where a start would be refused, or
    the database cannot be used; `refused` then has the reasons of the start.
    """

    environment: Mapping[str, str]
    world: World
    settings: Settings | None
    refused: Sequence[str]
    database: DatabaseState
    tool: Tool | None

    def close(self) -> None:
        """Closes the connections to the database, once the checks have ended."""
        if self.tool is not None:
            self.tool.store.close()

    def outgoing(self, *private_hosts: str) -> Outgoing:
        """A client that gives up soon; it may call these hosts too, wherever their names lead."""
        settings = self.settings
        return Outgoing(
            private_hosts=(*(settings.private_hosts if settings else ()), *private_hosts),
            ca_bundle=settings.ca_bundle if settings else None,
            total_seconds=CALL_SECONDS,
            resolve=self.world.resolve,
            tool_url=settings.tool_url if settings else None,
        )


def found_installation(
    environment: Mapping[str, str], world: World, opening_seconds: float = OPENING_SECONDS
) -> Installation:
    """The installation that the environment describes; nothing is started, and nothing is changed."""
    try:
        settings = read_settings(environment)
    except SettingsError as error:
        return _without_tool(environment, world, None, error.problems, "unreachable")
    try:
        database, tool = within(opening_seconds, lambda: _opened(settings))
    except SettingsError as error:
        return _without_tool(environment, world, settings, error.problems, "current")
    except (SQLAlchemyError, OSError):  # TimeoutError is an OSError
        return _without_tool(environment, world, settings, (), "unreachable")
    return Installation(
        environment=environment, world=world, settings=settings, refused=(), database=database, tool=tool
    )


def _without_tool(
    environment: Mapping[str, str],
    world: World,
    settings: Settings | None,
    refused: Sequence[str],
    database: DatabaseState,
) -> Installation:
    return Installation(
        environment=environment,
        world=world,
        settings=settings,
        refused=refused,
        database=database,
        tool=None,
    )


def _opened(settings: Settings) -> tuple[DatabaseState, Tool | None]:
    """The state of the database, and the tool where it can be used. Raises what the database and a start do."""
    path = settings.database_url.partition("?")[0].removeprefix("sqlite:///")
    # To open it would make the file.
    if settings.database_url.startswith("sqlite:") and not Path(path).is_file():
        return "missing", None
    store = Store(settings.database_url)
    try:
        found = state(store.engine)
        if found == "current":
            return found, existing_tool(settings, store)
    except NotFoundError:
        found = "empty"
    except BaseException:
        store.close()
        raise
    store.close()
    return found, None
