"""Connections to other servers, kept open between calls.

They stand on what urllib3 documents: the classes of `urllib3.connection` and, under "Custom SNI Hostname", a connection
to an IP address whose certificate is checked for `server_hostname`. urllib3's own pools are not used: they bound
neither the idle time nor the number of connections to all servers, and hand out no socket that a deadline could end.
"""

from __future__ import annotations

import os
import ssl
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from lti_tool.outgoing.deadline import Deadline

#: Of all servers together, and of one. A platform is asked by a few threads at a time.
MAX_KEPT = 16
MAX_KEPT_FOR_ONE = 4
#: Many servers close an idle connection after a minute, some after five seconds.
IDLE_SECONDS = 30
#: Then the name is resolved, and its addresses and certificate are checked, again.
AGE_SECONDS = 300

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose connection it is (RFC 6454). `host` is in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def host_header(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host.rstrip(".")
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A connection to an address that was checked when it was opened; nobody else uses it meanwhile."""

    origin: Origin
    connection: HTTPConnection
    #: Seconds of the clock of `Connections`.
    opened_at: float


def open_connection(
    origin: Origin, addresses: Sequence[str], tls: ssl.SSLContext, connect_seconds: float, deadline: Deadline
) -> HTTPConnection:
    """A connection to the first of `addresses` that answers; with https the certificate is checked for the host.

    Connecting and the TLS handshake may take `connect_seconds` each. Raises TimeoutError, OSError or urllib3's
    HTTPError where there is none.
    """
    failure: Exception = OSError("the host has no address")
    for address in addresses:
        connection = _connection_to(address, origin, tls, min(connect_seconds, deadline.remaining()))
        try:
            connection.connect()
        except (NewConnectionError, ConnectTimeoutError) as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise failure


def _connection_to(address: str, origin: Origin, tls: ssl.SSLContext, seconds: float) -> HTTPConnection:
    # An IP address is not resolved, so the connection leads to the very address that was checked. No proxy is given,
    # and these classes read none from the environment.
    if origin.scheme == "http":
        return HTTPConnection(address, origin.port, timeout=seconds)
    return HTTPSConnection(
        address, origin.port, timeout=seconds, ssl_context=tls, server_hostname=origin.host
    )


class Connections:
    """The idle connections of a process: bounded in number, in idle time and in age; for all its threads.

    Those that have waited too long are closed by the next call, to whichever server.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._process = os.getpid()
        #: The one used last stands last; with the time since which it is idle.
        self._idle: list[tuple[Opened, float]] = []
        weakref.finalize(self, _close_all, self._idle)

    def take(self, origin: Origin) -> Opened | None:
        """A connection to the origin that is still open; it is no longer kept."""
        while (opened := self._pop(origin)) is not None:
            if _is_silent(opened.connection):
                return opened
            opened.connection.close()
        return None

    def keep(self, opened: Opened) -> None:
        """Keeps a connection whose last response was read to its end; the longest idle one gives way."""
        with self._lock:
            self._close_old()
            self._idle.append((opened, self._clock()))
            same = [entry for entry in self._idle if entry[0].origin == opened.origin]
            if len(same) > MAX_KEPT_FOR_ONE:
                self._close([same[0]])
            elif len(self._idle) > MAX_KEPT:
                self._close([self._idle[0]])

    def _pop(self, origin: Origin) -> Opened | None:
        with self._lock:
            self._close_old()
            for index in reversed(range(len(self._idle))):
                if self._idle[index][0].origin == origin:
                    return self._idle.pop(index)[0]
        return None

    def _close_old(self) -> None:
        if self._process != os.getpid():
            # After a fork both processes would write to the same connection: it stays the parent's.
            self._close(self._idle)
            self._process = os.getpid()
        now = self._clock()
        self._close(
            [
                (opened, since)
                for opened, since in self._idle
                if now - since >= IDLE_SECONDS or now - opened.opened_at >= AGE_SECONDS
            ]
        )

    def _close(self, entries: Sequence[tuple[Opened, float]]) -> None:
        _close_all(entries)
        closed = {id(opened) for opened, _ in entries}
        self._idle[:] = [entry for entry in self._idle if id(entry[0]) not in closed]


def _close_all(entries: Sequence[tuple[Opened, float]]) -> None:
    for opened, _ in entries:
        opened.connection.close()


def _is_silent(connection: HTTPConnection) -> bool:
    """Whether the server has neither closed the connection nor sent what would be read as the next response."""
    if not connection.is_connected:
        return False
    return not (isinstance(connection.sock, ssl.SSLSocket) and connection.sock.pending())
