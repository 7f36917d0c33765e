"""The key of a seal, wherever it is, and the signatures that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidSignature

from signing.errors import SealError
from signing.seals.algorithms import as_jose, verify
from signing.seals.certificates import SealCertificate


class SealKey(Protocol):
    """What signs in the name of a legal person: a key in a file, in a device, or at a provider."""

    @property
    def certificate(self) -> SealCertificate:
        """The certificate of the key."""

    def sign_all(self, data: Sequence[bytes]) -> Sequence[bytes]:
        """A signature of each, in the same order; of a curve in DER, or as JOSE writes it."""


def signatures_of(key: SealKey, data: Sequence[bytes]) -> Sequence[bytes]:
    """The key's signature of each, in the same order, as JOSE writes it; each is verified before it is given out.

    Raises SealError `wrong_signature`, and what `key.sign_all` raises.
    """
    signatures = key.sign_all(data) if data else []
    if len(signatures) != len(data):
        raise SealError("wrong_signature", "there are not as many signatures as documents")
    return [_checked(key.certificate, *each) for each in zip(signatures, data, strict=True)]


def _checked(certificate: SealCertificate, signature: bytes, data: bytes) -> bytes:
    """The signature as JOSE writes it. Raises SealError `wrong_signature` where it is of anything else."""
    found = as_jose(certificate.public, signature)
    try:
        verify(certificate.public, certificate.algorithm, found, data)
    except InvalidSignature as error:
        raise SealError(
            "wrong_signature", "what was signed is another document, or with another key"
        ) from error
    return found
