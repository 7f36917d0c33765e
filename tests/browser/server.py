"""The running demo, with scripts of the tool that tests can take away from its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from lti_tool.commands.demo_server import RunningDemo
from lti_tool.web import create_app
from lti_tool.wiring import Tool
from tests import running_demo

_empty_scripts: set[str] = set()


@contextmanager
def without_script(name: str) -> Iterator[None]:
    """The script is empty until the block ends, as if it did not load: what it does at once then waits for a click.

    The server answers with nothing in it. Where the browser is made to, by interception, a frame that goes from site
    to site now and then stays where it is.
    """
    _empty_scripts.add(name)
    yield
    _empty_scripts.remove(name)


def _create_app(tool: Tool) -> Flask:
    app = create_app(tool)

    @app.before_request
    def answer_empty_script() -> Response | None:
        name = request.path.rpartition("/")[2]
        return Response("", mimetype="text/javascript") if name in _empty_scripts else None

    return app


def run_demo(
    folder: Path, product: Any = "moodle", **settings: object
) -> AbstractContextManager[RunningDemo]:
    """The tool and an LMS that behaves as Moodle or Canvas, until the block ends."""
    return running_demo.run_demo(folder, product, create_tool_app=_create_app, **settings)
