"""The one way out, against real servers that are slow, huge, lying or private."""

from __future__ import annotations

import gzip
import io
import ipaddress
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from badges.verify import Budget
from lti_tool import __version__
from lti_tool.errors import OutgoingError
from lti_tool.outgoing import Outgoing, connections, resolving
from lti_tool.verification import verify_file

#: What an operator would name so that the servers of these tests may be called.
LOCAL = ("127.0.0.1", "localhost", "lms.localhost", "evil.localhost", "lms.example", "192.168.1.1")
#: Answers a request; what it returns is true where the connection stays open for another.
Talk = Callable[[socket.socket, bytes], object]


class Server:
    """Listens on 127.0.0.1 and lets `talk(connection, request)` say what it likes, bytes and all."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._talk, self._tls = talk, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.settimeout(10)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = _whole(connection)
            self.requests.append(request)
            while self._talk(connection, request) and (request := _whole(connection)):
                self.requests.append(request)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _whole(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65_536)
        if not more:
            return received
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    while length and len(body) < int(length[1]):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(talk: Talk | bytes, tls: ssl.SSLContext | None = None) -> Server:
        said = talk

        def say(connection: socket.socket, request: bytes) -> None:
            connection.sendall(said if isinstance(said, bytes) else b"")

        started.append(Server(say if isinstance(talk, bytes) else talk, tls))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate authority's file, and a server's context for two names and 127.0.0.1 signed by it."""
    folder = tmp_path_factory.mktemp("tls")
    now = datetime.now(UTC)

    def build(
        name: str, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
        )

    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        build("Riga test authority", None, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(authority_key, hashes.SHA256())
    )
    names = [
        x509.DNSName("lms.localhost"),
        x509.DNSName("lms.example"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    server = (
        build("lms.localhost", authority.subject, server_key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    bundle, chain = folder / "authority.pem", folder / "server.pem"
    bundle.write_bytes(authority.public_bytes(Encoding.PEM))
    key_pem = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(server.public_bytes(Encoding.PEM) + key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return bundle, context


@pytest.fixture
def demo() -> Outgoing:
    """Allowed to call this machine, as a demonstration is; impatient, as a test is."""
    return Outgoing(private_hosts=LOCAL, timeout=(1, 0.5), total_seconds=1)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def again(said: bytes | Callable[[bytes], bytes]) -> Talk:
    """Answers every request on a connection, until the caller closes it."""

    def talk(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(said if isinstance(said, bytes) else said(request))
        return True

    return talk


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def trouble(action: Callable[..., object], *arguments: object, **options: object) -> OutgoingError:
    with pytest.raises(OutgoingError) as caught:
        action(*arguments, **options)
    return caught.value


# --- a call that goes well


def test_a_response_is_returned_unchanged(serve, demo):
    server = serve(answer(b'{"a": 1}', "X-Thing: 7", status="404 Not Found"))
    got = demo.get(f"http://127.0.0.1:{server.port}/a?b=C", headers={"Accept": "x/y"})
    assert (got.status, got.body, got.headers["x-thing"]) == (404, b'{"a": 1}', "7")
    assert b"GET /a?b=C HTTP/1.1" in server.requests[0]
    assert b"Accept: x/y" in server.requests[0]


def test_whoever_is_called_can_tell_what_calls_and_for_whom(serve, demo):
    server = serve(answer(b""))
    ours = Outgoing(private_hosts=LOCAL, tool_url="https://badges.example.org")
    for outgoing in (demo, ours):
        outgoing.get(f"http://127.0.0.1:{server.port}/")
    agents = [re.search(rb"User-Agent: (.*)\r\n", request)[1].decode() for request in server.requests]
    assert agents == [f"Nozimite/{__version__}", f"Nozimite/{__version__} (+https://badges.example.org)"]


def test_a_form_and_bytes_are_posted(serve, demo):
    server = serve(answer(b""))
    demo.post(f"http://127.0.0.1:{server.port}/", {"scope": "a b"})
    demo.post(f"http://127.0.0.1:{server.port}/", b"{}", headers={"Content-Type": "application/json"})
    assert server.requests[0].endswith(b"\r\n\r\nscope=a+b")
    assert b"Content-Type: application/x-www-form-urlencoded" in server.requests[0]
    assert b"Content-Type: application/json" in server.requests[1]


def test_names_under_localhost_need_no_resolver(serve):
    def no_resolver(*arguments: object, **options: object) -> list[tuple[object, ...]]:
        raise AssertionError("the resolver was asked")

    server = serve(answer(b"hello"))
    outgoing = Outgoing(private_hosts=LOCAL, resolve=no_resolver)
    assert outgoing.fetch(f"http://lms.localhost:{server.port}/") == b"hello"
    assert outgoing.fetch(f"http://localhost:{server.port}/") == b"hello"
    assert f"Host: lms.localhost:{server.port}".encode() in server.requests[0]


def test_only_a_200_is_fetched(serve, demo):
    for status, permanent in (("404 Not Found", True), ("503 Busy", False), ("302 Found", False)):
        server = serve(answer(b"x", status=status))
        assert trouble(demo.fetch, f"http://127.0.0.1:{server.port}/").permanent == permanent


def test_a_redirect_is_not_followed(serve, demo):
    other = serve(answer(b"secret"))
    server = serve(answer(b"", f"Location: http://127.0.0.1:{other.port}/", status="302 Found"))
    assert demo.get(f"http://127.0.0.1:{server.port}/").status == 302
    assert other.requests == []


def test_another_status_says_where_it_leads_and_what_it_brought(serve, demo):
    for status in (301, 302, 303, 307, 308):
        server = serve(answer(b"moved", "Location: /there", status=f"{status} Moved"))
        error = trouble(demo.fetch_in_time, f"http://127.0.0.1:{server.port}/", 5)
        assert (error.status, error.location, error.body) == (status, "/there", b"moved")
    for status in (201, 300, 304, 404, 410):
        server = serve(answer(b"" if status == 304 else b"said", "Location: /there", status=f"{status} X"))
        error = trouble(demo.fetch_in_time, f"http://127.0.0.1:{server.port}/", 5)
        assert (error.status, error.location) == (status, None)


def test_the_environment_changes_nothing(serve, demo, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("default login zane password secret\n")
    proxy = serve(answer(b"from the proxy"))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    server = serve(answer(b"from the server"))
    assert demo.fetch(f"http://127.0.0.1:{server.port}/") == b"from the server"
    assert b"Authorization" not in server.requests[0]
    assert proxy.requests == []


# --- certificates


def test_an_additional_ca_bundle_is_trusted(serve, certificate):
    bundle, context = certificate
    server = serve(answer(b"hello"), context)
    outgoing = Outgoing(private_hosts=LOCAL, ca_bundle=bundle)
    assert outgoing.fetch(f"https://lms.localhost:{server.port}/") == b"hello"
    assert outgoing.fetch(f"https://127.0.0.1:{server.port}/") == b"hello"


def test_an_untrusted_certificate_is_refused(serve, certificate):
    server = serve(answer(b"hello"), certificate[1])
    error = trouble(Outgoing(private_hosts=LOCAL).fetch, f"https://lms.localhost:{server.port}/")
    assert str(error) == "the certificate of lms.localhost is not trusted"
    assert server.requests == []


def test_a_certificate_for_another_name_is_refused(serve, certificate):
    bundle, context = certificate
    server = serve(answer(b"hello"), context)
    trouble(
        Outgoing(private_hosts=LOCAL, ca_bundle=bundle).fetch,
        f"https://evil.localhost:{server.port}/",
    )
    assert server.requests == []


# --- addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0",
        "0.0.0.0",
        "localhost",
        "tool.localhost",
        "LOCALHOST.",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.8",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a01:203]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_a_private_address_is_not_called(host):
    error = trouble(Outgoing(timeout=(0.2, 0.2)).get, f"https://{host}/")
    assert error.permanent
    assert "private" in str(error)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_a_name_that_leads_to_a_private_address_is_not_called(serve, found):
    server = serve(answer(b"secret"))

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, server.port)) for one in found
        ]

    assert trouble(Outgoing(resolve=resolve).get, f"https://lms.example:{server.port}/").permanent
    assert server.connections == 0


@pytest.mark.parametrize("named", ["inside.example", "INSIDE.example.", "10.0.0.1"])
def test_a_private_host_is_called_only_where_it_was_named(serve, named):
    server = serve(answer(b"secret"))

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", server.port))]

    outgoing = Outgoing(private_hosts=[named], resolve=resolve, timeout=(1, 0.5))
    for host in ("inside.example", "Inside.example", "other.example", "inside.example.other.example"):
        is_named = named != "10.0.0.1" and host.lower() == "inside.example"
        before = server.connections
        error = trouble(outgoing.get, f"https://{host}:{server.port}/")
        assert (server.connections > before, error.permanent) == (is_named, not is_named), host


def test_a_public_address_behind_nat64_is_permitted():
    """A network of IPv6 alone reaches every IPv4 host in this way. Nothing answers at the address used here."""

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET6, 1, 6, "", ("64:ff9b::c058:6301", port, 0, 0))]

    error = trouble(Outgoing(resolve=resolve, timeout=(0.2, 0.2)).get, "https://lms.example:9/")
    assert "private" not in str(error)
    assert not error.permanent


def test_the_address_that_was_checked_is_the_one_that_is_called(serve):
    """A name that gives a good address to the check and a bad one to the call (DNS rebinding) gains nothing."""
    asked = []
    server = serve(answer(b"hello"))

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        good = len(asked) == 1
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if good else "10.0.0.1", port))]

    outgoing = Outgoing(private_hosts=LOCAL, resolve=resolve, timeout=(1, 0.5))
    trouble(outgoing.get, f"https://lms.example:{server.port}/")
    assert asked == ["lms.example"]
    assert server.connections == 1


def test_plain_http_is_for_this_machine_with_private_networks_only(serve):
    server = serve(answer(b"hello"))
    assert trouble(Outgoing().get, f"http://127.0.0.1:{server.port}/").permanent
    assert trouble(Outgoing(private_hosts=LOCAL).get, "http://192.168.1.1/").permanent
    assert trouble(Outgoing(private_hosts=LOCAL).get, "http://lms.example/").permanent
    assert server.connections == 0


def test_plain_http_stays_on_this_machine_whatever_the_resolver_says():
    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", ("10.0.0.1", port))]

    outgoing = Outgoing(private_hosts=LOCAL, resolve=resolve, timeout=(0.2, 0.2))
    assert str(trouble(outgoing.get, "http://127.0.0.1:8000/")) == "127.0.0.1 is a private address"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "ftp://lms.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://zane:secret@lms.example/",
        "https://lms.example:99999/",
        "https://lms.example\\@evil.example/",
        "https://lms.example/a b",
        "https://lms.example/\r\nX: 1",
        "https://[::1/",
        "https://lms.example\x00/",
    ],
)
def test_an_invalid_address_is_not_called(url):
    error = trouble(Outgoing().get, url)
    assert error.permanent
    assert "secret" not in str(error)


@pytest.mark.parametrize("host", ["a" * 300 + ".example", "x..example", "-.example", "\u0661.example"])
def test_a_host_that_cannot_be_resolved_is_an_outgoing_error(host):
    def resolve(name: str, port: int, **options: object) -> list[tuple[object, ...]]:
        name.encode("idna")
        raise socket.gaierror("unknown")

    trouble(Outgoing(resolve=resolve).get, f"https://{host}/")


def test_a_header_that_breaks_out_of_its_line_is_not_sent(serve, demo):
    server = serve(answer(b""))
    error = trouble(demo.get, f"http://127.0.0.1:{server.port}/", headers={"Accept": "a\r\nX-Evil: 1"})
    assert error.permanent
    assert server.connections == 0


def test_an_error_names_the_host_and_nothing_after_it():
    error = trouble(Outgoing().get, "https://127.0.0.1/path?registration_token=secret")
    assert "127.0.0.1" in str(error)
    assert "secret" not in str(error)


# --- servers that are slow or huge


def test_an_unreachable_server_is_named(demo, free_port):
    error = trouble(demo.get, f"http://127.0.0.1:{free_port()}/")
    assert str(error) == "127.0.0.1 cannot be reached"
    assert not error.permanent


def test_a_silent_server_times_out(serve, demo):
    server = serve(lambda connection, request: connection.recv(1))  # until the caller goes
    error = trouble(demo.get, f"http://127.0.0.1:{server.port}/")
    assert "in time" in str(error)
    assert not error.permanent


def drip(start: bytes) -> Talk:
    """Begins with `start` and goes on with a byte every tenth of a second for as long as anybody listens."""

    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)

    return talk


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n",
    ],
    ids=["status", "header", "length", "until the end", "chunked"],
)
def test_a_server_that_sends_byte_by_byte_is_cut_off(serve, demo, start):
    server = serve(drip(start))
    error = trouble(demo.get, f"http://127.0.0.1:{server.port}/")
    assert "in time" in str(error)


def test_a_name_that_is_not_resolved_in_time_ends_the_call():
    answer = threading.Event()

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        answer.wait(20)
        return []

    error = trouble(Outgoing(resolve=resolve, total_seconds=0.1).get, "https://lms.example/")
    assert not answer.is_set()
    assert (error.permanent, "in time" in str(error)) == (False, True)
    answer.set()


def test_so_many_names_are_asked_for_at_once_and_no_more():
    answer, asked = threading.Event(), threading.Semaphore(0)

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        asked.release()
        answer.wait(20)
        return []

    outgoing = Outgoing(resolve=resolve, total_seconds=0.02)
    for number in range(resolving.MAX_AT_ONCE + 3):
        trouble(outgoing.get, f"https://lms-{number}.example/")
    answer.set()
    assert (
        sum(asked.acquire(blocking=False) for _ in range(resolving.MAX_AT_ONCE + 3)) <= resolving.MAX_AT_ONCE
    )


def test_a_fetch_ends_with_the_time_it_is_given_and_never_later_than_usual(serve):
    server = serve(drip(b"HTTP/1.1 200 OK\r\n\r\n"))
    url = f"http://127.0.0.1:{server.port}/"
    patient = Outgoing(private_hosts=LOCAL, timeout=(1, 20), total_seconds=20)
    hurried = Outgoing(private_hosts=LOCAL, timeout=(1, 20), total_seconds=0.2)
    assert "in time" in str(trouble(patient.fetch_in_time, url, 0.2))
    assert "in time" in str(trouble(hurried.fetch_in_time, url, 20))


def test_a_call_that_connects_after_its_deadline_is_cut_off(serve):
    server = serve(drip(b"HTTP/1.1 200 OK\r\n\r\n"))

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        time.sleep(0.5)  # longer than the whole call may take
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", server.port))]

    outgoing = Outgoing(private_hosts=LOCAL, resolve=resolve, total_seconds=0.05)
    trouble(outgoing.get, f"https://lms.example:{server.port}/")
    assert server.connections == 0


def test_a_server_that_is_slow_in_its_handshake_is_cut_off(serve, demo):
    server = serve(drip(b"\x16\x03\x03\x40\x00"))
    trouble(demo.get, f"https://127.0.0.1:{server.port}/")


def test_a_slow_server_with_tls_is_cut_off_too(serve, certificate):
    bundle, context = certificate
    server = serve(drip(b"HTTP/1.1 200 OK\r\n\r\n"), context)
    outgoing = Outgoing(private_hosts=LOCAL, ca_bundle=bundle, total_seconds=1)
    trouble(outgoing.get, f"https://lms.localhost:{server.port}/")


def endless(start: bytes, piece: bytes) -> Talk:
    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return talk


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"3e8\r\n" + b"x" * 1000 + b"\r\n",
        ),
    ],
    ids=["announced", "until the end", "chunked"],
)
def test_a_huge_response_is_refused(serve, demo, start, piece):
    server = serve(endless(start, piece) if piece else start)
    error = trouble(demo.get, f"http://127.0.0.1:{server.port}/", max_bytes=100_000)
    assert error.permanent
    assert "is larger than" in str(error)


def test_a_small_response_that_unpacks_to_a_huge_one_is_refused(serve, demo):
    bomb = gzip.compress(bytes(50_000_000))
    server = serve(answer(bomb, "Content-Encoding: gzip"))
    assert trouble(demo.get, f"http://127.0.0.1:{server.port}/", max_bytes=200_000).permanent
    assert b"Accept-Encoding: identity" in server.requests[0]


def test_endless_headers_are_refused(serve, demo):
    server = serve(endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"))
    trouble(demo.get, f"http://127.0.0.1:{server.port}/")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"hello",
        b"HTTP/1.1\r\n\r\n",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot packed",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_malformed_response_is_an_outgoing_error(serve, demo, said):
    server = serve(said)
    assert not trouble(demo.get, f"http://127.0.0.1:{server.port}/").permanent


def test_a_call_leaves_no_timer_and_no_connection_behind(serve, demo):
    server = serve(answer(b"hello"))
    before = threading.active_count()
    for _ in range(10):
        demo.fetch(f"http://127.0.0.1:{server.port}/")
    while threading.active_count() > before + 1:
        time.sleep(0.05)


# --- connections that are kept


def path(request: bytes) -> bytes:
    """An answer with the path that was asked for."""
    return answer(request.split(b" ")[1])


def test_calls_to_one_server_share_a_connection(serve, demo):
    server = serve(again(path))
    for text in ("/a", "/b", "/c"):
        assert demo.fetch(f"http://127.0.0.1:{server.port}{text}") == text.encode()
    assert server.connections == 1


def test_a_connection_with_tls_is_shared_too(serve, certificate):
    bundle, context = certificate
    server = serve(again(path), context)
    outgoing = Outgoing(private_hosts=LOCAL, ca_bundle=bundle)
    for text in ("/a", "/b"):
        assert outgoing.fetch(f"https://lms.localhost:{server.port}{text}") == text.encode()
    assert server.connections == 1


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 500 Broken\r\nContent-Length: 4\r\n\r\noops",
    ],
    ids=["no body", "chunked", "an error of the server"],
)
def test_every_response_that_was_read_to_its_end_leaves_the_connection_open(serve, demo, said):
    server = serve(again(said))
    bodies = {demo.get(f"http://127.0.0.1:{server.port}/").body for _ in range(3)}
    assert len(bodies) == server.connections == 1


def test_names_of_one_server_do_not_share_a_connection(serve, certificate):
    """A certificate was checked for the name that was called, and for no other at the same address."""
    bundle, context = certificate
    server = serve(again(path), context)
    outgoing = Outgoing(private_hosts=LOCAL, ca_bundle=bundle)
    outgoing.fetch(f"https://lms.localhost:{server.port}/")
    error = trouble(outgoing.fetch, f"https://evil.localhost:{server.port}/")
    assert str(error) == "the certificate of evil.localhost is not trusted"
    assert len(server.requests) == 1


def test_nothing_of_one_call_is_sent_with_the_next(serve, demo):
    server = serve(again(answer(b"", "Set-Cookie: session=secret; Path=/", "WWW-Authenticate: Basic")))
    url = f"http://127.0.0.1:{server.port}/"
    demo.get(url, headers={"Authorization": "Bearer secret", "X-Thing": "secret"})
    demo.get(url)
    assert server.connections == 1
    assert b"Authorization: Bearer secret" in server.requests[0]
    assert b"secret" not in server.requests[1]


def test_threads_get_their_own_answers(serve, demo):
    server = serve(again(path))
    wrong: list[str] = []

    def ask(name: int) -> None:
        for number in range(20):
            text = f"/{name}/{number}"
            if demo.fetch(f"http://127.0.0.1:{server.port}{text}") != text.encode():
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(server.requests) == 120


def test_a_get_is_repeated_once_where_the_server_has_closed_the_idle_connection(serve, demo):
    """The server reads the second request and closes the connection, as if the two had crossed each other."""
    answered: set[socket.socket] = set()

    def talk(connection: socket.socket, request: bytes) -> bool:
        if connection in answered:
            return False
        answered.add(connection)
        connection.sendall(path(request))
        return True

    server = serve(talk)
    url = f"http://127.0.0.1:{server.port}/"
    assert [demo.fetch(url + text) for text in "ab"] == [b"/a", b"/b"]
    assert [request.split(b" ")[1] for request in server.requests] == [b"/a", b"/b", b"/b"]
    assert server.connections == 2


def test_a_get_is_not_repeated_twice(serve, demo):
    answers = iter([answer(b"hello")])

    def talk(connection: socket.socket, request: bytes) -> bool:
        said = next(answers, b"")
        connection.sendall(said)
        return bool(said)

    server = serve(talk)
    url = f"http://127.0.0.1:{server.port}/"
    demo.fetch(url)
    assert str(trouble(demo.get, url)) == "127.0.0.1 cannot be reached"
    assert (len(server.requests), server.connections) == (3, 2)


def test_a_post_is_sent_once_and_on_a_connection_of_its_own(serve, demo):
    def talk(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(path(request) if request.startswith(b"GET") else b"")
        return request.startswith(b"GET")

    server = serve(talk)
    url = f"http://127.0.0.1:{server.port}/"
    demo.get(url)
    trouble(demo.post, url, b"pay 10 euros")
    assert [request[:4] for request in server.requests] == [b"GET ", b"POST"]
    assert server.connections == 2


def test_the_connection_of_a_post_serves_later_calls(serve, demo):
    server = serve(again(path))
    demo.post(f"http://127.0.0.1:{server.port}/token", {"scope": "a"})
    assert demo.fetch(f"http://127.0.0.1:{server.port}/a") == b"/a"
    assert server.connections == 1


@pytest.mark.parametrize(
    "steps",
    [[connections.IDLE_SECONDS], [connections.IDLE_SECONDS - 1] * 20],
    ids=["idle for too long", "too old"],
)
def test_a_connection_is_not_kept_for_ever(serve, steps):
    clock = Clock()
    server = serve(again(path))
    outgoing = Outgoing(private_hosts=LOCAL, clock=clock)
    url = f"http://127.0.0.1:{server.port}/"
    outgoing.fetch(url)
    for seconds in steps:
        clock.now += seconds
        outgoing.fetch(url)
    opened = 1 + sum(steps) // (connections.AGE_SECONDS if len(steps) > 1 else connections.IDLE_SECONDS)
    assert server.connections == opened


def test_a_kept_connection_leads_to_the_address_that_was_checked(serve, certificate):
    """Whatever its name says meanwhile; and when it is given up, the name is resolved and checked again."""
    bundle, context = certificate
    clock, asked = Clock(), []
    server = serve(again(path), context)

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port))]

    outgoing = Outgoing(private_hosts=LOCAL, ca_bundle=bundle, resolve=resolve, clock=clock, timeout=(1, 1))
    url = f"https://lms.example:{server.port}/"
    assert [outgoing.fetch(url) for _ in range(3)] == [b"/"] * 3
    assert (asked, server.connections) == (["lms.example"], 1)
    clock.now += connections.IDLE_SECONDS
    trouble(outgoing.get, url)
    assert (asked, server.connections) == (["lms.example"] * 2, 1)


@pytest.mark.parametrize("together", [False, True], ids=["apart", "in one piece"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_a_server_sends_unasked_is_not_the_next_answer(serve, certificate, scheme, together):
    """In one piece, what was not asked for waits in the TLS library, where the socket does not show it."""
    bundle, context = certificate
    sent = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %08d\r\n\r\n"
    # As much as is read at once: what follows stays where it is.
    body = b"right".ljust(io.DEFAULT_BUFFER_SIZE - len(head % 0))
    right = head % len(body) + body

    def talk(connection: socket.socket, request: bytes) -> bool:
        unasked = answer(b"wrong") if b"/first" in request else b""
        for piece in [right + unasked] if together else [right, unasked]:
            connection.sendall(piece)
        sent.set()
        return True

    server = serve(talk, context if scheme == "https" else None)
    outgoing = Outgoing(private_hosts=LOCAL, ca_bundle=bundle)
    outgoing.fetch(f"{scheme}://127.0.0.1:{server.port}/first")
    sent.wait(10)
    assert outgoing.fetch(f"{scheme}://127.0.0.1:{server.port}/second") == body


def test_an_early_hint_is_not_followed_by_the_answer_of_another_call(serve, demo):
    server = serve(again(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"))
    for _ in range(2):
        demo.get(f"http://127.0.0.1:{server.port}/")
    assert server.connections == 2


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"x" * 900_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\nnot packed",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow",
    ],
    ids=["too large", "badly chunked", "badly packed", "no HTTP", "too slow"],
)
def test_a_connection_with_trouble_is_not_used_again(serve, demo, said):
    server = serve(again(lambda request: said if b"/bad" in request else path(request)))
    url = f"http://127.0.0.1:{server.port}"
    demo.fetch(f"{url}/a")
    trouble(demo.get, f"{url}/bad", max_bytes=100_000)
    assert demo.fetch(f"{url}/b") == b"/b"
    assert server.connections == 2


def test_a_server_that_turns_slow_on_a_kept_connection_is_cut_off(serve, demo):
    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer(b"hello"))
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")(connection, _whole(connection))

    server = serve(talk)
    url = f"http://127.0.0.1:{server.port}/"
    demo.fetch(url)
    assert "in time" in str(trouble(demo.get, url))
    assert server.connections == 1


def test_the_certificate_authorities_are_read_once(serve, certificate, tmp_path):
    bundle, context = certificate
    server = serve(answer(b"hello"), context)
    copy = tmp_path / "authority.pem"
    copy.write_bytes(bundle.read_bytes())
    first = Outgoing(private_hosts=LOCAL, ca_bundle=copy)
    copy.unlink()
    for outgoing in (first, Outgoing(private_hosts=LOCAL, ca_bundle=copy)):
        assert outgoing.fetch(f"https://lms.localhost:{server.port}/") == b"hello"
    assert server.connections == 2


class Line:
    """A connection that remembers whether it was closed."""

    sock = None
    is_connected = True
    closed = False

    def close(self) -> None:
        self.closed = True


def opened(host: str) -> connections.Opened:
    origin = connections.Origin(scheme="https", host=host, port=443)
    return connections.Opened(origin=origin, connection=Line(), opened_at=1000.0)


def test_only_so_many_connections_are_kept():
    kept = connections.Connections(Clock())
    few = [opened("one.example") for _ in range(connections.MAX_KEPT_FOR_ONE + 2)]
    many = [opened(f"{number}.example") for number in range(connections.MAX_KEPT)]
    for one in few:
        kept.keep(one)
    assert [one.connection.closed for one in few] == [True] * 2 + [False] * connections.MAX_KEPT_FOR_ONE
    for one in many:
        kept.keep(one)
    assert [one.connection.closed for one in few + many].count(False) == connections.MAX_KEPT
    assert not any(one.connection.closed for one in many)


def test_what_is_no_longer_needed_is_closed():
    clock = Clock()
    kept, idle = connections.Connections(clock), opened("one.example")
    kept.keep(idle)
    clock.now += connections.IDLE_SECONDS
    assert kept.take(opened("other.example").origin) is None
    assert idle.connection.closed
    last = opened("one.example")
    kept.keep(last)
    del kept
    assert last.connection.closed


def test_a_connection_is_lent_to_one_call_at_a_time():
    kept, one = connections.Connections(Clock()), opened("one.example")
    kept.keep(one)
    assert kept.take(one.origin) is one
    assert kept.take(one.origin) is None


FORK = """
import os, sys
from lti_tool.outgoing import Outgoing

outgoing = Outgoing(private_hosts=["127.0.0.1"])
outgoing.fetch(sys.argv[1] + "parent")
child = os.fork()
if not child:
    sys.stdout.buffer.write(outgoing.fetch(sys.argv[1] + "child"))
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
sys.stdout.buffer.write(outgoing.fetch(sys.argv[1] + "again"))
"""


def test_a_forked_process_opens_its_own_connection(serve):
    server = serve(again(path))
    done = subprocess.run(
        [sys.executable, "-c", FORK, f"http://127.0.0.1:{server.port}/"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == b"/child/again"
    assert server.connections == 2


# --- a badge whose address leads on


def hosted_badge(base: str) -> dict[str, object]:
    """The documents of a badge of Open Badges 2.0, by path."""
    issuer = {"type": "Issuer", "id": f"{base}/issuer", "name": "Riga College"}
    return {
        "/issuer": issuer,
        "/1": {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Assertion",
            "id": f"{base}/1",
            "badge": {"type": "BadgeClass", "name": "Solar panels", "issuer": issuer},
            "recipient": {"type": "email", "hashed": False, "identity": "anna@example.org"},
            "issuedOn": "2020-01-01T00:00:00Z",
            "verification": {"type": "hosted"},
        },
    }


def moved(target: str) -> bytes:
    return answer(b"", f"Location: {target}", status="302 Found")


@pytest.fixture
def badge_site(serve, certificate):
    """A site over TLS: a server, its base address, and what it says by path, at first its badge."""
    said: dict[str, bytes] = {}

    def talk(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        connection.sendall(said.get(path, answer(b"", status="404 Not Found")))

    server = serve(talk, certificate[1])
    base = f"https://lms.localhost:{server.port}"
    said |= {path: answer(json.dumps(document).encode()) for path, document in hosted_badge(base).items()}
    return server, base, said


@pytest.fixture
def verdict_on(certificate):
    """The verdict on a file, by the very calls of the verifier; only lms.localhost may be private."""

    def verdict(file: object, budget: Budget | None = None) -> str:
        outgoing = Outgoing(private_hosts=("lms.localhost",), ca_bundle=certificate[0])
        budget = budget or Budget(time.monotonic)
        return verify_file(
            json.dumps(file).encode(), outgoing.fetch_in_time, budget, datetime.now(UTC)
        ).verdict

    return verdict


def paths(server: Server) -> list[str]:
    return [request.split(b" ")[1].decode() for request in server.requests]


def test_a_badge_that_moved_is_found_on_its_own_site(badge_site, verdict_on):
    server, base, said = badge_site
    file = hosted_badge(base)["/1"]
    assert verdict_on(file) == "verified"
    said["/new"], said["/1"] = said["/1"], moved("/new")
    assert verdict_on(file) == "verified"
    assert paths(server) == ["/1", "/issuer", "/1", "/new", "/issuer"]


def test_a_badge_that_is_gone_is_revoked(badge_site, verdict_on):
    _, base, said = badge_site
    said["/1"] = answer(b"", status="410 Gone")
    assert verdict_on(hosted_badge(base)["/1"]) == "revoked"
    said["/1"] = answer(b'{"revoked": true}', status="404 Not Found")
    assert verdict_on(hosted_badge(base)["/1"]) == "revoked"
    said["/1"] = answer(b"", status="404 Not Found")
    assert verdict_on(hosted_badge(base)["/1"]) == "unverifiable"


@pytest.mark.parametrize("path", ["/1", "/issuer"])
def test_a_redirect_leads_to_no_private_address(serve, certificate, badge_site, verdict_on, path):
    """Each address is judged by the same rules as the first."""
    _, base, said = badge_site
    inner, plain = serve(said[path], certificate[1]), serve(said[path])
    for target in (
        f"https://127.0.0.1:{inner.port}/",
        f"https://evil.localhost:{inner.port}/",
        f"https://user:secret@lms.localhost:{inner.port}/",
        f"http://lms.localhost:{plain.port}/",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//[::1]/",
        "https://[",
        "",
    ):
        said[path] = moved(target)
        assert verdict_on(hosted_badge(base)["/1"]) == "unverifiable", target
    assert inner.requests == plain.requests == []


def test_redirects_spend_the_budget_of_the_badge(badge_site, verdict_on):
    server, base, said = badge_site
    said["/new"], said["/1"] = said["/1"], moved("/new")
    for fetches, verdict in ((1, "unverifiable"), (2, "unverifiable"), (3, "verified")):
        assert verdict_on(hosted_badge(base)["/1"], Budget(time.monotonic, fetches=fetches)) == verdict
    assert len(server.requests) == 6
