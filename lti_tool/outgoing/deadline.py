"""The deadline of a whole call."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType


class Deadline:
    """Ends a call after some seconds, also while it waits for a socket in another thread.

    The read timeout alone is not enough: a server that sends one byte now and then never exceeds it.
    """

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        #: Guards the socket: the timer runs in a thread of its own.
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self._is_cut_off = False

    def __enter__(self) -> Deadline:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._forget()

    @property
    def is_past(self) -> bool:
        """Whether the time is over; what was read until then may be cut short."""
        return self._is_cut_off or time.monotonic() >= self._ends_at

    def remaining(self) -> float:
        """The seconds that are left, more than 0. Raises TimeoutError when the time is over."""
        if self.is_past:
            raise TimeoutError("past the deadline")
        return self._ends_at - time.monotonic()

    def watch(self, connected: socket.socket) -> None:
        """Makes reads from the socket, and from no other, end with the time. Raises TimeoutError when it is over."""
        # The library closes its socket when it likes, and the number of a closed one may soon belong to another
        # call's. A duplicate stays ours until the end.
        with self._lock:
            self._forget()
            self._socket = socket.socket(fileno=os.dup(connected.fileno()))
        if self._timer is None:
            self._timer = threading.Timer(self.remaining(), self._cut_off)
            self._timer.daemon = True
            self._timer.start()

    def _cut_off(self) -> None:
        with self._lock:
            self._is_cut_off = True
            if self._socket is not None:
                # Raised where the other side has closed the connection already.
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
