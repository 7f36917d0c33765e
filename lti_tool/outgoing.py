"""The one way out: an HTTP client that calls only where it may, and never waits or reads without end."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
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

#: Reserved for machines of a network, though some versions of Python call them global.
_LOCAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")))
#: An address of this network carries an IPv4 address that a gateway would call for us.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: What `socket.getaddrinfo` gives for a host and a port.
Resolve = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side answered; `headers` are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str


class Outgoing:
    """Calls https addresses of the open internet; with `allow_private` also private ones, and loopback by http.

    `timeout` is (connect, read) in seconds; `total_seconds` bounds the whole call from the first packet on.
    `ca_bundle` is trusted beside the public certificate authorities. `tool_url` tells whoever is called who we are.
    """

    def __init__(
        self,
        allow_private: bool = False,
        ca_bundle: Path | str | None = None,
        timeout: tuple[float, float] = (3, 10),
        total_seconds: float = 30,
        resolve: Resolve = socket.getaddrinfo,
        tool_url: str | None = None,
    ) -> None:
        self.allow_private = allow_private
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
    ) -> Answer:
        """The answer of any status; a redirect is an answer, it is not followed. Raises OutgoingError."""
        self.permit(url)
        host = urlsplit(url).hostname or ""
        sent = {"User-Agent": self._user_agent, "Accept-Encoding": "identity", **(headers or {})}
        door = _Door(self.allow_private, self._resolve)
        with _deadline(door, self._total_seconds), requests.Session() as session:
            # The environment could add a proxy, another certificate bundle or a netrc password.
            session.trust_env = False
            adapter = _Adapter(door, self._tls)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            try:
                response = session.request(
                    method,
                    url,
                    headers=sent,
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
                if door.too_late:
                    raise OutgoingError(
                        "{host} did not send its whole answer in time", {"host": host}
                    ) from error
                raise _as_outgoing_error(host, door, error) from error
            if door.too_late:
                raise OutgoingError("{host} did not send its whole answer in time", {"host": host})
            return Answer(
                status=response.status_code,
                headers=CaseInsensitiveDict(response.headers),
                body=body,
                url=url,
            )

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = 2_000_000
    ) -> Answer:
        return self.request("GET", url, headers=headers, max_bytes=max_bytes)

    def post(
        self,
        url: str,
        data: Mapping[str, str] | bytes | str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 2_000_000,
    ) -> Answer:
        return self.request("POST", url, headers=headers, data=data, max_bytes=max_bytes)

    def fetch(self, url: str, max_bytes: int = 2_000_000) -> bytes:
        """The body of a 200 answer to GET; any other answer is an OutgoingError."""
        answer = self.get(url, max_bytes=max_bytes)
        if answer.status != 200:
            raise OutgoingError(
                "{host} answered {status}",
                {"host": urlsplit(url).hostname or "", "status": answer.status},
                permanent=answer.status in (404, 410),
            )
        return answer.body

    def permit(self, url: str) -> None:
        """Refuses what may not be called, as far as the text of `url` tells; raises OutgoingError."""
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
        if parts.scheme != "http" or not (self.allow_private and _names_this_machine(host)):
            raise OutgoingError(
                "the address of {host} does not begin with https", {"host": host}, permanent=True
            )


class _Door:
    """Lets one call out to a permitted address, and shuts it when its time is over."""

    def __init__(self, allow_private: bool, resolve: Resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.too_late = False
        self.refused = False

    def connect(self, host: str, port: int, timeout: float | None, encrypted: bool) -> socket.socket:
        """A socket to the very address that was checked: asking the DNS again could give another."""
        trouble: OSError | None = None
        for family, address in self._permitted(host, port, encrypted):
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(timeout)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.connect(address)
            except OSError as error:
                connection.close()
                trouble = error
                continue
            self._watch(connection)
            return connection
        raise trouble or OSError("no address")

    def _permitted(self, host: str, port: int, encrypted: bool) -> list[tuple[socket.AddressFamily, Any]]:
        found = self._addresses(host, port)
        permitted = [
            (family, address)
            for family, address in found
            if (self._allow_private or _is_public(_ip(address[0])))
            and (encrypted or _ip(address[0]).is_loopback)
        ]
        if found and not permitted:
            self.refused = True
            raise OSError("a private address")
        return permitted

    def _addresses(self, host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
        if _is_localhost(host):
            # RFC 6761 says so; the resolver of a bare Debian does not know it.
            return [(socket.AF_INET, ("127.0.0.1", port))]
        found = self._resolve(host.strip("[]"), port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _, _, _, address in found]

    def _watch(self, connection: socket.socket) -> None:
        # TLS takes the socket object over, so the watch keeps a second handle to the same connection.
        with self._lock:
            self._socket = socket.socket(fileno=os.dup(connection.fileno()))

    def shut(self) -> None:
        with self._lock:
            self.too_late = True
            if self._socket is not None:
                # The other side may have been faster.
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


@contextmanager
def _deadline(door: _Door, seconds: float) -> Iterator[None]:
    """A read timeout alone is met by one byte now and then; this one ends the call whatever trickles in."""
    timer = threading.Timer(seconds, door.shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        door.leave()


class _Adapter(HTTPAdapter):
    """Makes requests open its connections through the door."""

    def __init__(self, door: _Door, tls: ssl.SSLContext) -> None:
        self._door = door
        self._tls = tls
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        door = self._door

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _opened(self, door, encrypted=False)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _opened(self, door, encrypted=True)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        super().init_poolmanager(*arguments, **options, ssl_context=self._tls)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}


def _opened(connection: HTTPConnection, door: _Door, encrypted: bool) -> socket.socket:
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        return door.connect(connection.host, connection.port or 443, timeout, encrypted)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "no connection in time") from error
    except OSError as error:
        raise NewConnectionError(connection, "no connection") from error


def _ip(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return _is_public(carried)
    return address.is_global and not (
        any(address in network for network in _LOCAL)
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


def _as_outgoing_error(host: str, door: _Door, error: Exception) -> OutgoingError:
    """The error in words that name the host only: the rest of an address may hold a token."""
    if door.refused:
        return OutgoingError("{host} is a private address", {"host": host}, permanent=True)
    if isinstance(error, requests.exceptions.SSLError):
        return OutgoingError("the certificate of {host} is not trusted", {"host": host})
    if isinstance(error, requests.Timeout):
        return OutgoingError("{host} did not answer in time", {"host": host})
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
        return OutgoingError("the address is not valid", permanent=True)
    return OutgoingError("{host} cannot be reached", {"host": host})
