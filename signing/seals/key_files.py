"""The key of a seal in a PKCS#12 file, with its certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from signing.errors import SealError
from signing.seals.algorithms import SealPrivateKey, sign
from signing.seals.certificates import SealCertificate, check_key, seal_certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInFile:
    """A SealKey whose private key was read from a file."""

    certificate: SealCertificate
    private: SealPrivateKey = field(repr=False)

    def sign_all(self, data: Sequence[bytes]) -> Sequence[bytes]:
        """A signature of each."""
        return [sign(self.private, self.certificate.algorithm, each) for each in data]


def read_pkcs12(content: bytes, password: str) -> KeyInFile:
    """The key of a PKCS#12 file. Raises SealError: `wrong_password`, `unreadable`, `no_certificate`, `no_key`,
    `key_of_another`, and what `seal_certificate` raises.
    """
    try:
        found = load_pkcs12(content, password.encode())
    except UnsupportedAlgorithm as error:
        raise SealError("unreadable", "the file is encrypted in a way that is not supported") from error
    except ValueError as error:
        # The library says in words alone which of the two it is; the words differ from one version to the next.
        if "password" in str(error).lower():
            raise SealError("wrong_password", "the password does not open the file") from error
        raise SealError("unreadable", "it is no PKCS#12 file") from error
    if found.key is None:
        raise SealError("no_key", "there is no private key in the file")
    if found.cert is None:
        # A certificate that does not belong to the key is not named as its own.
        if found.additional_certs:
            raise SealError("key_of_another", "no certificate in the file is that of the key")
        raise SealError("no_certificate", "there is no certificate in the file")
    if not isinstance(found.key, SealPrivateKey):
        raise SealError("key_not_supported", "the key is of a kind that no seal here uses")
    certificate = seal_certificate(
        [found.cert.certificate, *(each.certificate for each in found.additional_certs)]
    )
    check_key(certificate, found.key.public_key())
    return KeyInFile(certificate=certificate, private=found.key)
