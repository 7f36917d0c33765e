"""A limit to how many requests of one kind are worked on at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from werkzeug.exceptions import ServiceUnavailable


class BusyError(ServiceUnavailable):
    """As many requests of this kind as may be are worked on: 503, with when to try again."""

    retry_seconds = 15

    def __init__(self) -> None:
        super().__init__(retry_after=self.retry_seconds)


@contextmanager
def one_of(places: BoundedSemaphore, max_wait_seconds: float) -> Iterator[None]:
    """Holds one of the places for the block.

    Raises BusyError where none becomes free in time.
    """
    if not places.acquire(timeout=max_wait_seconds):
        raise BusyError
    try:
        yield
    finally:
        places.release()


class OneOfEach:
    """Lets one request of each key be worked on at a time in this process: nobody takes the places of others."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: set[int] = set()

    @contextmanager
    def only(self, key: int) -> Iterator[None]:
        """Holds the key for the block. Raises BusyError where another request holds it."""
        with self._lock:
            if key in self._keys:
                raise BusyError
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


#: A page that verifies a badge, or calls a host of badges, waits for sites of strangers, for half a minute perhaps, and
#: holds a thread meanwhile. So many at once in a process, whichever pages they are, leave most of its threads
#: (docker/gunicorn.conf.py) to all others. Nobody waits for a place: that would take a thread too.
WAITING_AT_ONCE = 3
_waiting = BoundedSemaphore(WAITING_AT_ONCE)


@contextmanager
def waiting_for_strangers() -> Iterator[None]:
    """Holds the place of a page that waits for sites of strangers. Raises BusyError while WAITING_AT_ONCE do."""
    with one_of(_waiting, max_wait_seconds=0):
        yield
