"""The certificate of the tool, as somebody sees it who trusts the public authorities alone."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lti_tool.doctor.findings import Finding, finding
from lti_tool.doctor.installation import World

#: For connecting, and for each step of the handshake.
SECONDS = 5.0
#: Certificates are renewed a month before their end, or, short ones, a third of their time: then something is wrong.
ENDS_SOON_DAYS = 10

#: The results of OpenSSL's check that have a mend of their own (X509_V_ERR_...).
_ENDED = 10
_OTHER_HOST = (62, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found; `is_trusted`: whether this tool itself trusts the certificate, so that it can ask for more."""

    is_trusted: bool
    findings: Sequence[Finding] = ()


def seen_at(addresses: Sequence[str], host: str, port: int, ca_bundle: Path | None, world: World) -> Seen:
    """What is wrong with the certificate that the first of the addresses shows that answers."""
    try:
        with _connected(addresses, port) as connection:
            ends = _ends(connection, host, (world.authorities,))
    except ssl.SSLCertVerificationError as error:
        return _distrusted(addresses, host, port, ca_bundle, error, world)
    except ssl.SSLError:
        return Seen(is_trusted=False, findings=[finding("tls_fails", host=host)])
    except OSError:
        return Seen(is_trusted=False, findings=[finding("port_closed", host=host, port=port)])
    days = (ends - world.clock()).days
    if days >= ENDS_SOON_DAYS:
        return Seen(is_trusted=True)
    soon = finding("certificate_ends_soon", host=host, days=max(days, 0), on=f"{ends:%Y-%m-%d}")
    return Seen(is_trusted=True, findings=[soon])


def _distrusted(
    addresses: Sequence[str],
    host: str,
    port: int,
    ca_bundle: Path | None,
    error: ssl.SSLCertVerificationError,
    world: World,
) -> Seen:
    if error.verify_code == _ENDED:
        return Seen(is_trusted=False, findings=[finding("certificate_ended", host=host)])
    if error.verify_code in _OTHER_HOST:
        return Seen(is_trusted=False, findings=[finding("certificate_of_another_host", host=host)])
    if ca_bundle is not None:
        try:
            with _connected(addresses, port) as connection:
                _ends(connection, host, (world.authorities, ca_bundle))
        except OSError:  # ssl.SSLError is one
            pass
        else:
            own = finding("certificate_of_own_authority", host=host, file=str(ca_bundle))
            return Seen(is_trusted=True, findings=[own])
    return Seen(is_trusted=False, findings=[finding("certificate_not_trusted", host=host)])


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first address that answers. Raises OSError where none does."""
    failure = OSError("there is no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=SECONDS)
        except OSError as error:
            failure = error
    raise failure


def _ends(connection: socket.socket, host: str, authorities: Sequence[Path]) -> datetime:
    """When the certificate ends. Raises SSLError, of which SSLCertVerificationError is one, and OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in authorities:
        context.load_verify_locations(cafile=file)
    with context.wrap_socket(connection, server_hostname=host) as secured:
        certificate = secured.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
