"""A limit to how many requests of one kind are worked on at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from werkzeug.exceptions import ServiceUnavailable

RETRY_SECONDS = 30


@contextmanager
def one_of(places: BoundedSemaphore, max_wait_seconds: float) -> Iterator[None]:
    """Holds one of the places for the block.

    Raises ServiceUnavailable, with when to try again, where none becomes free in time.
    """
    if not places.acquire(timeout=max_wait_seconds):
        raise ServiceUnavailable(retry_after=RETRY_SECONDS)
    try:
        yield
    finally:
        places.release()
