"""Keys that sign credentials, in all their forms: objects of `cryptography`, bytes, Multikey, JWK.

The algorithms are Ed25519 (the default), P-256, P-384 and RSA. Sources: W3C Controlled Identifiers v1.0, "Multikey" and
"JsonWebKey"; RFC 7517; RFC 7518; RFC 8037.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.errors import UnusableKeyError
from signing.json_text import Json
from signing.multibase import base58, base64url, from_base58, from_base64url

Algorithm = Literal["Ed25519", "P-256", "P-384", "RSA"]
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

#: Of the RSA keys that we make. Of those of others, smaller ones are too weak and larger ones too slow to verify with.
RSA_BITS = 3072
_RSA_BITS_ACCEPTED = range(2048, 8193)
_RSA_EXPONENT = 65537

#: The multicodec of each kind of public key, as a varint: the first two bytes of a Multikey.
_ED25519_PREFIX = b"\xed\x01"
_CURVES: dict[Algorithm, EllipticCurve] = {"P-256": SECP256R1(), "P-384": SECP384R1()}
_CURVE_PREFIXES: dict[Algorithm, bytes] = {"P-256": b"\x80\x24", "P-384": b"\x81\x24"}
#: What JOSE calls the signatures of each algorithm.
JWS_NAMES: dict[Algorithm, str] = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "RSA": "RS256"}
#: Members of a JWK that only a private or a shared key has.
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class DeviceKey(Protocol):
    """A private key that never leaves the device it was made in, such as a hardware security module."""

    @property
    def algorithm(self) -> Algorithm: ...

    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes:
        """The signature, in the form that `signing.signatures.sign` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key. `verification_method` is the address of its public key, `kid` a short name."""

    verification_method: str
    kid: str
    private: PrivateKey | DeviceKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return self.private.public_key()

    @property
    def algorithm(self) -> Algorithm:
        # Not from the public key: to compute it takes as long as to sign.
        if isinstance(self.private, Ed25519PrivateKey):
            return "Ed25519"
        return algorithm(self.public) if isinstance(self.private, PrivateKey) else self.private.algorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationMethod:
    """A public key found under `id`. Only `controller` may sign with it: compare that with the issuer.

    `ends` is when the key was revoked or expired. From then on no signature of it is accepted, whatever date the
    credential has: a stolen key can sign any date. With `asserts` False its controller has revoked it already.
    """

    id: str
    controller: str
    public: PublicKey
    ends: datetime | None = None
    asserts: bool = True


#: (verification method or kid, issuer id) -> the key; raises KeyNotFoundError.
KeyFinder = Callable[[str, str], VerificationMethod]


def generate(algorithm: Algorithm) -> PrivateKey:
    """A new private key."""
    if algorithm == "Ed25519":
        return Ed25519PrivateKey.generate()
    if algorithm == "RSA":
        return rsa.generate_private_key(_RSA_EXPONENT, RSA_BITS)
    return generate_private_key(_CURVES[algorithm])


def algorithm(key: PublicKey) -> Algorithm:
    """The algorithm of the key; raises UnusableKeyError for a curve that no proof here uses."""
    if isinstance(key, Ed25519PublicKey):
        return "Ed25519"
    if isinstance(key, RSAPublicKey):
        return "RSA"
    for name, curve in _CURVES.items():
        if key.curve.name == curve.name:
            return name
    raise UnusableKeyError(f"no proof uses the curve {key.curve.name}")


def secret_of(private: PrivateKey) -> bytes:
    """The private key in as few bytes as possible, of an RSA key its two primes. Store it encrypted only."""
    if isinstance(private, Ed25519PrivateKey):
        return private.private_bytes_raw()
    if isinstance(private, EllipticCurvePrivateKey):
        return private.private_numbers().private_value.to_bytes(_coordinate_bytes(private.curve), "big")
    primes = private.private_numbers()
    return b"".join(prime.to_bytes(private.key_size // 16, "big") for prime in (primes.p, primes.q))


def private_of(algorithm: Algorithm, secret: bytes) -> PrivateKey:
    """The private key that `secret_of` gave the bytes of; raises UnusableKeyError."""
    try:
        if algorithm == "Ed25519":
            return Ed25519PrivateKey.from_private_bytes(secret)
        if algorithm == "RSA":
            return _rsa_of(secret)
        return derive_private_key(int.from_bytes(secret, "big"), _CURVES[algorithm])
    except ValueError as error:
        raise UnusableKeyError("the private key is damaged") from error


def _rsa_of(secret: bytes) -> RSAPrivateKey:
    """Everything else in an RSA key follows from its two primes; raises ValueError."""
    half = len(secret) // 2
    p, q = (int.from_bytes(prime, "big") for prime in (secret[:half], secret[half:]))
    if min(p, q) < 3:
        raise ValueError("not two primes")
    d = pow(_RSA_EXPONENT, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(_RSA_EXPONENT, p * q),
    ).private_key()


def short_name(public: PublicKey) -> str:
    """A `kid` that follows from the public key, so that it says nothing else, such as when the key was made."""
    return "key-" + base58(sha256(_spki(public)).digest())[:16]


def demand_strength(public: PublicKey) -> None:
    """Raises UnusableKeyError for a key that is too weak, or that takes too long to verify with."""
    algorithm(public)
    if isinstance(public, RSAPublicKey) and (
        public.key_size not in _RSA_BITS_ACCEPTED or public.public_numbers().e.bit_length() > 32
    ):
        raise UnusableKeyError("the RSA key is too small, or too large")


def multikey(public: PublicKey) -> str:
    """`z6Mk…` for Ed25519, `zDn…` for P-256, `z82…` for P-384; raises UnusableKeyError for RSA, which has none here."""
    return "z" + base58(as_multicodec(public))


def as_multicodec(public: PublicKey) -> bytes:
    """The bytes of a Multikey: its multicodec, then the key; raises UnusableKeyError for RSA."""
    if isinstance(public, Ed25519PublicKey):
        return _ED25519_PREFIX + public.public_bytes_raw()
    if isinstance(public, RSAPublicKey):
        raise UnusableKeyError("an RSA key is published as a JWK")
    point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return _CURVE_PREFIXES[algorithm(public)] + point


def from_multikey(text: str) -> PublicKey:
    """The public key of a `z…` text; raises UnusableKeyError."""
    try:
        if not text.startswith("z"):
            raise ValueError("not base58btc")
        return from_multicodec(from_base58(text[1:]))
    except ValueError as error:
        raise UnusableKeyError("not a Multikey") from error


def from_multicodec(data: bytes) -> PublicKey:
    """The public key of a Multikey's bytes; raises UnusableKeyError, or ValueError for a damaged one."""
    prefix, body = data[:2], data[2:]
    if prefix == _ED25519_PREFIX:
        return Ed25519PublicKey.from_public_bytes(body)
    for name, curve in _CURVES.items():
        if prefix == _CURVE_PREFIXES[name] and len(body) == 1 + _coordinate_bytes(curve):
            return EllipticCurvePublicKey.from_encoded_point(curve, body)
    raise UnusableKeyError("the Multikey is neither Ed25519, P-256 nor P-384")


def jwk(public: PublicKey, kid: str) -> Json:
    """The public key as a JSON Web Key; raises UnusableKeyError as `algorithm` does."""
    name = algorithm(public)
    about = {"kid": kid, "alg": JWS_NAMES[name], "use": "sig"}
    if isinstance(public, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public.public_bytes_raw())} | about
    if isinstance(public, RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": _base64url_number(numbers.n), "e": _base64url_number(numbers.e)} | about
    point, length = public.public_numbers(), _coordinate_bytes(public.curve)
    x, y = (base64url(number.to_bytes(length, "big")) for number in (point.x, point.y))
    return {"kty": "EC", "crv": name, "x": x, "y": y} | about


def from_jwk(key: Json) -> PublicKey:
    """The public key of a JSON Web Key; raises UnusableKeyError, also for a private key that was published."""
    if not isinstance(key, dict):
        raise UnusableKeyError("not a JWK")
    if _SECRET_MEMBERS & key.keys():
        raise UnusableKeyError("the JWK holds a private key: whoever read it can sign with it")
    if key.get("use", "sig") != "sig":
        raise UnusableKeyError("the JWK is not meant for signatures")
    try:
        public = _public_of_jwk(key)
        demand_strength(public)
    except ValueError as error:
        raise UnusableKeyError("the JWK is damaged") from error
    return public


def _public_of_jwk(key: Json) -> PublicKey:
    match key:
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            _demand_algorithm(key, "EdDSA", "Ed25519")
            return Ed25519PublicKey.from_public_bytes(from_base64url(x))
        case {"kty": "EC", "crv": "P-256" | "P-384" as name, "x": str(x), "y": str(y)}:
            _demand_algorithm(key, JWS_NAMES[name])
            curve = _CURVES[name]
            return EllipticCurvePublicNumbers(
                _coordinate(x, curve), _coordinate(y, curve), curve
            ).public_key()
        case {"kty": "RSA", "n": str(n), "e": str(e)}:
            # No proof type here uses RS384 or RS512, so a key for these is of no use.
            _demand_algorithm(key, "RS256")
            # Before it is decoded: a modulus of megabytes would take long.
            if len(n) > 2_000:
                raise UnusableKeyError("the RSA key is too large")
            modulus, exponent = (int.from_bytes(from_base64url(text), "big") for text in (n, e))
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    raise UnusableKeyError("the JWK is neither Ed25519, P-256, P-384 nor RSA")


def same_key(one: PublicKey, other: PublicKey) -> bool:
    """Whether the two are the same public key."""
    return _spki(one) == _spki(other)


def _spki(public: PublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _demand_algorithm(key: Json, *names: str) -> None:
    if key.get("alg", names[0]) not in names:
        raise ValueError("the JWK is meant for another algorithm")


def _coordinate(text: str, curve: EllipticCurve) -> int:
    data = from_base64url(text)
    if len(data) != _coordinate_bytes(curve):
        raise ValueError("a coordinate has as many bytes as its curve")
    return int.from_bytes(data, "big")


def _coordinate_bytes(curve: EllipticCurve) -> int:
    return curve.key_size // 8


def _base64url_number(number: int) -> str:
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))
