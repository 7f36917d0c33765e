"""Clients that send slowly or stop halfway, in front of gunicorn alone: what its own settings withstand.

What they do not, tests/attacks/test_proxy.py tries on the proxy.
"""

from __future__ import annotations

import runpy

import pytest

from tests.amounts import amount
from tests.attacks.servers import Client, answer_on, client_of, running_gunicorn
from tests.fixtures import ROOT

#: Many times the threads of a process.
CONNECTIONS = amount("connections that are held open at once", small=100, full=200)
THREADS = runpy.run_path(str(ROOT / "docker" / "gunicorn.conf.py"))["threads"]

HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: tool\r\nX-Slow: "
UPLOAD = b"POST /verify HTTP/1.1\r\nHost: tool\r\nContent-Type: text/plain\r\n"
#: Not to the verifier, which would soon answer that it was asked too often.
LAUNCH = b"POST /lti/launch HTTP/1.1\r\nHost: tool\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HALF_A_BODY = LAUNCH + b"Content-Length: 5000\r\n\r\nhalf"
NO_CHUNK = LAUNCH + b"Transfer-Encoding: chunked\r\n\r\n"


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


@pytest.mark.parametrize("size", [1, 3_000_000])
def test_an_upload_arrives_whole(client: Client, size: int) -> None:
    close = b"Connection: close\r\n"
    body = b"a" * size
    by_length = client.send(UPLOAD + close + f"Content-Length: {size}\r\n\r\n".encode(), body)
    chunked = client.send(
        UPLOAD + close + b"Transfer-Encoding: chunked\r\n\r\n", f"{size:x}\r\n".encode(), body
    )
    chunked.sendall(b"\r\n0\r\n\r\n")
    for connection in (by_length, chunked):
        assert answer_on(connection).startswith(b"HTTP/1.1 200 ")


def test_what_is_too_large_is_refused_without_waiting_for_it(client: Client) -> None:
    assert answer_on(client.send(UPLOAD + b"Content-Length: 900000000\r\n\r\nhalf")).startswith(
        b"HTTP/1.1 413 "
    )
    assert b" 431 " in answer_on(client.send(HALF_A_HEAD + b"x" * 70_000 + b"\r\n\r\n"))[:20]


def test_nothing_says_what_serves(client: Client) -> None:
    for answer in (client.get(), client.get("/nowhere"), client.get("/static/nozimite.css")):
        assert b"gunicorn" not in answer.lower()


# Last, because launches that are given up are counted as refusals, and many of them answered with 429.


def test_everybody_else_is_answered_in_the_end_while_many_connect_and_send_nothing(client: Client) -> None:
    """A thread waits five seconds for each."""
    for _ in range(CONNECTIONS):
        client.connect()
    assert is_well(client.get())


@pytest.mark.parametrize("start", [HALF_A_HEAD, HALF_A_BODY, NO_CHUNK], ids=["head", "body", "chunks"])
def test_everybody_else_is_answered_while_a_thread_is_left(client: Client, start: bytes) -> None:
    for _ in range(THREADS - 1):
        client.send(start)
    for _ in range(3):
        assert is_well(client.get())


def test_who_is_slow_is_answered_when_the_request_is_complete(client: Client) -> None:
    slow = client.send(HALF_A_HEAD)
    assert is_well(client.get())
    slow.sendall(b"but sure\r\n\r\n")
    assert is_well(answer_on(slow))
