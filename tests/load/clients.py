"""Browsers that cost next to nothing, and many of them at once."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

#: How many ask at once.
AT_ONCE = 16
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the tool: its status, its head with all headers, and its body."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The value of the first header of that name; "" where there is none."""
        found = re.search(rf"(?im)^{name}: ?([^\r\n]*)".encode(), self.head)
        return found[1].decode() if found else ""


class Client:
    """One who asks at a time, on a connection for each request, as the proxy of docker/nginx does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._host = f"tool.localhost:{port}".encode()

    def post(self, path: str, form: bytes, cookie: str = "") -> Answer:
        """What a form is answered, that a page of another site has posted."""
        return self._ask(
            b"POST %b HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n"
            b"Origin: https://moodle.example.org\r\nSec-Fetch-Site: cross-site\r\n"
            b"Accept-Language: lv,en;q=0.8\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"%bContent-Length: %d\r\n\r\n%b"
            % (
                path.encode(),
                self._host,
                b"Cookie: %b\r\n" % cookie.encode() if cookie else b"",
                len(form),
                form,
            )
        )

    def get(self, path: str) -> Answer:
        return self._ask(
            b"GET %b HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % (path.encode(), self._host)
        )

    def _ask(self, request: bytes) -> Answer:
        received = b""
        with socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            while data := connection.recv(262_144):
                received += data
        head, end, body = received.partition(b"\r\n\r\n")
        if not end:
            raise ConnectionError("the answer ended too soon")
        return Answer(status=int(head[9:12]), head=head, body=body)


def in_parts(deeds: Sequence[Callable[[Client], T]], clients: Sequence[Client]) -> list[T]:
    """What each deed returned, in their order, done by all the clients at once; each takes every so many-th."""

    def do(number: int) -> list[Any]:
        return [deed(clients[number]) for deed in deeds[number :: len(clients)]]

    with ThreadPoolExecutor(len(clients)) as pool:
        parts = list(pool.map(do, range(len(clients))))
    done: list[Any] = [None] * len(deeds)
    for number, part in enumerate(parts):
        done[number :: len(clients)] = part
    return done
