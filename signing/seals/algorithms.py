"""The algorithms of seals, by their names in JOSE: ES256, ES384, RS256, PS256.

A signature of an elliptic curve is r and s here, each of a fixed length, as JOSE writes it; devices and remote signers
also write it in DER.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256, sha384
from typing import Any, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.x509.oid import PublicKeyAlgorithmOID

from signing.errors import SealError, UnusableKeyError
from signing.keys import demand_strength

SealAlgorithm = Literal["ES256", "ES384", "RS256", "PS256"]
SealPublicKey = EllipticCurvePublicKey | RSAPublicKey
SealPrivateKey = EllipticCurvePrivateKey | RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """How an algorithm works: its hash, and for RSA its padding."""

    digest: Callable[[bytes], Any]
    hash: SHA256 | SHA384
    padding: PSS | PKCS1v15 | None = None


_WORK: Mapping[SealAlgorithm, _Work] = {
    "ES256": _Work(digest=sha256, hash=SHA256()),
    "ES384": _Work(digest=sha384, hash=SHA384()),
    "RS256": _Work(digest=sha256, hash=SHA256(), padding=PKCS1v15()),
    # RFC 7518, 3.5: the salt is as long as the hash.
    "PS256": _Work(digest=sha256, hash=SHA256(), padding=PSS(MGF1(SHA256()), 32)),
}
_CURVES: Mapping[str, SealAlgorithm] = {"secp256r1": "ES256", "secp384r1": "ES384"}


def algorithm_of(certificate: x509.Certificate) -> SealAlgorithm:
    """The algorithm that fits the key of the certificate. Raises SealError `key_not_supported`."""
    try:
        public = certificate.public_key()
        if isinstance(public, EllipticCurvePublicKey) and public.curve.name in _CURVES:
            return _CURVES[public.curve.name]
        if isinstance(public, RSAPublicKey):
            demand_strength(public)
            is_pss = certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS
            return "PS256" if is_pss else "RS256"
    except (ValueError, UnusableKeyError) as error:
        raise SealError("key_not_supported", "the key of the certificate is too weak, or unknown") from error
    raise SealError("key_not_supported", "the key is neither of P-256 or P-384 nor an RSA key")


def digest_of(algorithm: SealAlgorithm, data: bytes) -> bytes:
    """The hash of the data that the algorithm signs."""
    return bytes(_WORK[algorithm].digest(data).digest())


def sign(private: SealPrivateKey, algorithm: SealAlgorithm, data: bytes) -> bytes:
    """The signature of the data, as JOSE writes it."""
    work = _WORK[algorithm]
    if isinstance(private, EllipticCurvePrivateKey):
        return _fixed(private.sign(data, ECDSA(work.hash)), private.key_size)
    return private.sign(data, work.padding or PKCS1v15(), work.hash)


def verify(public: SealPublicKey, algorithm: SealAlgorithm, signature: bytes, data: bytes) -> None:
    """Raises InvalidSignature where the signature, as JOSE writes it, is not that of the data under the key."""
    work = _WORK[algorithm]
    if isinstance(public, EllipticCurvePublicKey):
        if len(signature) != public.key_size // 4:
            raise InvalidSignature
        public.verify(as_der(public, signature), data, ECDSA(work.hash))
    else:
        public.verify(signature, data, work.padding or PKCS1v15(), work.hash)


def as_jose(public: SealPublicKey, signature: bytes) -> bytes:
    """The signature of a device or a remote signer as JOSE writes it: one of a curve may be in DER.

    What is neither is returned as it is: it verifies with no key.
    """
    if isinstance(public, EllipticCurvePublicKey) and len(signature) != public.key_size // 4:
        try:
            return _fixed(signature, public.key_size)
        except (ValueError, OverflowError):
            return signature
    return signature


def as_der(public: SealPublicKey, signature: bytes) -> bytes:
    """The signature, which is as JOSE writes it, as X.509 and CMS write it: one of a curve in DER."""
    if isinstance(public, EllipticCurvePublicKey):
        half = public.key_size // 8
        return encode_dss_signature(
            *(int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        )
    return signature


def _fixed(der: bytes, bits: int) -> bytes:
    """r and s, each as long as the curve's order. Raises ValueError, or OverflowError where they are too long."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(bits // 8, "big") + s.to_bytes(bits // 8, "big")
