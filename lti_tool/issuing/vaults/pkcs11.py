"""Private keys in a PKCS#11 device: a smart card, an HSM, or SoftHSM. They are made there and never leave it.

Needs python-pkcs11, which is in requirements-pkcs11.lock, because few have such a device.
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
    """The vault of one device: `module` is the path of its driver, `token` the label of the token in it."""

    NAME: ClassVar[str] = "pkcs11"
    module: str
    token: str
    pin: str = field(repr=False)
    #: One session at a time: PKCS#11 logs in the whole process, so the end of one session would log out another.
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def make_key(self, algorithm: Algorithm) -> NewKey:
        """A new key in the device; its `vault_data` is the label it has there. Raises UnusableKeyError."""
        name = secrets.token_hex(8)
        with self.session(f"it makes no key of {algorithm}") as session:
            public, _private = _generate(session, algorithm, name)
            return NewKey(public=_public(public, algorithm), vault_data=name.encode())

    def open(self, algorithm: Algorithm, vault_data: bytes) -> KeyInDevice:
        """The key with that label. Raises UnusableKeyError where the device does not have it."""
        name = vault_data.decode()
        with self.session(f"the key {name} is not in it") as session:
            found = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=name)
            return KeyInDevice(vault=self, name=name, algorithm=algorithm, public=_public(found, algorithm))

    @contextmanager
    def session(self, trouble: str) -> Iterator[Any]:
        """A session that is logged in. Raises UnusableKeyError where the device refuses anything done in it.

        `trouble` says in that error what could not be done.
        """
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
    """A `signing.keys.DeviceKey`: signs in the device, in a session of its own for each signature."""

    vault: Pkcs11Vault
    name: str
    algorithm: Algorithm
    public: PublicKey

    def public_key(self) -> PublicKey:
        return self.public

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`; raises UnusableKeyError."""
        # The mechanism for RSA hashes the data itself, that for Ed25519 takes the data, that for P-256 takes a hash.
        signed = sha256(data).digest() if self.algorithm == "P-256" else data
        with self.vault.session(f"it does not sign with {self.name}") as session:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.name)
            return bytes(private.sign(signed, mechanism=_MECHANISMS[self.algorithm]))


def _generate(session: Any, algorithm: Algorithm, name: str) -> Any:
    attributes = {"store": True, "label": name, "id": name.encode()}
    if algorithm == "RSA":
        return session.generate_keypair(KeyType.RSA, RSA_BITS, **attributes)
    edwards = algorithm == "Ed25519"
    curve = session.create_domain_parameters(
        KeyType.EC_EDWARDS if edwards else KeyType.EC,
        {Attribute.EC_PARAMS: _ED25519 if edwards else encode_named_curve_parameters("secp256r1")},
        local=True,
    )
    return curve.generate_keypair(
        mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else Mechanism.EC_KEY_PAIR_GEN, **attributes
    )


def _public(key: Any, algorithm: Algorithm) -> PublicKey:
    if algorithm == "RSA":
        exponent, modulus = (
            int.from_bytes(key[name], "big") for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)
        )
        return RSAPublicNumbers(exponent, modulus).public_key()
    # Some drivers wrap the point in an OCTET STRING and others do not; the point itself is always at the end.
    point = key[Attribute.EC_POINT]
    if algorithm == "Ed25519":
        return Ed25519PublicKey.from_public_bytes(point[-32:])
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point[-65:])
