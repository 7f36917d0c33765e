"""The HTTP client for all outgoing calls: bounded in time and size, and kept out of private networks.

The tool calls addresses that others chose: a registration names its key set, a badge names its issuer and its status
list. Without these limits anyone who sends such an address could read pages of the institution's own network (server-
side request forgery), or keep a thread busy for as long as they like.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import certifi
from urllib3 import HTTPHeaderDict
from urllib3 import HTTPResponse as LibraryResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError
from urllib3.exceptions import TimeoutError as LibraryTimeoutError
from urllib3.util import create_urllib3_context, parse_url

from lti_tool import __version__
from lti_tool.errors import OutgoingError, StatusError, TooLargeError
from lti_tool.outgoing.addresses import PrivateHosts, names_this_machine, permitted_addresses
from lti_tool.outgoing.connections import DEFAULT_PORTS, Connections, Opened, Origin, open_connection
from lti_tool.outgoing.deadline import Deadline
from lti_tool.outgoing.resolving import Resolve, Resolver
from lti_tool.traces import span

__all__ = ["USER_AGENT", "HttpResponse", "Outgoing", "Resolve"]

USER_AGENT = f"Nozimite/{__version__}"

#: How a connection ends that the server had closed while it was idle.
_CLOSED_MEANWHILE = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
#: The statuses of a redirect that a GET may follow (RFC 9110, 15.4).
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: What a call raises when the server or the network does not do its part.
_FAILURES = (HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A response of any status, read to its end; `headers` are found in upper or lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str


class Outgoing:
    """An HTTP client that calls public https addresses, and the `private_hosts`, wherever their names lead.

    `timeout` is (connect, read) in seconds, as `requests` means it: the read timeout starts again with every byte.
    `total_seconds` is the limit for the whole call, the resolution of the name included. `ca_bundle` is a PEM file of
    certificate authorities that are trusted in addition to the public ones. `tool_url` tells those who are called who
    we are. `clock` gives seconds.

    Connections are kept open between calls (`connections`), so a process should have one Outgoing. Nothing else is
    kept, no cookies and no passwords, and no proxy, password or certificate is read from the environment.
    """

    def __init__(
        self,
        private_hosts: Iterable[str] = (),
        ca_bundle: Path | str | None = None,
        timeout: tuple[float, float] = (3, 10),
        total_seconds: float = 30,
        resolve: Resolve = socket.getaddrinfo,
        tool_url: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._private_hosts = PrivateHosts(private_hosts)
        self._user_agent = f"{USER_AGENT} (+{tool_url})" if tool_url else USER_AGENT
        self._timeout = timeout
        self._total_seconds = total_seconds
        self._resolver = Resolver(resolve)
        self._clock = clock
        self._connections = Connections(clock)
        self._tls = _tls_context(ca_bundle and str(ca_bundle))

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | str | None = None,
        max_bytes: int = 2_000_000,
        seconds: float | None = None,
    ) -> HttpResponse:
        """The response, whatever its status; a redirect is returned, not followed.

        `seconds` is the limit for a call that is known to take longer than usual. Raises OutgoingError where the
        address may not be called, or no complete response of at most `max_bytes` came in time.
        """
        self.check_url(url)
        host = urlsplit(url).hostname or ""
        # The host alone: the rest of an address may hold a token.
        about = {"http.request.method": method, "server.address": host}
        with span(f"{method} {host}", "client", **about) as note:
            answer = self._answer(method, url, host, headers or {}, data, max_bytes, seconds)
            note("http.response.status_code", answer.status)
        return answer

    def _answer(
        self,
        method: str,
        url: str,
        host: str,
        headers: Mapping[str, str],
        data: Mapping[str, str] | bytes | str | None,
        max_bytes: int,
        seconds: float | None,
    ) -> HttpResponse:
        with Deadline(self._total_seconds if seconds is None else seconds) as deadline:
            try:
                call = self._call(method, url, headers, data, seconds)
                opened, response = self._response(call, deadline)
                body = _read(opened, response, max_bytes, deadline)
            except OutgoingError:
                raise
            except _FAILURES as error:
                raise _as_outgoing_error(host, deadline, error) from error
        # After an early hint (1xx) the final response would be read as that of the next call.
        if response.status >= 200 and not opened.connection.is_closed:
            self._connections.keep(opened)
        else:
            opened.connection.close()
        return HttpResponse(status=response.status, headers=response.headers, body=body, url=url)

    def _call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Mapping[str, str] | bytes | str | None,
        seconds: float | None,
    ) -> _Call:
        parts = parse_url(url)
        origin = Origin(
            scheme=parts.scheme or "",
            host=(parts.host or "").strip("[]"),
            port=parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme or ""],
        )
        all_headers = HTTPHeaderDict(
            {
                "Host": origin.host_header,
                "User-Agent": self._user_agent,
                "Accept": "*/*",
                # Only an uncompressed body can be measured while it comes in.
                "Accept-Encoding": "identity",
            }
        )
        if isinstance(data, Mapping):
            data = urlencode(data)
            all_headers["Content-Type"] = "application/x-www-form-urlencoded"
        all_headers.update(headers)
        if not all(value.isascii() and value.isprintable() for value in all_headers.values()):
            # Checked before anything is called; a token in the address is the only header that others choose.
            raise OutgoingError("the address is not valid", permanent=True)
        return _Call(
            method=method,
            origin=origin,
            target=parts.request_uri,
            headers=all_headers,
            body=data.encode() if isinstance(data, str) else data,
            read_seconds=self._timeout[1] if seconds is None else seconds,
        )

    def _response(self, call: _Call, deadline: Deadline) -> tuple[Opened, LibraryResponse]:
        """The response with its body still to be read, and the connection it comes from."""
        # A server may close an idle connection in the very moment in which it is used again. Whether it has seen the
        # request is unknown then, so only what may be repeated is sent there (RFC 9110, 9.2.2).
        kept = self._connections.take(call.origin) if call.method == "GET" else None
        if kept is not None:
            with suppress(*_CLOSED_MEANWHILE):
                return kept, self._ask(kept.connection, call, deadline)
        origin = call.origin
        addresses = permitted_addresses(
            origin.scheme,
            origin.host,
            origin.port,
            self._private_hosts,
            lambda host, port: self._resolver.addresses(host, port, deadline),
        )
        connection = open_connection(origin, addresses, self._tls, self._timeout[0], deadline)
        opened = Opened(origin=origin, connection=connection, opened_at=self._clock())
        return opened, self._ask(connection, call, deadline)

    def _ask(self, connection: HTTPConnection, call: _Call, deadline: Deadline) -> LibraryResponse:
        try:
            deadline.watch(connection.sock)
            connection.timeout = call.read_seconds
            # A server that refuses a request may answer, and close the connection, before it has read all of it.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(
                    call.method, call.target, body=call.body, headers=call.headers, preload_content=False
                )
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = 2_000_000
    ) -> HttpResponse:
        """The response to a GET. Raises OutgoingError as `request` does."""
        return self.request("GET", url, headers=headers, max_bytes=max_bytes)

    def post(
        self,
        url: str,
        data: Mapping[str, str] | bytes | str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 2_000_000,
    ) -> HttpResponse:
        """The response to a POST; a mapping is sent as a form. Raises OutgoingError as `request` does."""
        return self.request("POST", url, headers=headers, data=data, max_bytes=max_bytes)

    def fetch(self, url: str, max_bytes: int = 2_000_000) -> bytes:
        """The body of a GET response. Raises OutgoingError as `request` does, StatusError for any status but 200."""
        return _body(self.get(url, max_bytes=max_bytes))

    def fetch_in_time(self, url: str, seconds: float) -> bytes:
        """The same within `seconds`, and within the usual limit. Raises what `fetch` does."""
        return _body(self.request("GET", url, seconds=min(seconds, self._total_seconds)))

    def check_url(self, url: str) -> None:
        """Checks what the text of `url` shows; its host is resolved, and checked again, when it is called.

        Raises OutgoingError (permanent) where it is no https address, or carries a password.
        """
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise OutgoingError("the address is not valid", permanent=True) from error
        if not host or any(ord(letter) <= 32 or letter == "\\" for letter in url):
            raise OutgoingError("the address is not valid", permanent=True)
        if parts.username is not None or parts.password is not None:
            raise OutgoingError("the address contains a password", permanent=True)
        if parts.scheme == "https":
            return
        if parts.scheme != "http" or not (self._private_hosts.has(host) and names_this_machine(host)):
            raise OutgoingError(
                "the address of {host} does not begin with https", {"host": host}, permanent=True
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    origin: Origin
    target: str
    headers: HTTPHeaderDict
    body: bytes | None = field(repr=False)
    read_seconds: float


@lru_cache(maxsize=4)
def _tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """The public certificate authorities and those of the file; cached, since reading them takes longer than a call."""
    context = create_urllib3_context()
    context.load_verify_locations(certifi.where())
    if ca_bundle is not None:
        context.load_verify_locations(ca_bundle)
    return context


def _read(opened: Opened, response: LibraryResponse, max_bytes: int, deadline: Deadline) -> bytes:
    """The whole body. The connection is closed where the response is not read to its end."""
    host = opened.origin.host
    too_large = TooLargeError(
        "the answer of {host} is larger than {size} bytes", {"host": host, "size": max_bytes}, permanent=True
    )
    try:
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > max_bytes:
            raise too_large
        body = bytearray()
        for chunk in response.stream(16_384, decode_content=True):
            body += chunk
            if len(body) > max_bytes:
                raise too_large
        # A response that ends with its connection looks complete when the deadline cuts it off.
        deadline.remaining()
    except BaseException:
        opened.connection.close()
        raise
    finally:
        response.close()
    return bytes(body)


def _body(response: HttpResponse) -> bytes:
    """The body of a response. Raises StatusError for any status but 200."""
    if response.status != 200:
        raise StatusError(
            "{host} answered {status}",
            {"host": urlsplit(response.url).hostname or "", "status": response.status},
            status=response.status,
            location=response.headers.get("Location") if response.status in _REDIRECTS else None,
            body=response.body,
        )
    return response.body


def _as_outgoing_error(host: str, deadline: Deadline, error: Exception) -> OutgoingError:
    """The error in words that name the host only: the rest of an address may hold a token."""
    if deadline.is_past:
        return OutgoingError("{host} did not send its whole answer in time", {"host": host})
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutgoingError("the certificate of {host} is not trusted", {"host": host})
    # urllib3 calls a refused connection a timeout, too.
    timed_out = isinstance(error, TimeoutError | LibraryTimeoutError)
    if timed_out and not isinstance(error, NewConnectionError):
        return OutgoingError("{host} did not answer in time", {"host": host})
    if isinstance(error, LocationParseError):
        return OutgoingError("the address is not valid", permanent=True)
    return OutgoingError("{host} cannot be reached", {"host": host})
