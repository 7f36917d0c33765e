"""Name resolution that ends with the call it is for.

The system's resolver has no limit of time of its own: a name server that never answers holds it for half a minute. Such
a thread cannot be ended, so it is left behind, and their number is bounded.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any

from lti_tool.outgoing.deadline import Deadline

#: Has the shape of `socket.getaddrinfo`; tests pass one that gives the addresses they want.
Resolve = Callable[..., Sequence[tuple[Any, ...]]]

#: Names that are asked for at once. Few calls run at once, so only name servers that do not answer get here.
MAX_AT_ONCE = 32


class Resolver:
    """Finds the IP addresses of hosts, in threads of its own."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._places = BoundedSemaphore(MAX_AT_ONCE)

    def addresses(self, host: str, port: int, deadline: Deadline) -> Sequence[str]:
        """The IP addresses of the host, as text.

        Raises TimeoutError where they are not found before the deadline, OSError or UnicodeError where there are none.
        """
        if not self._places.acquire(timeout=deadline.remaining()):
            raise TimeoutError("too many names are being resolved")
        answers: SimpleQueue[Sequence[tuple[Any, ...]] | Exception] = SimpleQueue()
        # A daemon: a name server that does not answer must not hold up the end of the process either.
        Thread(target=self._ask, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=deadline.remaining())
        except Empty:
            raise TimeoutError("the name was not resolved in time") from None
        if isinstance(answer, Exception):
            raise answer
        return [address[0] for *_, address in answer]

    def _ask(self, host: str, port: int, answers: SimpleQueue[Sequence[tuple[Any, ...]] | Exception]) -> None:
        try:
            answers.put(self._resolve(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asks
            answers.put(error)
        finally:
            self._places.release()
