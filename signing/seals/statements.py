"""What a certificate says of being qualified (QCStatements, ETSI EN 319 412-5).

They are a list, each with its name and, for some, something more: a few lines of DER (X.690), which are read here, as
`cryptography` reads no extension that it does not know, and no list by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from cryptography import x509
from cryptography.x509 import ObjectIdentifier

from signing.errors import SealError
from signing.seals.der import elements

#: `compliant`: it is a qualified certificate; `seal`, `signature`: what for; `device`: its key is in a device for
#: qualified seals (QSCD); `other_law`: qualified by a law that is not that of the EU.
Statement = Literal["compliant", "seal", "signature", "device", "other_law"]

_EXTENSION = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_SEQUENCE, _NAME = 0x30, 0x06
#: The content of each name in DER: of 0.4.0.1862.1.1, .4 and .7, and of .6, which lists purposes.
_OF_ETSI = bytes.fromhex("04008e4601")
_TYPES = _OF_ETSI + b"\x06"
_STATEMENTS: dict[bytes, Statement] = {
    _OF_ETSI + b"\x01": "compliant",
    _OF_ETSI + b"\x04": "device",
    _OF_ETSI + b"\x07": "other_law",
}
_PURPOSES: dict[bytes, Statement] = {_TYPES + b"\x01": "signature", _TYPES + b"\x02": "seal"}


def statements_of(certificate: x509.Certificate) -> frozenset[Statement]:
    """What the certificate states; other statements are left out. Raises SealError `unreadable`."""
    try:
        value = certificate.extensions.get_extension_for_oid(_EXTENSION).value
    except x509.ExtensionNotFound:
        return frozenset()
    except ValueError as error:
        raise SealError("unreadable", "the extensions of the certificate cannot be read") from error
    if not isinstance(value, x509.UnrecognizedExtension):
        raise SealError("unreadable", "the certificate's statements are of an unknown kind")
    try:
        return frozenset(_stated(value.value))
    except ValueError as error:
        raise SealError("unreadable", "the certificate's statements cannot be read") from error


def _stated(der: bytes) -> Iterator[Statement]:
    """The statements of the extension. Raises ValueError where it is not in DER."""
    for statement in _members(_only(der)):
        (name_tag, name), *more = elements(_sequence(statement))
        if name_tag != _NAME:
            raise ValueError("a statement without a name")
        if name in _STATEMENTS:
            yield _STATEMENTS[name]
        if name == _TYPES and more:
            purposes = [each for tag, each in _members(more[0]) if tag == _NAME]
            yield from (_PURPOSES[each] for each in purposes if each in _PURPOSES)


def _only(der: bytes) -> tuple[int, bytes]:
    """The one element that the bytes are. Raises ValueError."""
    (element,) = elements(der)
    return element


def _members(element: tuple[int, bytes]) -> list[tuple[int, bytes]]:
    return list(elements(_sequence(element)))


def _sequence(element: tuple[int, bytes]) -> bytes:
    """The content of a SEQUENCE. Raises ValueError for any other element."""
    tag, content = element
    if tag != _SEQUENCE:
        raise ValueError("no SEQUENCE")
    return content
