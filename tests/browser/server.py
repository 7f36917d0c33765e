"""The whole product with an LMS, for browsers to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask, Response, request

from lti_tool.commands import demo_server
from lti_tool.commands.demo_server import RunningDemo
from lti_tool.web import create_app, server
from lti_tool.wiring import Tool
from tests.fixtures import settings_for

_withheld: set[str] = set()


@contextmanager
def withheld(script: str) -> Iterator[None]:
    """The script does nothing, as in a bad net: what it would do at once then waits for a press of a button.

    The server keeps back what is in it: where the browser is made to, by interception, a frame that goes from site to
    site now and then stays where it is.
    """
    _withheld.add(script)
    yield
    _withheld.remove(script)


def _withholding(tool: Tool) -> Flask:
    app = create_app(tool)

    @app.before_request
    def keep_back() -> Response | None:
        name = request.path.rpartition("/")[2]
        return Response("", mimetype="text/javascript") if name in _withheld else None

    return app


@contextmanager
def standing(folder: Path, product: Any = "moodle", **settings: object) -> Iterator[RunningDemo]:
    """The tool and a demo LMS that behaves as Moodle or Canvas."""
    tool_socket, lms_socket = server.listen(0), server.listen(0)
    found = settings_for(
        f"sqlite:///{folder / 'nozimite.sqlite'}",
        folder,
        tool_url=f"http://tool.localhost:{tool_socket.getsockname()[1]}",
        allow_private_addresses=True,
        log_format="console",
        **({"poll_seconds": 1} | settings),
    )
    with (
        mock.patch.object(demo_server, "create_app", _withholding),
        demo_server.running_demo(found, folder, tool_socket, lms_socket, product) as running,
    ):
        yield running
