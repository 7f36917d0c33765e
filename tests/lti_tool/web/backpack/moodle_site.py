"""The public part of a Moodle: it serves its assertions, badge classes and issuers over TLS, on a socket."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool.outgoing import Outgoing
from tests.lti_tool.doctor.certificates import authority, certificate, server_context, write_pem

HOST, OTHER_HOST = "moodle.school.example", "mallory.school.example"
SALT = "badges6710f2d1b3a5c"
CONTEXT = "https://w3id.org/openbadges/v2"
PICTURE = "data:image/png;base64,iVBORw0KGgo="


@dataclass
class MoodleSite:
    """`changed`: how it answers at some addresses otherwise, as (status, headers, body).

    `badges` is what it serves by path, `asked` the paths that it was asked for.
    """

    port: int = 0
    changed: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    badges: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def award(self, number: str, address: str, name: str = "Welding", **changes: Any) -> dict[str, Any]:
        """The assertion of a badge that is awarded to whoever has that address, as Moodle serves and pushes it."""
        issued_by = {
            "name": "Liepaja School",
            "url": f"{self.url}/",
            "email": "badges@school.example",
            "@context": CONTEXT,
            "id": f"{self.url}/badges/issuer_json.php?id=2",
            "type": "Issuer",
        }
        page = f"{self.url}/badges/badge.php?hash={number}"
        own = f"{self.url}/badges/assertion.php?b={number}&obversion=2"
        badge_class = {
            "name": name,
            "description": "Welds.",
            "image": PICTURE,
            "criteria": {"id": page, "narrative": "* Weld."},
            "issuer": issued_by,
            "@context": CONTEXT,
            "id": f"{self.url}/badges/badge_json.php?id=2",
            "type": "BadgeClass",
            "version": "",
            "@language": "en",
        }
        assertion = {
            "recipient": {
                "identity": f"sha256${sha256((address + SALT).encode()).hexdigest()}",
                "type": "email",
                "hashed": True,
                "salt": SALT,
            },
            "badge": badge_class,
            "verify": {"type": "hosted", "url": own},
            "issuedOn": "2026-01-05T10:00:00+02:00",
            "evidence": page,
            "@context": CONTEXT,
            "type": "Assertion",
            "id": own,
        } | changes
        self.badges["/badges/issuer_json.php?id=2"] = issued_by
        self.badges["/badges/badge_json.php?id=2"] = badge_class
        self.badges[f"/badges/assertion.php?b={number}&obversion=2"] = assertion
        return assertion

    def change(self, number: str, body: Any, status: int = 200, **headers: str) -> None:
        """Has the address of that assertion answer otherwise from now on."""
        said = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.changed[f"/badges/assertion.php?b={number}&obversion=2"] = (status, headers, said)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        path = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.asked.append(path)
        if path in self.changed:
            status, headers, body = self.changed[path]
        elif path in self.badges:
            # As PHP writes JSON.
            said = json.dumps(self.badges[path]).replace("/", "\\/")
            status, headers, body = 200, {"Content-Type": "application/json; charset=utf-8"}, said.encode()
        else:
            status, headers, body = 404, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>Not found"
        start_response(f"{status} .", list(headers.items()))
        return [body]

    def outgoing(self, ca_bundle: Path, *private_hosts: str) -> Outgoing:
        """What the verifier calls it by; without its host among the private ones it is on a private address."""
        return Outgoing(private_hosts=private_hosts, ca_bundle=ca_bundle, resolve=self._resolve)

    def _resolve(self, host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        if host not in (HOST, OTHER_HOST):
            raise OSError("there is no such host")
        return [(2, 1, 6, "", ("127.0.0.1", port))]


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """What the site shows, and the file of the authority that signed it."""

    context: ssl.SSLContext
    ca_bundle: Path


def certificates(folder: Path) -> Certificates:
    root = authority("Schools")
    shown = {host: server_context(folder, certificate(host, root)) for host in (HOST, OTHER_HOST)}

    def choose(connection: ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = shown[name or HOST]

    shown[HOST].sni_callback = choose  # type: ignore[assignment]
    return Certificates(context=shown[HOST], ca_bundle=write_pem(folder / "ca.pem", root))


@contextmanager
def running_moodle(context: ssl.SSLContext) -> Iterator[MoodleSite]:
    site = MoodleSite()
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=_Silent, ssl_context=context)
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()
