"""Private keys in a device that speaks PKCS#11: a smart card, an HSM, or SoftHSM. They are made there and never leave it.

Needs python-pkcs11, which is no part of requirements.lock: few have such a device.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any, ClassVar

import pkcs11
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error
from pkcs11.util.ec import encode_named_curve_parameters

from lti_tool.issuing.vaults import NewKey
from signing.errors import UnusableKeyError
from signing.keys import RSA_BITS, Algorithm, PublicKey

#: The object identifier of Ed25519 in DER, as PKCS#11 v3.0 names the curve.
_ED25519 = bytes.fromhex("06032b6570")
_MECHANISMS = {
    "Ed25519": Mechanism.EDDSA,
    "P-256": Mechanism.ECDSA,
    "RSA": Mechanism.SHA256_RSA_PKCS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Vault:
    """`module` is the driver of the device, `token` the label of what is plugged in."""

    NAME: ClassVar[str] = "pkcs11"
    module: str
    token: str
    pin: str = field(repr=False)
    #: A login is the process's, not the session's: one at a time.
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def make_key(self, algorithm: Algorithm) -> NewKey:
        name = secrets.token_hex(8)
        with self.session(f"it makes no key of {algorithm}") as session:
            public, _private = _generate(session, algorithm, name)
            return NewKey(public=_public(public, algorithm), vault_data=name.encode())

    def open(self, algorithm: Algorithm, vault_data: bytes) -> KeyInDevice:
        name = vault_data.decode()
        with self.session(f"the key {name} is not in it") as session:
            found = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=name)
            return KeyInDevice(vault=self, name=name, algorithm=algorithm, public=_public(found, algorithm))

    @contextmanager
    def session(self, trouble: str) -> Iterator[Any]:
        """Raises UnusableKeyError, which names the trouble."""
        with self._lock:
            try:
                token = pkcs11.lib(self.module).get_token(token_label=self.token)
                with token.open(rw=True, user_pin=self.pin) as session:
                    yield session
            except (PKCS11Error, RuntimeError) as error:
                raise UnusableKeyError(
                    f"the device {self.token!r}: {trouble} ({type(error).__name__})"
                ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInDevice:
    """A `signing.keys.DeviceKey`."""

    vault: Pkcs11Vault
    name: str
    algorithm: Algorithm
    public: PublicKey

    def public_key(self) -> PublicKey:
        return self.public

    def sign(self, data: bytes) -> bytes:
        # Devices hash for RSA themselves; of an elliptic curve of NIST they sign a hash, and of Ed25519 the data.
        signed = sha256(data).digest() if self.algorithm == "P-256" else data
        with self.vault.session(f"it does not sign with {self.name}") as session:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.name)
            return bytes(private.sign(signed, mechanism=_MECHANISMS[self.algorithm]))


def _generate(session: Any, algorithm: Algorithm, name: str) -> Any:
    kept = {"store": True, "label": name, "id": name.encode()}
    if algorithm == "RSA":
        return session.generate_keypair(KeyType.RSA, RSA_BITS, **kept)
    edwards = algorithm == "Ed25519"
    curve = session.create_domain_parameters(
        KeyType.EC_EDWARDS if edwards else KeyType.EC,
        {Attribute.EC_PARAMS: _ED25519 if edwards else encode_named_curve_parameters("secp256r1")},
        local=True,
    )
    return curve.generate_keypair(
        mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else Mechanism.EC_KEY_PAIR_GEN, **kept
    )


def _public(key: Any, algorithm: Algorithm) -> PublicKey:
    if algorithm == "RSA":
        exponent, modulus = (
            int.from_bytes(key[name], "big") for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)
        )
        return RSAPublicNumbers(exponent, modulus).public_key()
    # Drivers wrap the point in one or another way; it is always what stands at the end.
    point = key[Attribute.EC_POINT]
    if algorithm == "Ed25519":
        return Ed25519PublicKey.from_public_bytes(point[-32:])
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point[-65:])
