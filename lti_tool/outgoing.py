"""The HTTP client for all outgoing calls: bounded in time and size, and kept out of private networks.

The tool calls addresses that others chose: a registration names its key set, a badge names its issuer and its status
list. Without these limits anyone who sends such an address could read pages of the institution's own network (server-
side request forgery), or keep a thread busy for as long as they like.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from lti_tool import __version__
from lti_tool.errors import OutgoingError

USER_AGENT = f"Nozimite/{__version__}"

#: Not reachable from the internet, though `ipaddress` of some Python versions calls them global.
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")))
#: RFC 6052: an address of this network ends in an IPv4 address, which a gateway would call for us.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Has the shape of `socket.getaddrinfo`; tests pass one that gives the addresses they want.
Resolve = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A response of any status, read to its end; `headers` are found in upper or lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str


class Networks(Enum):
    """The networks that may be called. Plain http is possible with the second alone, and only to this machine."""

    PUBLIC = "public"
    PUBLIC_AND_PRIVATE = "public_and_private"


class Outgoing:
    """An HTTP client that calls https addresses of the permitted `networks`.

    `timeout` is (connect, read) in seconds, as `requests` means it: the read timeout starts again with every byte.
    `total_seconds` is the limit for the whole call. `ca_bundle` is a PEM file of certificate authorities that are
    trusted in addition to the public ones. `tool_url` tells those who are called who we are.
    """

    def __init__(
        self,
        networks: Networks = Networks.PUBLIC,
        ca_bundle: Path | str | None = None,
        timeout: tuple[float, float] = (3, 10),
        total_seconds: float = 30,
        resolve: Resolve = socket.getaddrinfo,
        tool_url: str | None = None,
    ) -> None:
        self._networks = networks
        self._user_agent = f"{USER_AGENT} (+{tool_url})" if tool_url else USER_AGENT
        self._timeout = timeout
        self._total_seconds = total_seconds
        self._resolve = resolve
        self._tls = _tls_context(ca_bundle)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | str | None = None,
        max_bytes: int = 2_000_000,
    ) -> HttpResponse:
        """The response, whatever its status; a redirect is returned, not followed.

        Raises OutgoingError where the address may not be called, or no complete response of at most `max_bytes` came
        in time.
        """
        self.check_url(url)
        host = urlsplit(url).hostname or ""
        # Only an uncompressed body can be measured while it comes in.
        all_headers = {"User-Agent": self._user_agent, "Accept-Encoding": "identity", **(headers or {})}
        connector = _GuardedConnector(self._networks, self._resolve)
        with _deadline(connector, self._total_seconds), requests.Session() as session:
            # Otherwise the environment could add a proxy, another certificate bundle or a password from .netrc.
            session.trust_env = False
            adapter = _Adapter(connector, self._tls)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            try:
                response = session.request(
                    method,
                    url,
                    headers=all_headers,
                    data=data,
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    body = _read(response, max_bytes, host)
            except OutgoingError:
                raise
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                if connector.is_past_deadline:
                    raise OutgoingError(
                        "{host} did not send its whole answer in time", {"host": host}
                    ) from error
                raise _as_outgoing_error(host, connector, error) from error
            # A response that ends with its connection looks complete when the deadline cuts it off.
            if connector.is_past_deadline:
                raise OutgoingError("{host} did not send its whole answer in time", {"host": host})
            return HttpResponse(
                status=response.status_code,
                headers=CaseInsensitiveDict(response.headers),
                body=body,
                url=url,
            )

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
        """The body of a GET response. Raises OutgoingError as `request` does, and for any status but 200."""
        response = self.get(url, max_bytes=max_bytes)
        if response.status != 200:
            raise OutgoingError(
                "{host} answered {status}",
                {"host": urlsplit(url).hostname or "", "status": response.status},
                permanent=response.status in (404, 410),
            )
        return response.body

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
        private = self._networks is Networks.PUBLIC_AND_PRIVATE
        if parts.scheme != "http" or not (private and _names_this_machine(host)):
            raise OutgoingError(
                "the address of {host} does not begin with https", {"host": host}, permanent=True
            )


class _GuardedConnector:
    """Opens the connection of one call, to permitted addresses only, and can cut it off from another thread.

    Checking a host name and then letting the HTTP library resolve it again would not be safe: the owner of the name can
    answer the first DNS query with a public address and the second with a private one (DNS rebinding). So the name is
    resolved once, here, and the socket is connected to the very address that was checked. TLS and the Host header still
    use the name.
    """

    def __init__(self, networks: Networks, resolve: Resolve) -> None:
        self._networks = networks
        self._resolve = resolve
        #: Guards the three fields below: the deadline's timer runs in a thread of its own.
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.is_past_deadline = False
        self.refused_private_address = False

    def connect(self, host: str, port: int, scheme: str, timeout: float | None) -> socket.socket:
        """A socket connected to the first permitted address of `host` that answers.

        Raises OSError where no address is permitted, none answers in `timeout` seconds, or the deadline is past.
        """
        failure: OSError | None = None
        for family, address in self._permitted_addresses(host, port, scheme):
            if self.is_past_deadline:
                raise TimeoutError("past the deadline")
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(timeout)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
                continue
            self._remember(connection)
            return connection
        raise failure or OSError("no address")

    def _permitted_addresses(
        self, host: str, port: int, scheme: str
    ) -> list[tuple[socket.AddressFamily, Any]]:
        found = self._addresses(host, port)
        permitted = [
            (family, address) for family, address in found if self._is_permitted(_ip(address[0]), scheme)
        ]
        if found and not permitted:
            self.refused_private_address = True
            raise OSError("a private address")
        return permitted

    def _is_permitted(self, address: Address, scheme: str) -> bool:
        if scheme != "https" and not address.is_loopback:
            return False
        return self._networks is Networks.PUBLIC_AND_PRIVATE or _is_public(address)

    def _addresses(self, host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
        if _is_localhost(host):
            # RFC 6761 says so; the resolver of a minimal Debian does not know it.
            return [(socket.AF_INET, ("127.0.0.1", port))]
        found = self._resolve(host.strip("[]"), port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _, _, _, address in found]

    def _remember(self, connection: socket.socket) -> None:
        # TLS detaches the socket object that it wraps, so a duplicate of its file descriptor is kept for `cut_off`.
        with self._lock:
            if self.is_past_deadline:
                # `cut_off` has run already and found no connection to end; nothing would end this one.
                connection.close()
                raise TimeoutError("past the deadline")
            self._socket = socket.socket(fileno=os.dup(connection.fileno()))

    def cut_off(self) -> None:
        """Ends the call: a read that waits in another thread returns at once."""
        with self._lock:
            self.is_past_deadline = True
            if self._socket is not None:
                # Raised where the other side has closed the connection already.
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes the duplicate; `requests` closes the connection itself."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


@contextmanager
def _deadline(connector: _GuardedConnector, seconds: float) -> Iterator[None]:
    """Cuts the call off after `seconds`.

    The read timeout alone is not enough: a server that sends one byte now and then never exceeds it.
    """
    timer = threading.Timer(seconds, connector.cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connector.close()


class _Adapter(HTTPAdapter):
    """Makes `requests` open its connections through a _GuardedConnector.

    Neither requests nor urllib3 offers a public hook between resolving a host and connecting to it, so the connection
    classes override `_new_conn`, which is private to urllib3 2: check this class first when urllib3 is upgraded. What
    the overriding method must do is return a connected socket, or raise urllib3's own errors.
    """

    def __init__(self, connector: _GuardedConnector, tls: ssl.SSLContext) -> None:
        # Set before the base class's __init__, which calls init_poolmanager.
        self._connector = connector
        self._tls = tls
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        connector = self._connector

        class Http(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _connected_socket(self, connector, "http")

        class Https(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _connected_socket(self, connector, "https")

        class HttpPool(HTTPConnectionPool):
            ConnectionCls = Http

        class HttpsPool(HTTPSConnectionPool):
            ConnectionCls = Https

        super().init_poolmanager(*arguments, **options, ssl_context=self._tls)
        self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}


def _connected_socket(connection: HTTPConnection, connector: _GuardedConnector, scheme: str) -> socket.socket:
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        return connector.connect(connection.host, connection.port or 443, scheme, timeout)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "no connection in time") from error
    except OSError as error:
        raise NewConnectionError(connection, "no connection") from error


def _ip(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        # Four kinds of IPv6 addresses lead to the IPv4 address that they carry: that one decides.
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return _is_public(carried)
    return address.is_global and not (
        any(address in network for network in _NOT_GLOBAL)
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def _is_localhost(host: str) -> bool:
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost")


def _names_this_machine(host: str) -> bool:
    if _is_localhost(host):
        return True
    try:
        return _ip(host).is_loopback
    except ValueError:
        return False


def _tls_context(ca_bundle: Path | str | None) -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_bundle is not None:
        context.load_verify_locations(str(ca_bundle))
    return context


def _read(response: requests.Response, max_bytes: int, host: str) -> bytes:
    too_large = OutgoingError(
        "the answer of {host} is larger than {size} bytes", {"host": host, "size": max_bytes}, permanent=True
    )
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise too_large
    body = bytearray()
    for chunk in response.iter_content(16_384):
        body += chunk
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)


def _as_outgoing_error(host: str, connector: _GuardedConnector, error: Exception) -> OutgoingError:
    """The error in words that name the host only: the rest of an address may hold a token."""
    if connector.refused_private_address:
        return OutgoingError("{host} is a private address", {"host": host}, permanent=True)
    if isinstance(error, requests.exceptions.SSLError):
        return OutgoingError("the certificate of {host} is not trusted", {"host": host})
    if isinstance(error, requests.Timeout):
        return OutgoingError("{host} did not answer in time", {"host": host})
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
        return OutgoingError("the address is not valid", permanent=True)
    return OutgoingError("{host} cannot be reached", {"host": host})
