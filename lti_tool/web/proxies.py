"""What proxies say of a request, believed only from those that the operator has named (TRUSTED_PROXIES).

Anybody can send X-Forwarded-For. Believed from a stranger, it would give each of their requests another address, and
with it a limit of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from lti_tool.logs import log

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PREFIX = "HTTP_X_FORWARDED_"
#: An address as proxies write it, with or without a port.
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)](?::\d{1,5})?|(\d{1,3}(?:[.]\d{1,3}){3}):\d{1,5}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+](:[0-9]{1,5})?")


class TrustedProxies:
    """A WSGI application whose requests have the visitor's address, host and scheme, as trusted proxies say them."""

    def __init__(self, app: WSGIApplication, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted
        self._has_warned = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sent = {name: environ.pop(name) for name in list(environ) if name.startswith(_PREFIX)}
        if sent:
            peer = read_address(environ.get("REMOTE_ADDR", ""))
            if peer is not None and is_within(peer, self._trusted):
                self._believe(environ, sent)
            else:
                self._warn()
        return self._app(environ, start_response)

    def _believe(self, environ: WSGIEnvironment, sent: dict[str, str]) -> None:
        visitor = visitor_address(sent.get(f"{_PREFIX}FOR", ""), self._trusted)
        if visitor is not None:
            environ["REMOTE_ADDR"] = str(visitor)
        scheme, host = _last(sent, "PROTO"), _last(sent, "HOST")
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        if _HOST.fullmatch(host):
            environ["HTTP_HOST"] = host

    def _warn(self) -> None:
        """Logs once that a proxy is not trusted. Without its address, which may be that of a person."""
        if not self._has_warned:
            self._has_warned = True
            log.warning("forwarded_headers_not_believed", setting="TRUSTED_PROXIES")


def visitor_address(forwarded_for: str, trusted: Sequence[Network]) -> Address | None:
    """The address that the outermost trusted proxy has seen; None where no trusted proxy said one.

    Each proxy adds the address that it has seen at the end. What stands before the first that is not trusted was sent
    by that visitor, who may have invented it.
    """
    found = None
    for text in reversed(forwarded_for.split(",")):
        address = read_address(text.strip())
        if address is None:
            break
        found = address
        if not is_within(address, trusted):
            break
    return found


def read_address(text: str) -> Address | None:
    """The address, without its port; an IPv4 address in the notation of IPv6 as one of IPv4. None where it is none."""
    parts = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((parts[1] or parts[2]) if parts else text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks."""
    return any(address in network for network in networks)


def _last(sent: dict[str, str], name: str) -> str:
    """What the proxy that asks has said; it stands after what earlier ones have said."""
    return sent.get(f"{_PREFIX}{name}", "").rpartition(",")[2].strip()
