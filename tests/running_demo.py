"""The demo as tests start it: the tool, its worker and an LMS, with quick checks of the platform."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication

from lti_tool.commands import demo_server
from lti_tool.commands.demo_server import RunningDemo
from lti_tool.web import create_app, server
from lti_tool.wiring import Tool
from tests.fixtures import settings_for

T = TypeVar("T")


@contextmanager
def run_demo(
    folder: Path,
    product: Any = "moodle",
    *,
    create_tool_app: Callable[[Tool], WSGIApplication] = create_app,
    **settings: Any,
) -> Iterator[RunningDemo]:
    """The tool and an LMS that behaves as Moodle or Canvas, until the block ends; SQLite unless the settings differ."""
    tool_socket, lms_socket = server.listen(0), server.listen(0)
    all_settings = {
        "database_url": f"sqlite:///{folder / 'nozimite.sqlite'}",
        "folder": folder,
        "issuer_file": demo_server.issuer_file_in(folder),
        "tool_url": f"http://tool.localhost:{tool_socket.getsockname()[1]}",
        "private_hosts": demo_server.LOCAL_HOSTS,
        "log_format": "console",
        "poll_seconds": 1,
    } | settings
    with demo_server.running_demo(
        settings_for(**all_settings), folder, tool_socket, lms_socket, product, create_tool_app
    ) as demo:
        yield demo


def wait(condition: Callable[[], T], seconds: float = 60) -> T:
    """The result of the condition once it is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return result


def rows(tool: Tool, model: type[T]) -> list[T]:
    """All rows of this model in the tool's database."""
    with tool.store.read() as session:
        return session.query(model).all()
