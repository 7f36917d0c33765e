"""Keys that sign credentials: Ed25519 and P-256, private and public, as PEM, Multikey and JWK.

Sources: W3C Controlled Identifiers v1.0, "Multikey" and "JsonWebKey"; RFC 7517; RFC 8037.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from signing.errors import UnusableKeyError
from signing.multibase import base58, base64url, from_base58, from_base64url
from signing.secured import Json

Algorithm = Literal["Ed25519", "P-256"]
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey

_ED25519_PREFIX = b"\xed\x01"
_P256_PREFIX = b"\x80\x24"
#: Members of a JWK that only a private or a shared key has.
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key; `verification_method` is the URL others find its public half under, `kid` its short name."""

    verification_method: str
    kid: str
    private: PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return self.private.public_key()

    @property
    def algorithm(self) -> Algorithm:
        return algorithm(self.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationMethod:
    """A public key found under `id`. Only `controller` may sign with it: compare that with the issuer."""

    id: str
    controller: str
    public: PublicKey


#: Finds the key of (verification method or kid, issuer id); raises KeyNotFoundError.
KeyFinder = Callable[[str, str], VerificationMethod]


def generate(algorithm: Algorithm) -> PrivateKey:
    if algorithm == "Ed25519":
        return Ed25519PrivateKey.generate()
    return generate_private_key(SECP256R1())


def algorithm(key: PublicKey) -> Algorithm:
    return "Ed25519" if isinstance(key, Ed25519PublicKey) else "P-256"


def as_pem(private: PrivateKey, passphrase: str) -> bytes:
    """Encrypted PKCS#8."""
    return private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode())
    )


def from_pem(pem: bytes, passphrase: str) -> PrivateKey:
    """The private key; raises UnusableKeyError."""
    try:
        private = load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError("the private key is damaged, or its passphrase is another one") from error
    if isinstance(private, Ed25519PrivateKey):
        return private
    if isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1):
        return private
    raise UnusableKeyError("the private key is neither Ed25519 nor P-256")


def multikey(public: PublicKey) -> str:
    """`z6Mk…` for Ed25519, `zDn…` for P-256."""
    if isinstance(public, Ed25519PublicKey):
        return "z" + base58(_ED25519_PREFIX + public.public_bytes_raw())
    return "z" + base58(_P256_PREFIX + public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def from_multikey(text: str) -> PublicKey:
    """The public key of a `z…` text; raises UnusableKeyError."""
    try:
        if not text.startswith("z"):
            raise ValueError("not base58btc")
        data = from_base58(text[1:])
        prefix, body = data[:2], data[2:]
        if prefix == _ED25519_PREFIX:
            return Ed25519PublicKey.from_public_bytes(body)
        if prefix == _P256_PREFIX and len(body) == 33:
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), body)
    except ValueError as error:
        raise UnusableKeyError("not a Multikey") from error
    raise UnusableKeyError("the Multikey is neither Ed25519 nor P-256")


def jwk(public: PublicKey, kid: str) -> Json:
    """The public key as a JSON Web Key."""
    if isinstance(public, Ed25519PublicKey):
        x = base64url(public.public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig"}
    point = public.public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig"}


def from_jwk(key: Json) -> PublicKey:
    """The public key of a JSON Web Key; raises UnusableKeyError, also for a private one that someone published."""
    if not isinstance(key, dict):
        raise UnusableKeyError("not a JWK")
    if _SECRET_MEMBERS & key.keys():
        raise UnusableKeyError("the JWK holds a private key: whoever read it can sign with it")
    if key.get("use", "sig") != "sig":
        raise UnusableKeyError("the JWK is not meant for signatures")
    try:
        match key:
            case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
                _demand_algorithm(key, "EdDSA", "Ed25519")
                return Ed25519PublicKey.from_public_bytes(from_base64url(x))
            case {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)}:
                _demand_algorithm(key, "ES256")
                return EllipticCurvePublicNumbers(_coordinate(x), _coordinate(y), SECP256R1()).public_key()
    except ValueError as error:
        raise UnusableKeyError("the JWK is damaged") from error
    raise UnusableKeyError("the JWK is neither Ed25519 nor P-256")


def same_key(one: PublicKey, other: PublicKey) -> bool:
    return algorithm(one) == algorithm(other) and multikey(one) == multikey(other)


def _demand_algorithm(key: Json, *names: str) -> None:
    if key.get("alg", names[0]) not in names:
        raise ValueError("the JWK is meant for another algorithm")


def _coordinate(text: str) -> int:
    data = from_base64url(text)
    if len(data) != 32:
        raise ValueError("a coordinate of P-256 has 32 bytes")
    return int.from_bytes(data, "big")
