"""Which addresses may be called: the protection against server-side request forgery."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence

from lti_tool.errors import OutgoingError

#: Not reachable from the internet, though `ipaddress` of some Python versions calls them global.
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")))
#: RFC 6052: an address of this network ends in an IPv4 address, which a gateway would call for us.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: The IP addresses of a host, as text, with the port that will be called.
FindAddresses = Callable[[str, int], Sequence[str]]


class PrivateHosts:
    """The hosts that may be called although their addresses are private: those that an operator has named.

    Plain http is possible to these alone, and only where they are this machine.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(map(_plain, names))

    def has(self, host: str) -> bool:
        return _plain(host) in self._names


def permitted_addresses(
    scheme: str, host: str, port: int, private_hosts: PrivateHosts, find_addresses: FindAddresses
) -> tuple[str, ...]:
    """The IP addresses of `host` that may be called, as text.

    Checking a host name and then letting the HTTP library resolve it again would not be safe: the owner of the name can
    answer the first DNS query with a public address and the second with a private one (DNS rebinding). So the name is
    resolved here, once, and the caller connects to one of these addresses; no name reaches a resolver after this.

    Raises OutgoingError (permanent) where none of its addresses may be called, and what `find_addresses` does.
    """
    # RFC 6761 says where `localhost` leads; the resolver of a minimal Debian does not know it.
    found = ["127.0.0.1"] if _is_localhost(host) else find_addresses(host, port)
    may_be_private = private_hosts.has(host)
    permitted = tuple(
        address
        for address in found
        if (scheme == "https" or _ip(address).is_loopback) and (may_be_private or _is_public(_ip(address)))
    )
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


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from the internet. Raises ValueError where it is none."""
    return _is_public(_ip(address))


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
    name = _plain(host)
    return name == "localhost" or name.endswith(".localhost")


def _plain(host: str) -> str:
    """The host as it is compared: an IPv6 address without brackets, a name without the dot that may end it."""
    return host.lower().strip("[]").rstrip(".")
