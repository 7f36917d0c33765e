"""The certificate of a seal: whose it is, what may be signed with it, and what it says of being qualified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeVar, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import NameOID

from signing.errors import SealError
from signing.seals.algorithms import SealAlgorithm, SealPublicKey, algorithm_of
from signing.seals.statements import Statement, statements_of

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)

#: `qualified`: the certificate says that it is a qualified one for seals, and that its key is in a device for these;
#: `qualified_certificate`: the first without the second; `none`: it says neither.
Claim = Literal["qualified", "qualified_certificate", "none"]

#: An authority, its root and one between: longer chains are no chains.
MAX_CHAIN = 8
#: What only the certificate of a natural person has, also of one who acts for a legal person (EN 319 412-2).
_PERSONAL = (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM)
#: How the number of a natural person begins (EN 319 412-1, 5.1.3): passport, identity card, personal or tax number.
_PERSONAL_NUMBERS = ("PAS", "IDC", "PNO", "TIN")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealCertificate:
    """The certificate of a legal person and those that issued it, each before the one that issued it.

    `organisation` and `identifier` are its O and organizationIdentifier, such as NTRLV-40000000001; `country` is its C,
    "" where it has none. `statements` are what it says of being qualified.
    """

    chain: tuple[x509.Certificate, ...] = field(repr=False)
    algorithm: SealAlgorithm
    organisation: str
    identifier: str
    country: str
    statements: frozenset[Statement]

    @property
    def own(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def public(self) -> SealPublicKey:
        return cast("SealPublicKey", self.own.public_key())

    @property
    def valid_from(self) -> datetime:
        return self.own.not_valid_before_utc

    @property
    def valid_until(self) -> datetime:
        return self.own.not_valid_after_utc

    @property
    def thumbprint(self) -> bytes:
        """The SHA-256 of the certificate itself."""
        return sha256(self.own.public_bytes(Encoding.DER)).digest()

    @property
    def claim(self) -> Claim:
        """What it says of itself, and nobody else: whether it is true stands in the trusted list of its country."""
        if not self.statements >= {"compliant", "seal"} or "other_law" in self.statements:
            return "none"
        return "qualified" if "device" in self.statements else "qualified_certificate"

    def check_valid(self, moment: datetime) -> None:
        """Raises SealError `expired` or `not_yet_valid` where the certificate is not valid at that moment."""
        if moment > self.valid_until:
            raise SealError("expired", f"the certificate of the seal ended on {self.valid_until:%Y-%m-%d}")
        if moment < self.valid_from:
            raise SealError("not_yet_valid", f"the certificate begins on {self.valid_from:%Y-%m-%d}")


def seal_certificate(certificates: Sequence[x509.Certificate]) -> SealCertificate:
    """The certificate that stands first, with those of the others that issued it; the rest is left out.

    Raises SealError: `no_certificate`, `unreadable`, `key_not_supported`, `authority` and `usage` for one that is not
    meant for signatures, `natural_person` and `no_legal_person` for one that is not a legal person's.
    """
    if not certificates:
        raise SealError("no_certificate", "there is no certificate")
    own, *others = certificates
    algorithm, statements = algorithm_of(own), statements_of(own)
    _check_use(own)
    _check_subject(own, statements)
    return SealCertificate(
        chain=tuple(_chain(own, others)),
        algorithm=algorithm,
        organisation=_named(own, NameOID.ORGANIZATION_NAME),
        identifier=_named(own, NameOID.ORGANIZATION_IDENTIFIER),
        country=_named(own, NameOID.COUNTRY_NAME),
        statements=statements,
    )


def from_pem(pem: bytes) -> Sequence[x509.Certificate]:
    """The certificates of a PEM file. Raises SealError `no_certificate`."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise SealError("no_certificate", "there is no certificate in PEM") from error


def from_der(certificates: Iterable[bytes]) -> Sequence[x509.Certificate]:
    """The certificates. Raises SealError `unreadable`."""
    try:
        return [x509.load_der_x509_certificate(each) for each in certificates]
    except ValueError as error:
        raise SealError("unreadable", "what should be a certificate is none") from error


def check_key(certificate: SealCertificate, public: PublicKeyTypes) -> None:
    """Raises SealError `key_of_another` where the public key is not that of the certificate."""
    # One of the two may say that its RSA key is for PSS alone, so the numbers are compared, not the encoded keys.
    if not (
        isinstance(public, SealPublicKey) and public.public_numbers() == certificate.public.public_numbers()
    ):
        raise SealError("key_of_another", "the private key is not that of the certificate")


def _check_use(own: x509.Certificate) -> None:
    try:
        usage = _extension(own, x509.KeyUsage)
        constraints = _extension(own, x509.BasicConstraints)
    except ValueError as error:
        raise SealError("unreadable", "the extensions of the certificate cannot be read") from error
    if constraints is not None and constraints.ca:
        raise SealError("authority", "the certificate is that of an authority, not of a seal")
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise SealError("usage", "the certificate is not meant for signatures (key usage)")


def _extension(own: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return own.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _check_subject(own: x509.Certificate, statements: frozenset[Statement]) -> None:
    is_personal = any(own.subject.get_attributes_for_oid(oid) for oid in _PERSONAL)
    numbers = [str(each.value) for each in own.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    is_for_people = "signature" in statements and "seal" not in statements
    if is_personal or is_for_people or any(each.startswith(_PERSONAL_NUMBERS) for each in numbers):
        raise SealError("natural_person", "the certificate is that of a natural person, who cannot seal")
    if not _named(own, NameOID.ORGANIZATION_NAME) or not _named(own, NameOID.ORGANIZATION_IDENTIFIER):
        raise SealError(
            "no_legal_person",
            "the certificate names no legal person (organizationName, organizationIdentifier)",
        )


def _named(certificate: x509.Certificate, oid: ObjectIdentifier) -> str:
    """The attribute of the subject; "" where it has none, or several."""
    values = certificate.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if len(values) == 1 else ""


def _chain(own: x509.Certificate, others: Iterable[x509.Certificate]) -> Iterable[x509.Certificate]:
    """The certificate, the one that issued it, and so on as far as they are there."""
    rest = list(others)
    current: x509.Certificate | None = own
    for _ in range(MAX_CHAIN):
        if current is None:
            return
        yield current
        current = next((each for each in rest if each != current and _issued(each, current)), None)
        rest = [each for each in rest if each != current]


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
