"""Signatures as JOSE and Data Integrity write them: those of elliptic curves are r and s, each of a fixed length."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from signing.keys import Algorithm, DeviceKey, PrivateKey, PublicKey, algorithm

#: The bytes of a signature of each algorithm; that of RSA has the length of its key.
LENGTHS: dict[Algorithm, int] = {"Ed25519": 64, "P-256": 64, "P-384": 96}
_PADDING = PKCS1v15()
_RSA_HASH = SHA256()
_ECDSA = {256: ECDSA(SHA256()), 384: ECDSA(SHA384())}


def length_of(public: PublicKey) -> int:
    """The bytes of a signature that the key verifies."""
    return public.key_size // 8 if isinstance(public, RSAPublicKey) else LENGTHS[algorithm(public)]


def sign(private: PrivateKey | DeviceKey, data: bytes) -> bytes:
    """The signature of the data. The hash is that of the key: SHA-384 for P-384, SHA-256 for P-256 and RSA."""
    if isinstance(private, Ed25519PrivateKey):
        return private.sign(data)
    if isinstance(private, EllipticCurvePrivateKey):
        half = private.key_size // 8
        r, s = decode_dss_signature(private.sign(data, _ECDSA[private.key_size]))
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")
    if isinstance(private, RSAPrivateKey):
        return private.sign(data, _PADDING, _RSA_HASH)
    return private.sign(data)


def verify(public: PublicKey, signature: bytes, data: bytes) -> None:
    """Raises InvalidSignature where the signature is not that of the data under the key."""
    if isinstance(public, Ed25519PublicKey):
        public.verify(signature, data)
    elif isinstance(public, EllipticCurvePublicKey):
        half = public.key_size // 8
        if len(signature) != 2 * half:
            raise InvalidSignature
        r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        public.verify(encode_dss_signature(r, s), data, _ECDSA[public.key_size])
    else:
        public.verify(signature, data, _PADDING, _RSA_HASH)
