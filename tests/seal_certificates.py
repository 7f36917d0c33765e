"""Certificates for seals, as a trust service would issue them: an authority, and what it certifies for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID

#: The days of all certificates here, but for those that say otherwise.
BEGINS, ENDS = datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
#: The legal person of config/issuer.example.toml.
COLLEGE = {"C": "LV", "O": "SIA Rīgas koledža", "organizationIdentifier": "NTRLV-40000000001"}
PERSON = {
    "C": "LV",
    "CN": "Ieva Kalniņa",
    "GN": "Ieva",
    "SN": "Kalniņa",
    "serialNumber": "PNOLV-010101-11111",
}
PASSWORD = "a password / of the file+"

_NAMES = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "CN": NameOID.COMMON_NAME,
    "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
    "pseudonym": NameOID.PSEUDONYM,
    "serialNumber": NameOID.SERIAL_NUMBER,
}
_QC = "04008e4601"
#: A whole extension of QCStatements, as trust services write them: with the limits and addresses that nobody asks for.
COMPLIANT, SEAL, SIGNATURE, DEVICE, OTHER_LAW = "compliant", "seal", "signature", "device", "other_law"


def statements(*stated: str) -> bytes:
    """The extension that states these, among others."""
    types = [
        _oid(f"{_QC}0602" if each == SEAL else f"{_QC}0601") for each in stated if each in (SEAL, SIGNATURE)
    ]
    found = [
        _tlv(0x30, _oid(f"{_QC}05"), _tlv(0x30, _tlv(0x30, _tlv(0x16, b"https://ca.example/" + b"p" * 130))))
    ]
    if COMPLIANT in stated:
        found.append(_tlv(0x30, _oid(f"{_QC}01")))
    if types:
        found.append(_tlv(0x30, _oid(f"{_QC}06"), _tlv(0x30, *types)))
    if DEVICE in stated:
        found.append(_tlv(0x30, _oid(f"{_QC}04")))
    if OTHER_LAW in stated:
        found.append(_tlv(0x30, _oid(f"{_QC}07"), _tlv(0x30, _tlv(0x13, b"GB"))))
    return _tlv(0x30, *found)


def key(kind: str = "P-256", number: int = 0) -> Any:
    """A private key of a kind, the same at each call: `P-256`, `P-384`, `P-521`, `RSA`, `RSA-1024`."""
    return _key(kind, number)


@cache
def _key(kind: str, _number: int) -> Any:
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, 1024 if kind == "RSA-1024" else 2048)
    return ec.generate_private_key(
        {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[kind]
    )


def certificate(
    private: Any,
    subject: dict[str, str] = COLLEGE,
    *,
    issuer: x509.Certificate | None = None,
    extension: bytes | None = None,
    begins: datetime = BEGINS,
    ends: datetime = ENDS,
    usage: str | None = "digital_signature",
    is_authority: bool = False,
) -> x509.Certificate:
    """The certificate of that key, issued by the authority of these tests."""
    signer = key("P-256", 99)
    builder = x509.CertificateBuilder(
        subject_name=_name(subject),
        issuer_name=issuer.subject if issuer else _name({"O": "Test authority"}),
        public_key=private.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=begins,
        not_valid_after=ends,
    ).add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    if usage:
        builder = builder.add_extension(_usage(usage), critical=True)
    if extension is not None:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), extension)
        builder = builder.add_extension(unknown, critical=False)
    return builder.sign(signer, SHA256())


@cache
def authority() -> x509.Certificate:
    """The authority of these tests, which certifies itself."""
    own = {"O": "Test authority"}
    return certificate(key("P-256", 99), own, usage="key_cert_sign", is_authority=True)


def pkcs12_file(private: Any, own: x509.Certificate | None, *others: x509.Certificate) -> bytes:
    """The PKCS#12 file with the key and the certificates, opened by PASSWORD."""
    encryption = BestAvailableEncryption(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"seal", private, own, others or None, encryption)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def later(days: int) -> datetime:
    """So many days after the certificates begin."""
    return BEGINS + timedelta(days=days)


def _name(subject: dict[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_NAMES[name], value) for name, value in subject.items()])


def _usage(wanted: str) -> x509.KeyUsage:
    names = (
        *(
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
        ),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name == wanted for name in names})


def _oid(content: str) -> bytes:
    return _tlv(0x06, bytes.fromhex(content))


def _tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x82, size >> 8, size & 0xFF])
    return bytes([tag]) + length + content
