"""The whole product with an LMS, for browsers to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lti_tool import showcase
from lti_tool.showcase import Showcase
from tests.stage import settings_for


@contextmanager
def standing(folder: Path, manners: Any = "moodle", **settings: object) -> Iterator[Showcase]:
    """The tool and a demo LMS that behaves as Moodle or Canvas."""
    tool_socket, lms_socket = showcase.listen(0), showcase.listen(0)
    found = settings_for(
        f"sqlite:///{folder / 'nozimite.sqlite'}",
        folder,
        tool_url=f"http://tool.localhost:{tool_socket.getsockname()[1]}",
        allow_private_addresses=True,
        log_format="console",
        **({"poll_seconds": 1} | settings),
    )
    with showcase.running(found, folder, tool_socket, lms_socket, manners) as running:
        yield running
