"""Certificate authorities of the tests alone, and what they sign."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A certificate with its private key, and those that lead from it to the root."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()


def authority(name: str, by: Signed | None = None, days: int = 3650) -> Signed:
    """A certificate authority: a root, or one that another has signed."""
    return _signed(name, by, days, is_authority=True)


def certificate(host: str, by: Signed, days: int = 90) -> Signed:
    """A certificate for a host, which ends in so many days, or has ended."""
    return _signed(host, by, days, is_authority=False)


def write_pem(path: Path, *signed: Signed) -> Path:
    path.write_bytes(b"".join(each.certificate.public_bytes(Encoding.PEM) for each in signed))
    return path


def server_context(folder: Path, shown: Signed) -> ssl.SSLContext:
    """How a server shows the certificate: with those that lead to the root, as fullchain.pem has them."""
    file = folder / f"{shown.certificate.serial_number}.pem"
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in (shown.certificate, *shown.chain))
    file.write_bytes(
        shown.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()) + pem
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _signed(name: str, by: Signed | None, days: int, *, is_authority: bool) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        # A little more than whole days, so that so many are left.
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = builder.sign(by.key if by else key, hashes.SHA256())
    chain = (by.certificate, *by.chain) if by and by.certificate.issuer != by.certificate.subject else ()
    return Signed(certificate=made, key=key, chain=chain)
