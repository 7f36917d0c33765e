"""nginx with our file in front of the tool: what it keeps away, what it lets through, and what it says."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from tests.amounts import amount
from tests.attacks.servers import PATIENCE_SECONDS, Proxy, client_of, running_gunicorn, running_nginx
from tests.upload_limits import LIMITS

CONNECTIONS = amount("connections to a proxy that are held open at once", small=60, full=500)


#: The certificate of these tests is nobody's.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


@contextmanager
def https(port: int) -> Iterator[http.client.HTTPSConnection]:
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS, context=TLS)
    try:
        yield connection
    finally:
        connection.close()


def ask(
    proxy: Proxy, path: str, method: str = "GET", **more: object
) -> tuple[int, http.client.HTTPMessage, str]:
    with https(proxy.https) as connection:
        connection.request(method, path, **more)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


# --- with the tool behind it


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, free_port) -> Iterator[Proxy]:
    folder, port = tmp_path_factory.mktemp("proxied"), free_port()
    # The proxy first, so that the tool is started only where there is one.
    with (
        running_nginx(folder / "nginx", port, free_port(), free_port()) as proxy,
        running_gunicorn(folder / "gunicorn", port),
    ):
        yield proxy


def secured(port: int) -> socket.socket:
    return TLS.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS))


@pytest.mark.parametrize(
    "start",
    [
        b"GET /healthz HTTP/1.1\r\nHost: tool\r\nX-Slow: ",
        b"POST /verify HTTP/1.1\r\nHost: tool\r\nContent-Length: 5000\r\n\r\nhalf",
        b"POST /lti/launch HTTP/1.1\r\nHost: tool\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_slow_clients_keep_nobody_else_out(proxied: Proxy, start: bytes) -> None:
    slow = [secured(proxied.https) for _ in range(CONNECTIONS)]
    for connection in slow:
        connection.sendall(start)
    assert ask(proxied, "/healthz")[0] == 200
    for connection in slow:
        connection.close()


def test_the_tool_is_reached_over_tls_only(proxied: Proxy) -> None:
    with client_of(proxied.http) as client:
        answer = client.get("/?lang=lv")
    assert answer.startswith(b"HTTP/1.1 301 ")
    assert b"\r\nLocation: https://tool/?lang=lv\r\n" in answer
    status, headers, page = ask(proxied, "/?lang=lv")
    assert status == 200 and "<html" in page
    assert headers["Strict-Transport-Security"] == "max-age=63072000"
    assert headers["Server"] == "nginx"


@pytest.mark.parametrize("path", ["/sources/xapi/1/statements", "/mail/bounces"])
def test_a_program_that_speaks_http_is_not_led_to_https(proxied: Proxy, path: str) -> None:
    """It would go on sending its secret in the open, and nobody would notice."""
    with client_of(proxied.http) as client:
        assert client.get(path).startswith(b"HTTP/1.1 403 ")
    assert ask(proxied, path)[0] != 403


def handshake(port: int, tls: ssl.SSLContext) -> tuple[str | None, str]:
    """The version and the cipher that both sides take. Raises SSLError where there is none."""
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection,
        tls.wrap_socket(connection) as secure,
    ):
        cipher = secure.cipher()
        assert cipher is not None
        return secure.version(), cipher[0]


def test_only_tls_of_today_is_spoken(proxied: Proxy) -> None:
    assert handshake(proxied.https, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))[0] == "TLSv1.3"
    older = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    version, cipher = handshake(proxied.https, older)
    assert version == "TLSv1.2" and cipher.startswith("ECDHE-") and "GCM" in cipher
    for ciphers in ("ECDHE+AES:!AESGCM:!AESCCM@SECLEVEL=0", "kRSA@SECLEVEL=0"):
        weak = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        weak.set_ciphers(ciphers)
        weak.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            handshake(proxied.https, weak)


def test_styles_and_fonts_are_compressed_and_pages_are_not(proxied: Proxy) -> None:
    encodings = {}
    with https(proxied.https) as connection:
        for path in ("/static/fonts/fonts.css", "/static/fonts/NotoSansThai-Bold.ttf", "/?lang=lv"):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            encodings[path] = (answer.status, answer.headers["Content-Encoding"])
    assert list(encodings.values()) == [(200, "gzip"), (200, "gzip"), (200, None)]


# --- with a server behind it that says what it was sent


class Echo(BaseHTTPRequestHandler):
    #: The paths of all requests whose head has come.
    begun: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.begun.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = json.dumps({"headers": dict(self.headers.items()), "bytes": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def echoing(tmp_path, free_port) -> Iterator[Proxy]:
    Echo.begun.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        with running_nginx(tmp_path / "nginx", server.server_port, free_port(), free_port()) as proxy:
            yield proxy
    finally:
        server.shutdown()
        server.server_close()


def test_what_a_visitor_says_of_their_address_is_not_passed_on(echoing: Proxy) -> None:
    claims = {
        "Host": "badges.riga-college.example",
        "X-Forwarded-For": "8.8.8.8",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/elsewhere",
        "X-Real-IP": "8.8.8.8",
        "Forwarded": "for=8.8.8.8",
        "X-Kept": "yes",
    }
    seen = {
        name.lower(): value
        for name, value in json.loads(ask(echoing, "/", headers=claims)[2])["headers"].items()
    }
    assert seen["host"] == "badges.riga-college.example"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-kept"] == "yes"
    assert (
        not {"x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix", "x-real-ip", "forwarded"}
        & seen.keys()
    )


def test_a_launch_is_never_limited_by_its_address(echoing: Proxy) -> None:
    with https(echoing.https) as connection:
        for _ in range(600):
            connection.request("POST", "/lti/launch", body=b"id_token=x")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "at_most"),
    [
        ("/verify", 60),
        ("/badges/0f8fad5b-d9cb-469f-a165-70867728950e.pdf", 60),
        ("/issuers/riga-college", 400),
    ],
)
def test_who_asks_too_often_is_told_so_in_both_languages(echoing: Proxy, path: str, at_most: int) -> None:
    assert ask(echoing, path)[0] == 200
    with https(echoing.https) as connection:
        for _ in range(at_most * 2):
            connection.request("GET", path)
            answer = connection.getresponse()
            page = answer.read().decode()
            if answer.status == 429:
                break
    assert answer.status == 429
    assert "Wait a minute" in page and "Uzgaidiet minūti" in page
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


#: Bodies may be so much larger for the proxy than for the tool, which counts exactly.
LEEWAY = 2_000_000


@pytest.mark.parametrize(("path", "most"), LIMITS.values(), ids=LIMITS)
def test_what_the_tool_takes_reaches_it_and_what_is_too_large_does_not(
    echoing: Proxy, path: str, most: int
) -> None:
    found, _, page = ask(echoing, path, "POST", body=b"x" * most)
    assert (found, json.loads(page)["bytes"]) == (200, most)
    found, _, page = ask(echoing, path, "POST", body=b"x" * (most + LEEWAY))
    assert found == 413
    assert "too large" in page and "pārāk liels" in page


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 9\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ],
)
def test_a_request_with_two_ends_is_refused(echoing: Proxy, lengths: bytes) -> None:
    """Proxy and tool could disagree where the next request begins, and a stranger would write it."""
    with secured(echoing.https) as connection:
        connection.sendall(
            b"POST /verify HTTP/1.1\r\nHost: tool\r\n" + lengths + b"\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\n"
        )
        assert connection.recv(65_536).split(b" ")[1] in (b"400", b"501")
    assert Echo.begun == []


def test_half_a_request_does_not_reach_the_tool(echoing: Proxy) -> None:
    """It would hold a thread of the tool for as long as the client likes."""
    with secured(echoing.https) as slow:
        slow.sendall(b"POST /lti/launch HTTP/1.1\r\nHost: tool\r\nContent-Length: 5000\r\n\r\nhalf")
        for _ in range(3):
            assert ask(echoing, "/")[0] == 200
        assert Echo.begun == ["/"] * 3
        slow.sendall(b"x" * 4996)
        assert slow.recv(100).startswith(b"HTTP/1.1 200 ")
    assert Echo.begun == ["/"] * 3 + ["/lti/launch"]


def test_a_head_that_is_too_large_does_not_reach_the_tool(echoing: Proxy) -> None:
    assert ask(echoing, "/", headers={"X-Long": "x" * 15_000})[0] == 200
    assert ask(echoing, "/", headers={"X-Long": "x" * 20_000})[0] == 400


def test_a_tool_that_does_not_answer_is_not_available(tmp_path, free_port) -> None:
    with running_nginx(tmp_path / "nginx", free_port(), free_port(), free_port()) as proxy:
        status, headers, page = ask(proxy, "/")
    assert status == 503 and "not available" in page and "nav pieejams" in page
    assert "Strict-Transport-Security" in headers
