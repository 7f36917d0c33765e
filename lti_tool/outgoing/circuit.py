"""A circuit breaker: a server that does not answer is left alone for a while, by all threads of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: So many failures in a row open the circuit.
FAILURES = 3
#: Twice as long after each attempt that fails, up to so many seconds.
LONGEST_SECONDS = 600.0


class Circuit:
    """Of one server. Closed while the server answers; while it is open, nobody calls the server.

    When its time is over, one attempt is made; the others wait until that has shown whether the server is back. It is
    open for `seconds` the first time. `refused` gives the error for whoever may not call the server now, by the seconds
    that are left. `clock` gives seconds.
    """

    def __init__(
        self,
        refused: Callable[[float], Exception],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refused = refused
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    @contextmanager
    def attempt(
        self,
        longest: float,
        failures: tuple[type[Exception], ...],
        besides: tuple[type[Exception], ...] = (),
    ) -> Iterator[None]:
        """An attempt that takes at most `longest` seconds. It fails by an error of these types, `besides` those.

        Any other error is the attempt's own, and says nothing of the server. Raises the error of `refused` where no
        attempt is to be made now.
        """
        self._begin(longest)
        try:
            yield
        except besides:
            self._succeed()
            raise
        except failures:
            self._fail()
            raise
        self._succeed()

    def open_for(self, seconds: float) -> None:
        """Leaves the server alone for so long, because it has asked for that."""
        with self._lock:
            self._open_until = max(self._open_until, self._clock() + min(seconds, LONGEST_SECONDS))

    def _succeed(self) -> None:
        with self._lock:
            if self._failures:
                self._failures, self._open_until = 0, 0.0

    def _begin(self, longest: float) -> None:
        with self._lock:
            now = self._clock()
            if now < self._open_until:
                raise self._refused(self._open_until - now)
            if self._failures >= FAILURES:
                self._open_until = now + longest

    def _fail(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                doubled = min(self._failures - FAILURES, 10)
                self._open_until = self._clock() + min(self._seconds * 2**doubled, LONGEST_SECONDS)
