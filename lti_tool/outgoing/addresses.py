"""Which addresses may be called: the protection against server-side request forgery."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from lti_tool.errors import OutgoingError

#: Not reachable from the internet, though `ipaddress` of some Python versions calls them global.
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")))
#: RFC 6052: an address of this network ends in an IPv4 address, which a gateway would call for us.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Has the shape of `socket.getaddrinfo`; tests pass one that gives the addresses they want.
Resolve = Callable[..., Sequence[tuple[Any, ...]]]


class Networks(Enum):
    """The networks that may be called. Plain http is possible with the second alone, and only to this machine."""

    PUBLIC = "public"
    PUBLIC_AND_PRIVATE = "public_and_private"


def permitted_addresses(
    scheme: str, host: str, port: int, networks: Networks, resolve: Resolve
) -> tuple[str, ...]:
    """The IP addresses of `host` that may be called, as text.

    Checking a host name and then letting the HTTP library resolve it again would not be safe: the owner of the name can
    answer the first DNS query with a public address and the second with a private one (DNS rebinding). So the name is
    resolved here, once, and the caller connects to one of these addresses; no name reaches a resolver after this.

    Raises OutgoingError (permanent) where none of its addresses may be called, OSError or UnicodeError where it cannot
    be resolved.
    """
    found = _addresses(host, port, resolve)
    permitted = tuple(address for address in found if _is_permitted(_ip(address), scheme, networks))
    if found and not permitted:
        raise OutgoingError("{host} is a private address", {"host": host}, permanent=True)
    return permitted


def names_this_machine(host: str) -> bool:
    """Whether `host` is a name or a loopback address of this machine, before anything is resolved."""
    if _is_localhost(host):
        return True
    try:
        return _ip(host).is_loopback
    except ValueError:
        return False


def _addresses(host: str, port: int, resolve: Resolve) -> list[str]:
    if _is_localhost(host):
        # RFC 6761 says so; the resolver of a minimal Debian does not know it.
        return ["127.0.0.1"]
    return [address[0] for *_, address in resolve(host, port, type=socket.SOCK_STREAM)]


def _is_permitted(address: Address, scheme: str, networks: Networks) -> bool:
    if scheme != "https" and not address.is_loopback:
        return False
    return networks is Networks.PUBLIC_AND_PRIVATE or _is_public(address)


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
