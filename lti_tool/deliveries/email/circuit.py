"""A circuit breaker: a mail server that does not answer is left alone for a while, by all threads of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lti_tool.errors import DeliveryError

#: So many failures in a row open the circuit.
FAILURES = 3
#: How long it is open the first time; twice as long after each attempt that fails, up to LONGEST_SECONDS.
SECONDS = 30.0
LONGEST_SECONDS = 600.0


class Circuit:
    """Of one server. Closed while the server answers; while it is open, nobody calls the server.

    When its time is over, one attempt is made; the others wait until that has shown whether the server is back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    @contextmanager
    def attempt(self, longest: float, besides: tuple[type[OSError], ...] = ()) -> Iterator[None]:
        """An attempt that takes at most `longest` seconds; it fails by an OSError, `besides` those of these types.

        Raises DeliveryError with `retry_after` where none is to be made now.
        """
        self._begin(longest)
        try:
            yield
        except besides:
            self._succeed()
            raise
        except OSError:
            self._fail()
            raise
        self._succeed()

    def _succeed(self) -> None:
        with self._lock:
            self._failures, self._open_until = 0, 0.0

    def _begin(self, longest: float) -> None:
        with self._lock:
            now = self._clock()
            if now < self._open_until:
                raise DeliveryError("the mail server cannot be reached", retry_after=self._open_until - now)
            if self._failures >= FAILURES:
                self._open_until = now + longest

    def _fail(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                doubled = min(self._failures - FAILURES, 10)
                self._open_until = self._clock() + min(SECONDS * 2**doubled, LONGEST_SECONDS)
