"""Hosts over real connections that are slow, endless, huge, elsewhere or no hosts, at every step that asks them.

Each is asked through the one way out, with its limits of size; only its patience is that of a test.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest

from lti_tool.errors import HostError
from lti_tool.hosts import calls
from lti_tool.hosts.client import Client, HostRequest, Tokens, exchange, metadata, register, renew, revoke
from lti_tool.hosts.discovery import described_by, discover
from lti_tool.hosts.upsert import push
from lti_tool.outgoing import HttpResponse, Outgoing
from tests.fake_host import FakeHost
from tests.lti_tool.hosts.test_discovery import NOW, code_of
from tests.lti_tool.test_outgoing import answer, serve  # noqa: F401

NAME = "host.localhost"
TEXT = json.dumps({"id": "https://badges.example.org/credentials/1", "name": "Welding"})
CLIENT = Client(client_id="client-1", secret="secret")
TOKENS = Tokens(access="access", refresh="refresh", ends_at=NOW)
BACK = "https://badges.example.org/my/places/back/0123"


class Impatient(Outgoing):
    """May call the hosts of these tests, and waits for no answer longer than a moment."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"private_hosts": [NAME]} | options)

    def request(self, method: str, url: str, **given: Any) -> HttpResponse:
        assert given["seconds"] == calls.SECONDS and given["max_bytes"] == calls.MAX_BYTES
        return super().request(method, url, **given | {"seconds": 0.25})


def described(base: str, outgoing: Outgoing) -> Any:
    return described_by(FakeHost(base).described, base, outgoing)


def ask_to_register(outgoing: Outgoing, base: str) -> None:
    site = "https://badges.example.org"
    about_us = metadata("Riga College", site, f"{site}/privacy", BACK, "1.0")
    register(outgoing, described(base, outgoing), about_us, NOW)


def ask_for_tokens(outgoing: Outgoing, base: str) -> None:
    asked = HostRequest(url="", state="state", code_verifier="v" * 43)
    back = {"code": "code", "state": "state"}
    exchange(outgoing, described(base, outgoing), CLIENT, BACK, back, asked, NOW)


def ask_for_others(outgoing: Outgoing, base: str) -> None:
    renew(outgoing, described(base, outgoing), CLIENT, TOKENS, NOW)


def bring(outgoing: Outgoing, base: str) -> None:
    push(outgoing, base, "access", TEXT, NOW)


def look_up(outgoing: Outgoing, base: str) -> None:
    discover(outgoing, base, None, NOW)


#: All that a host is asked, but for taking tokens back: there nothing more is known than that it has not.
STEPS = (look_up, ask_to_register, ask_for_tokens, ask_for_others, bring)

every_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)


def again_and_again(first: bytes, more: bytes, pause: float = 0.02) -> Callable[[socket.socket, bytes], None]:
    """Says `more` until nobody listens."""

    def talk(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(first)
        with suppress(OSError):
            while True:
                connection.sendall(more)
                time.sleep(pause)

    return talk


def silent(connection: socket.socket, _request: bytes) -> None:
    connection.recv(1)


OK = b"HTTP/1.1 200 OK\r\n"
SLOW = {
    "silent": silent,
    "a letter at a time": again_and_again(b"HTTP/1.1 200 O", b"O"),
    "headers that never end": again_and_again(OK, b"X-More: x\r\n"),
    "a body that never ends": again_and_again(OK + b"\r\n", b" "),
    "chunks that never end": again_and_again(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "less than it announces": again_and_again(OK + b"Content-Length: 1000\r\n\r\n", b""),
}


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        *((step, "headers that never end") for step in STEPS),
        *((look_up, kind) for kind in sorted(SLOW.keys() - {"headers that never end"})),
    ],
)
def test_a_slow_host_is_left_after_a_while(serve, step, kind):  # noqa: F811
    server = serve(SLOW[kind])
    assert code_of(lambda: step(Impatient(), f"http://{NAME}:{server.port}")) == "unreachable"


HUGE = {
    "announced": OK + b"Content-Length: 10000000000\r\n\r\n{",
    "sent": OK + b"\r\n" + b" " * (calls.MAX_BYTES + 20_000),
    "unpacked": answer(gzip.compress(b" " * (calls.MAX_BYTES * 20)), "Content-Encoding: gzip"),
    "unpacked twice": answer(
        gzip.compress(gzip.compress(b" " * (calls.MAX_BYTES * 20))), "Content-Encoding: gzip, gzip"
    ),
}


@every_step
@pytest.mark.parametrize("said", HUGE.values(), ids=HUGE.keys())
def test_of_a_huge_answer_no_more_is_read_than_a_host_may_say(serve, step, said):  # noqa: F811
    def talk(connection, _request):
        with suppress(OSError):
            connection.sendall(said)

    server = serve(talk)
    assert code_of(lambda: step(Impatient(), f"http://{NAME}:{server.port}")) == "answer_too_large"


@every_step
@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
@pytest.mark.parametrize("place", ["itself", "http://169.254.169.254/latest", "https://evil.example/"])
def test_no_redirect_is_followed(serve, step, status, place):  # noqa: F811
    other = serve(answer(b"{}"))
    where = f"http://{NAME}:{other.port}/" if place == "itself" else place
    server = serve(answer(b"", f"Location: {where}", status=status))
    assert code_of(lambda: step(Impatient(), f"http://{NAME}:{server.port}")) == "redirected"
    assert len(server.requests) == 1 and other.requests == []


@every_step
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>Welcome", b"\xef\xbb\xbf  \r\n<html>"])
def test_a_web_page_is_no_answer(serve, step, body):  # noqa: F811
    server = serve(answer(body, "Content-Type: text/html"))
    assert code_of(lambda: step(Impatient(), f"http://{NAME}:{server.port}")) == "web_page"


@every_step
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"[" * 100_000, b"1" * 100_000, b'{"a":' * 50_000, b"\x00\xff"]
)
def test_what_is_no_object_is_no_answer(serve, step, body):  # noqa: F811
    server = serve(answer(body, "Content-Type: application/json"))
    assert code_of(lambda: step(Impatient(), f"http://{NAME}:{server.port}")) == "not_a_host"


@pytest.mark.parametrize(
    "said", [SLOW["a letter at a time"], *HUGE.values(), answer(b"", status="302 Found")], ids=range(6)
)
def test_whatever_a_host_says_of_tokens_that_end_it_has_not_taken_them(serve, said):  # noqa: F811
    server = serve(said)
    base = f"http://{NAME}:{server.port}"
    assert not revoke(Impatient(), f"{base}/revoke", CLIENT, TOKENS)


@every_step
def test_a_name_that_leads_to_a_private_address_once_it_is_known_is_not_called(serve, step):  # noqa: F811
    """It was public when the learner typed it (DNS rebinding)."""
    server = serve(answer(b"{}"))

    def resolve(_host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    outgoing = Impatient(private_hosts=[], resolve=resolve)
    code = code_of(lambda: step(outgoing, f"https://host.example:{server.port}"))
    assert code == "refused_address" and server.connections == 0


def test_a_host_that_keeps_a_badge_and_is_cut_off_has_it_once_however_often_it_is_brought(serve):  # noqa: F811
    kept: list[bytes] = []

    def talk(connection: socket.socket, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        assert b"Authorization: Bearer access" in head
        if body in kept:
            connection.sendall(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        kept.append(body)

    server = serve(talk)
    base = f"http://{NAME}:{server.port}"
    with pytest.raises(HostError) as caught:
        bring(Impatient(), base)
    assert caught.value.code == "unreachable"
    bring(Impatient(), base)
    assert kept == [TEXT.encode()] * 2


def test_a_code_goes_to_the_host_alone_and_the_secret_in_no_address(serve):  # noqa: F811
    server = serve(answer(json.dumps({"access_token": "a", "token_type": "Bearer"}).encode()))
    ask_for_tokens(Impatient(), f"http://{NAME}:{server.port}")
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /token HTTP/1.1") and b"secret" not in head + body
    assert dict(parse_qsl(body.decode()))["code_verifier"] == "v" * 43
