"""What answers at the addresses of an installation in the tests: over TLS, the tool and a small platform."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import jwt
from werkzeug.serving import WSGIRequestHandler, make_server

TOOL_HOST, PLATFORM_HOST = "badges.example.org", "lms.example.org"
HSTS = ("Strict-Transport-Security", "max-age=63072000")

Headers = list[tuple[str, str]]


@dataclass
class Platform:
    """Gives its key set, and tokens for assertions that the tool has signed. `tool_keys`: the public ones, by id.

    `status` and `keys` are of its key set, `refused` are scopes that it does not grant, `date` is its clock's.
    """

    tool_keys: Callable[[], dict[str, Any]] = dict
    status: int = 200
    keys: list[dict[str, str]] = field(
        default_factory=lambda: [{"kty": "RSA", "kid": "p1", "n": "AQAB", "e": "AQAB"}]
    )
    refused: tuple[str, ...] = ()
    date: str | None = None
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status, answer = self._answer(environ)
        headers = [("Content-Type", "application/json")]
        if self.date is not None:
            headers.append(("Date", self.date))
        start_response(f"{status} .", headers)
        return [json.dumps(answer).encode()]

    def _answer(self, environ: WSGIEnvironment) -> tuple[int, object]:
        if environ["PATH_INFO"] == "/jwks":
            return self.status, {"keys": self.keys}
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(form["scope"])
        assertion = form["client_assertion"]
        key = self.tool_keys().get(jwt.get_unverified_header(assertion)["kid"])
        if key is None:
            return 400, {"error": "invalid_client"}
        jwt.decode(assertion, key, algorithms=["RS256"], options={"verify_aud": False})
        if form["scope"].endswith(self.refused or ("none of these",)):
            return 400, {"error": "invalid_scope"}
        return 200, {"access_token": "a token of the tests", "expires_in": 3600}


@dataclass
class Site:
    """One server for both hosts, by the name that is asked for. `contexts` are what each shows as its certificate.

    `changed` are answers that a proxy gives in place of the tool, by path; `without` and `added` are headers of it.
    """

    port: int = 0
    contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)
    tool: WSGIApplication | None = None
    platform: Platform = field(default_factory=Platform)
    changed: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    added: Headers = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if environ["HTTP_HOST"].startswith(PLATFORM_HOST):
            return self.platform(environ, start_response)
        if (answer := self.changed.get(environ["PATH_INFO"])) is not None:
            start_response(f"{answer[0]} .", [("Content-Type", "application/json")])
            return [answer[1]]
        assert self.tool is not None

        def through_proxy(status: str, headers: Headers, *more: Any) -> Any:
            kept = [pair for pair in (*headers, HSTS) if pair[0] not in self.without]
            return start_response(status, [*kept, *self.added], *more)

        return self.tool(environ, through_proxy)  # type: ignore[arg-type]

    def resolve(self, host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        """Leads both hosts to this machine, as /etc/hosts would."""
        if host not in (TOOL_HOST, PLATFORM_HOST):
            raise OSError("there is no such host")
        return [(2, 1, 6, "", ("127.0.0.1", port))]


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nor that a client did not trust the certificate, which is what the tests want."""

    def send_header(self, keyword: str, value: str) -> None:
        # The server's own date would stand beside that of a platform whose clock is wrong.
        if keyword == "Date" and self.server.app.platform.date not in (None, value):  # type: ignore[attr-defined]
            return
        super().send_header(keyword, value)


@contextmanager
def running_site(first: ssl.SSLContext) -> Iterator[Site]:
    """The site, which shows the certificate of `first` until `contexts` name others."""
    site = Site()

    def choose(connection: ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = site.contexts[name or TOOL_HOST]

    first.sni_callback = choose  # type: ignore[assignment]
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=_Silent, ssl_context=first)
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()
