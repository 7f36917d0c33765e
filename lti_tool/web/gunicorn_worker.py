"""The worker of gunicorn that the tool is served by: no thread waits for a client that sends slowly.

gunicorn's own worker with threads gives a connection to a thread with its first byte, and the thread reads until the
request is complete: as many clients as there are threads, each with half a request, stop the process. Here the main
loop collects requests without waiting, and a thread gets one when all of it is there. What takes too long is dropped.

What remains: a body without a length (chunked, or announced by `Expect`) is read by its thread, so no more than half
the threads serve these, and few wait for that. An answer that is larger than the system's buffer is sent by its
thread, so a client that reads slowly holds one for SENDING_SECONDS. And there are `worker_connections` places: where
all are taken the oldest unfinished request loses its own, so a flood of connections faster than people send theirs
keeps people out. A proxy that buffers (docker/nginx/nozimite.conf) takes all of this on itself.
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

#: How long a request may take from its first byte to its last: a phone uploads a badge of 5 MB in this time.
ARRIVAL_SECONDS = 20
#: How long a thread reads one body that has no length.
THREAD_SECONDS = 10
#: How long a thread waits until a client has taken a piece of an answer.
SENDING_SECONDS = 30
#: How long a connection stays open after its last answer, so that the client can read that answer to its end.
LINGER_SECONDS = 2
#: Browsers and platforms send a tenth of it.
MOST_HEAD_BYTES = 65_536
#: More than any page accepts. A longer body is not waited for: its page refuses it by its length.
MOST_BODY_BYTES = 6_000_000
#: Of all requests of a process together, until they are answered. Beyond it the largest unfinished one is dropped,
#: unless it is as small as what most people send.
MOST_COLLECTED_BYTES = 64_000_000

_READ_BYTES = 65_536
_HEAD_END = b"\r\n\r\n"
_HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_NO_LENGTH = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)


def length_of(received: bytes | bytearray) -> int | None:
    """How many bytes the request has, as its head says; None where the end of the head is not there yet.

    Only the head's, where its body has no length, or more than is waited for. gunicorn parses the head itself: a length
    that is wrongly read here changes how long the main loop waits, and nothing else.
    """
    end = received.find(_HEAD_END)
    if end < 0:
        return None
    head = bytes(received[: end + len(_HEAD_END)])
    body = _body_length(head)
    return len(head) + (body if body is not None and body <= MOST_BODY_BYTES else 0)


def is_read_in_its_thread(received: bytes | bytearray) -> bool:
    """Whether a request has a body that its main loop does not wait for; its head is complete."""
    head = bytes(received[: received.find(_HEAD_END) + len(_HEAD_END)])
    body = _body_length(head)
    return body is None or body > MOST_BODY_BYTES


def _body_length(head: bytes) -> int | None:
    if _NO_LENGTH.search(head):
        return None
    found = _CONTENT_LENGTH.search(head)
    return int(found[1]) if found else 0


@dataclass(slots=True, kw_only=True, eq=False)
class _Arriving:
    """A connection whose next request is being collected."""

    conn: TConn
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    #: The whole request, as soon as its head is there.
    length: int | None = None

    def add(self, data: bytes) -> None:
        self.received += data
        # Empty lines before a request are not the end of a head.
        while self.received.startswith(b"\r\n"):
            del self.received[:2]
        if self.length is None:
            self.length = length_of(self.received)

    @property
    def is_ready(self) -> bool:
        """Whether a thread may have it: all of it is there that is waited for."""
        return self.length is not None and len(self.received) >= self.length


class CollectingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker with threads whose main loop collects requests, closes connections, and waits for nobody."""

    def init_process(self) -> None:
        # In the order of their deadlines, because each waits as long as any other.
        self.arriving: dict[TConn, _Arriving] = {}
        self.lingering: dict[TConn, float] = {}
        #: Requests whose bodies threads read, and those that wait until one of these is done.
        self.read_in_threads: set[TConn] = set()
        self.waiting: deque[TConn] = deque()
        #: How many bytes there are of all requests, and of each that threads have or are going to have.
        self.collected = 0
        self.sizes: dict[TConn, int] = {}
        super().init_process()

    # --- collecting

    def accept(self, listener: socket.socket) -> None:
        super().accept(listener)
        if self.nr_conns >= self.worker_connections:
            self._make_place()

    def _make_place(self) -> None:
        """Closes the connection that has been idle for longest, else the one that has sent its request for longest."""
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self._unregister(conn)
            self._close(conn)
        elif self.arriving:
            self._drop(next(iter(self.arriving.values())))

    def enqueue_req(self, conn: TConn) -> None:
        """Begins to collect the next request of a connection: a new one, or one that was kept alive."""
        arriving = _Arriving(conn=conn, deadline=time.monotonic() + ARRIVAL_SECONDS)
        conn.sock.settimeout(0)
        self.arriving[conn] = arriving
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, arriving))
        if conn.parser is not None:
            # What came with the request before.
            self._add(arriving, conn.parser.unreader.take_buffered())

    def _on_readable(self, arriving: _Arriving, _sock: object) -> None:
        if arriving.conn not in self.arriving:  # dropped for another, after the poller found both readable
            return
        try:
            data = arriving.conn.sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._add(arriving, data)
        else:
            self._drop(arriving)

    def _add(self, arriving: _Arriving, data: bytes) -> None:
        before = len(arriving.received)
        arriving.add(data)
        self.collected += len(arriving.received) - before
        if self.collected > MOST_COLLECTED_BYTES:
            self._drop_largest()
        if arriving.conn not in self.arriving:
            return
        if arriving.is_ready:
            self._take(arriving)
            self._give_to_thread(arriving)
        elif arriving.length is None and len(arriving.received) > MOST_HEAD_BYTES:
            self._refuse(arriving)

    def _drop_largest(self) -> None:
        largest = max(self.arriving.values(), key=lambda each: len(each.received))
        if len(largest.received) > MOST_HEAD_BYTES:
            self._drop(largest)

    def _take(self, arriving: _Arriving) -> None:
        """Ends the collecting of a request."""
        del self.arriving[arriving.conn]
        self.collected -= len(arriving.received)
        self._unregister(arriving.conn)

    def _refuse(self, arriving: _Arriving) -> None:
        """Answers a request whose head does not end."""
        self._take(arriving)
        with suppress(OSError):
            arriving.conn.sock.send(_HEAD_TOO_LARGE)
        self._linger(arriving.conn)

    def _drop(self, arriving: _Arriving) -> None:
        self._take(arriving)
        self._close(arriving.conn)

    # --- serving

    def _give_to_thread(self, arriving: _Arriving) -> None:
        conn = arriving.conn
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = _BoundedUnreader(conn.sock)
        conn.parser.unreader.unread(bytes(arriving.received))
        conn.data_ready = True
        self.sizes[conn] = len(arriving.received)
        self.collected += len(arriving.received)
        if is_read_in_its_thread(arriving.received):
            self.waiting.append(conn)
            self._serve_waiting()
            if len(self.waiting) > self.cfg.threads:
                self._give_up_waiting(self.waiting.popleft())
        else:
            super().enqueue_req(conn)

    def _give_up_waiting(self, conn: TConn) -> None:
        self.collected -= self.sizes.pop(conn)
        self._close(conn)

    def _serve_waiting(self) -> None:
        """Gives requests whose bodies are still to be read to threads, to no more than half of them."""
        while self.waiting and len(self.read_in_threads) < max(self.cfg.threads // 2, 1):
            conn = self.waiting.popleft()
            self.read_in_threads.add(conn)
            super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Serves the request in a thread, and returns whether the connection is kept."""
        conn.parser.unreader.deadline = time.monotonic() + THREAD_SECONDS
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Whether the connection is kept. Raises BrokenPipeError where the client does not take the answer in time."""
        conn.sock.settimeout(SENDING_SECONDS)
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            # gunicorn takes note of a client that went away, and writes a traceback about one that is slow.
            raise BrokenPipeError(errno.EPIPE, "the client did not take the answer") from error

    # --- closing

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Keeps the connection, or closes it; the next request that waited gets the thread."""
        self.collected -= self.sizes.pop(conn)
        if conn in self.read_in_threads:
            self.read_in_threads.remove(conn)
            self._serve_waiting()
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self._linger(conn)
        else:
            super().finish_request(conn, fs)

    def _linger(self, conn: TConn) -> None:
        """Closes the connection when its client has read the answer. gunicorn's main loop would wait for that."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.settimeout(0)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_lingering, conn))
        except (OSError, ValueError):  # the client has closed it, or the thread has
            self._close(conn)
        else:
            self.lingering[conn] = time.monotonic() + LINGER_SECONDS

    def _on_lingering(self, conn: TConn, _sock: object) -> None:
        try:
            if conn.sock.recv(_READ_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._end_lingering(conn)

    def _end_lingering(self, conn: TConn) -> None:
        del self.lingering[conn]
        self._unregister(conn)
        self._close(conn)

    def murder_pending(self) -> None:
        """Drops what has taken too long; gunicorn calls it at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        for arriving in _overdue(self.arriving, now, lambda conn: self.arriving[conn].deadline):
            self._drop(self.arriving[arriving])
        for conn in _overdue(self.lingering, now, lambda conn: self.lingering[conn]):
            self._end_lingering(conn)

    def _unregister(self, conn: TConn) -> None:
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()


def _overdue(conns: dict[TConn, Any], now: float, deadline: Callable[[TConn], float]) -> Iterator[TConn]:
    """The first connections of `conns`, which may be removed meanwhile, up to one whose deadline is to come."""
    for conn in tuple(conns):
        if deadline(conn) > now:
            return
        yield conn


class _BoundedUnreader(SocketUnreader):  # type: ignore[misc]
    """Reads for a thread until a deadline, after which the client counts as gone."""

    deadline = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise NoMoreData
        before = self.sock.gettimeout()
        self.sock.settimeout(left if before is None else min(left, before))
        try:
            data: bytes = super().chunk(size_hint)
        except TimeoutError as error:
            raise NoMoreData from error
        finally:
            self.sock.settimeout(before)
        return data
