"""How many pages wait for hosts at once: each call may take its whole time, and holds a thread meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from lti_tool.web.limits import one_of

AT_ONCE = 2
_running = BoundedSemaphore(AT_ONCE)


@contextmanager
def host_call() -> Iterator[None]:
    """Holds one of the places for the block. Raises BusyError where none becomes free in time."""
    with one_of(_running, max_wait_seconds=5):
        yield
