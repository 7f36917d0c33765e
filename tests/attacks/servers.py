"""The tool behind a real gunicorn, and that behind a real nginx where one is installed; and clients that are slow."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fixtures import ROOT, SECRETS
from tests.running_demo import wait

#: How long an answer may take on a busy machine. Who waits for a slow client waits for ever, or far longer.
PATIENCE_SECONDS = 30


@dataclass
class Client:
    """Connections to a server at a port of this machine, all closed at the end."""

    port: int
    connections: list[socket.socket] = field(default_factory=list)

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        self.connections.append(connection)
        return connection

    def send(self, *parts: bytes) -> socket.socket:
        connection = self.connect()
        for part in parts:
            connection.sendall(part)
        return connection

    def get(self, path: str = "/healthz") -> bytes:
        """The answer to a whole request on a connection of its own, which is closed then, as people's are."""
        connection = self.send(f"GET {path} HTTP/1.1\r\nHost: tool\r\nConnection: close\r\n\r\n".encode())
        try:
            return answer_on(connection)
        finally:
            connection.close()

    def close(self) -> None:
        for connection in self.connections:
            connection.close()


@contextmanager
def client_of(port: int) -> Iterator[Client]:
    client = Client(port)
    try:
        yield client
    finally:
        client.close()


def answer_on(connection: socket.socket) -> bytes:
    """One answer: all that comes until its end, by its Content-Length, or until the server closes."""
    received = b""
    while data := connection.recv(65_536):
        received += data
        head, end, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"(?im)^content-length: ?([0-9]+)", head)
        if end and length and len(body) >= int(length[1]):
            break
    return received


@contextmanager
def running_gunicorn(folder: Path, port: int) -> Iterator[None]:
    """The tool behind docker/gunicorn.conf.py, with one process."""
    folder.mkdir()
    config = ROOT / "docker" / "gunicorn.conf.py"
    environment = os.environ | {
        "TOOL_URL": f"http://tool.localhost:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'nozimite.sqlite'}",
        "BROKER_URL": "memory://",
        **SECRETS,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(folder / "mail"),
        "JOURNAL_FILE": str(folder / "journal.jsonl"),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), "--bind", f"127.0.0.1:{port}"]
    with running(command, folder / "log", port, environment):
        yield


@contextmanager
def running(
    command: Sequence[str], log: Path, port: int, environment: dict[str, str] | None = None
) -> Iterator[None]:
    """The process, once it listens at that port and until the block ends; its output is in `log`."""
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=stream)
        try:
            wait(lambda: listens(port) or process.poll() is not None)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


# --- nginx


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A running nginx by its ports: the one that sends to https, and the one that has TLS."""

    http: int
    https: int


@contextmanager
def running_nginx(folder: Path, tool_port: int, http: int, https: int) -> Iterator[Proxy]:
    """nginx with the files of docker/nginx in front of `tool_port`; the test is left out where none is installed."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx, the proxy of docker/nginx, is not installed")
    folder.mkdir()
    folder.chmod(0o755)
    write_certificate(folder)
    site = (ROOT / "docker" / "nginx" / "nozimite.conf").read_text(encoding="utf-8")
    for given, here in {
        "server web:8000;": f"server 127.0.0.1:{tool_port};",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
        "/etc/nginx/": f"{folder}/",
    }.items():
        assert given in site
        site = site.replace(given, here)
    (folder / "nozimite.conf").write_text(site, encoding="utf-8")
    main = (ROOT / "docker" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
    main = main.replace("/tmp/", f"{folder}/").replace("/etc/nginx/", f"{folder}/")
    main = re.sub(r"listen 127.0.0.1:8081;", f"listen unix:{folder}/health;", main)
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    command = [
        nginx,
        "-e",
        "stderr",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-g",
        "daemon off;",
    ]
    if os.geteuid() == 0:
        command[-1] += " user root;"
    with running(command, folder / "log", https):
        yield Proxy(http=http, https=https)


def write_certificate(folder: Path) -> None:
    """A certificate for this machine and its key, where nozimite.conf has them."""
    (folder / "tls").mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls" / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls" / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
