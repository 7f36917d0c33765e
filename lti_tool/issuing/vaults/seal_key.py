"""The key of a seal in a PKCS#11 device. It was made there by others, with the certificate that they gave for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pkcs11 import MGF, Mechanism, ObjectClass

from lti_tool.issuing.vaults.pkcs11 import Pkcs11Vault
from signing.seals.algorithms import SealAlgorithm, digest_of
from signing.seals.certificates import SealCertificate

#: How a device signs by each algorithm. Its mechanisms for RSA hash the data themselves, that for curves takes a hash.
_WAYS: Mapping[SealAlgorithm, Mapping[str, Any]] = {
    "ES256": {"mechanism": Mechanism.ECDSA},
    "ES384": {"mechanism": Mechanism.ECDSA},
    "RS256": {"mechanism": Mechanism.SHA256_RSA_PKCS},
    "PS256": {
        "mechanism": Mechanism.SHA256_RSA_PKCS_PSS,
        "mechanism_param": (Mechanism.SHA256, MGF.SHA256, 32),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealKeyInDevice:
    """A SealKey: the private key that is called `name` in the device of the vault."""

    vault: Pkcs11Vault
    name: str
    certificate: SealCertificate

    def sign_all(self, data: Sequence[bytes]) -> Sequence[bytes]:
        """A signature of each, in one session. Raises UnusableKeyError where the device refuses."""
        algorithm = self.certificate.algorithm
        hashes = algorithm in ("ES256", "ES384")
        with self.vault.session(f"it does not seal with {self.name}") as session:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.name)
            return [
                bytes(private.sign(digest_of(algorithm, each) if hashes else each, **_WAYS[algorithm]))
                for each in data
            ]
