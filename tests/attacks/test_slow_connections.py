"""Clients that send slowly, stop halfway or never hang up: the tool goes on answering everybody else."""

from __future__ import annotations

from contextlib import suppress

import pytest

from lti_tool.web.gunicorn_worker import (
    MOST_BODY_BYTES,
    MOST_HEAD_BYTES,
    is_read_in_its_thread,
    length_of,
)
from tests.amounts import amount
from tests.attacks.servers import (
    Client,
    answer_on,
    client_of,
    is_closed_by_the_server,
    running_gunicorn,
)

#: Many times the threads of a process, which are eight.
CONNECTIONS = amount("connections that are held open at once", small=60, full=200)

HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: tool\r\nX-Slow: "
UPLOAD = b"POST /verify HTTP/1.1\r\nHost: tool\r\nContent-Type: text/plain\r\n"
HALF_A_BODY = UPLOAD + b"Content-Length: 5000\r\n\r\nhalf"
NO_CHUNK = UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n"
LONG_BODY = UPLOAD + b"Content-Length: 900000000\r\n\r\nhalf"
EXPECTING = UPLOAD + b"Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n"
EMPTY_LINES = b"\r\n" * 4 + HALF_A_HEAD
SLOW_STARTS = {
    "nothing": b"",
    "one letter": b"G",
    "half a head": HALF_A_HEAD,
    "empty lines": EMPTY_LINES,
    "half a body": HALF_A_BODY,
    "half a body of a page that is not there": HALF_A_BODY.replace(b"/verify", b"/nowhere"),
    "chunks that never come": NO_CHUNK,
    "half a body that is far too long": LONG_BODY,
    "a body that waits to be asked for": EXPECTING,
}


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory, free_port):
    """The port of the tool."""
    port = free_port()
    with running_gunicorn(tmp_path_factory.mktemp("tool") / "gunicorn", port):
        yield port


@pytest.fixture
def client(gunicorn):
    with client_of(gunicorn) as client:
        yield client


def is_well(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'{"status":"ok"}\n')


@pytest.mark.parametrize("start", SLOW_STARTS.values(), ids=SLOW_STARTS)
def test_everybody_else_is_answered_while_many_hold_a_request_back(client: Client, start: bytes) -> None:
    for _ in range(CONNECTIONS):
        client.send(start)
    for _ in range(3):
        assert is_well(client.get())


def test_everybody_else_is_answered_while_many_send_byte_by_byte(client: Client) -> None:
    for text in (HALF_A_HEAD, HALF_A_BODY):
        slow = [client.connect() for _ in range(CONNECTIONS)]
        for letter in text[:60]:
            for connection in slow:
                connection.sendall(bytes([letter]))
        assert is_well(client.get())


def test_everybody_else_is_answered_while_many_do_not_hang_up(client: Client) -> None:
    for _ in range(CONNECTIONS):
        client.send(b"GET /healthz HTTP/1.1\r\nHost: tool\r\nConnection: close\r\n\r\n")
    assert is_well(client.get())


def test_who_is_slow_is_answered_when_the_request_is_complete(client: Client) -> None:
    others = [client.send(HALF_A_BODY) for _ in range(CONNECTIONS)]
    slow = client.send(HALF_A_HEAD)
    assert is_well(client.get())
    slow.sendall(b"but sure\r\n\r\n")
    assert is_well(answer_on(slow))
    # Kept alive, and asked again.
    slow.sendall(HALF_A_HEAD)
    slow.sendall(b"again\r\n\r\n")
    assert is_well(answer_on(slow))
    others[0].sendall(b"x" * 4996)
    assert b"HTTP/1.1 200 " in answer_on(others[0])


def test_requests_that_come_in_one_piece_are_answered_in_order(client: Client) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: tool\r\n\r\n"
    missing = b"GET /nowhere HTTP/1.1\r\nHost: tool\r\nConnection: close\r\n\r\n"
    connection = client.send(request + request + missing)
    received = b""
    while data := connection.recv(65_536):
        received += data
    assert received.count(b"HTTP/1.1 200 ") == 2
    assert received.count(b"HTTP/1.1 404 ") == 1


@pytest.mark.parametrize("size", [1, 70_000, 3_000_000])
def test_an_upload_arrives_whole(client: Client, size: int) -> None:
    close = b"Connection: close\r\n"
    body = b"a" * size
    by_length = client.send(UPLOAD + close + f"Content-Length: {size}\r\n\r\n".encode(), body)
    chunked = client.send(
        UPLOAD + close + b"Transfer-Encoding: chunked\r\n\r\n", f"{size:x}\r\n".encode(), body
    )
    chunked.sendall(b"\r\n0\r\n\r\n")
    asked = client.send(UPLOAD + close + f"Expect: 100-continue\r\nContent-Length: {size}\r\n\r\n".encode())
    assert asked.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n")
    asked.sendall(body)
    answers = [answer_on(connection).partition(b"\r\n\r\n") for connection in (by_length, chunked, asked)]
    assert [head.split(b"\r\n")[0] for head, _, _ in answers] == [b"HTTP/1.1 200 OK"] * 3


def test_what_is_too_large_is_refused_without_waiting_for_it(client: Client) -> None:
    assert answer_on(client.send(LONG_BODY)).startswith(b"HTTP/1.1 413 ")
    head = HALF_A_HEAD + b"x" * (MOST_HEAD_BYTES + 1)
    assert answer_on(client.send(head)).startswith(b"HTTP/1.1 431 ")


def test_nothing_says_what_serves(client: Client) -> None:
    for answer in (client.get(), client.get("/nowhere"), client.get("/static/nozimite.css")):
        assert b"gunicorn" not in answer.lower()


# --- what is given up


@pytest.fixture(scope="module")
def impatient(tmp_path_factory, free_port):
    """The port of a tool with 20 places, which gives up soon; and the file with its log."""
    port = free_port()
    settings = """
import lti_tool.web.gunicorn_worker as worker
worker.ARRIVAL_SECONDS = worker.THREAD_SECONDS = worker.LINGER_SECONDS = 0.5
worker.MOST_COLLECTED_BYTES = 1_000_000
worker_connections = 20
keepalive = 600
"""
    folder = tmp_path_factory.mktemp("tool") / "gunicorn"
    with running_gunicorn(folder, port, more_settings=settings) as log:
        yield port, log


@pytest.mark.parametrize("start", SLOW_STARTS.values(), ids=SLOW_STARTS)
def test_what_is_not_complete_in_time_is_dropped(impatient, start: bytes) -> None:
    with client_of(impatient[0]) as client:
        assert answer_on(client.send(start)) in (b"", b"HTTP/1.1 100 Continue\r\n\r\n") or start in (
            HALF_A_BODY.replace(b"/verify", b"/nowhere"),
            LONG_BODY,
            NO_CHUNK,
            EXPECTING,
        )
        assert is_well(client.get())


def test_the_oldest_unfinished_request_makes_place_for_a_new_one(impatient) -> None:
    with client_of(impatient[0]) as client:
        slow = [client.send(HALF_A_HEAD) for _ in range(40)]
        assert is_well(client.get())
        assert is_closed_by_the_server(slow[0])


def test_idle_connections_make_place_for_a_new_one(impatient) -> None:
    with client_of(impatient[0]) as client:
        for _ in range(40):
            idle = client.send(b"GET /healthz HTTP/1.1\r\nHost: tool\r\n\r\n")
            assert is_well(answer_on(idle))
        assert is_well(client.get())


def test_the_largest_unfinished_request_is_dropped_where_all_together_are_too_large(impatient) -> None:
    with client_of(impatient[0]) as client:
        small = client.send(HALF_A_HEAD)
        large = client.send(UPLOAD + b"Content-Length: 5000000\r\n\r\n")
        with suppress(OSError):
            large.sendall(b"x" * 4_000_000)
        assert is_closed_by_the_server(large)
        small.sendall(b"but sure\r\n\r\n")
        assert is_well(answer_on(small))


def test_a_slow_client_leaves_no_traceback(impatient) -> None:
    with client_of(impatient[0]) as client:
        for start in SLOW_STARTS.values():
            client.send(start)
        assert is_well(client.get())
    assert "Traceback" not in impatient[1].read_text(encoding="utf-8")


# --- how long a request is


@pytest.mark.parametrize(
    ("received", "length", "in_thread"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 18, False),
        (b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n", 49, False),
        (b"POST / HTTP/1.1\r\ncontent-length:10 \r\nHost: tool\r\n\r\nmore", 61, False),
        (b"POST / HTTP/1.1\r\nX-Content-Length: 10\r\n\r\n", 41, False),
        (b"POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n", 40, False),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 47, True),
        (b"POST / HTTP/1.1\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n", 61, True),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 48, True),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % MOST_BODY_BYTES, 44 + MOST_BODY_BYTES, False),
    ],
)
def test_a_head_says_how_long_its_request_is(received: bytes, length: int, *, in_thread: bool) -> None:
    assert length_of(received) == length
    assert is_read_in_its_thread(received) == in_thread


def test_half_a_head_does_not_say_it_yet() -> None:
    for received in (b"", b"POST / HTTP/1.1\r\nContent-Length: 10\r\n", b"GET / HTTP/1.1\n\n"):
        assert length_of(received) is None
