"""The RSA keys of the platform: making them, signing tokens, publishing the JWK Set."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lti_tool.demo.lti_names import Json


@dataclass(slots=True, kw_only=True)
class PlatformKey:
    """A private key as PEM, with the `kid` under which its public half is published."""

    kid: str
    pem: str


def new_key(kid: str | None = None) -> PlatformKey:
    """An RSA key of 2048 bits; its `kid` is random unless given."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return PlatformKey(kid=kid or secrets.token_hex(10), pem=pem.decode())


def sign(claims: Json, key: PlatformKey) -> str:
    """A compact JWS of the claims with RS256; its header names the key."""
    return jwt.encode(claims, _private(key.pem), algorithm="RS256", headers={"kid": key.kid})


def verify(token: str, keys: list[PlatformKey]) -> Json | None:
    """The claims of a token signed with one of these keys; None for anything else. Its times are not checked."""
    for key in keys:
        try:
            return jwt.decode(
                token,
                _private(key.pem).public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            continue
    return None


def key_set(keys: list[PlatformKey]) -> Json:
    """The JWK Set to publish."""
    return {"keys": [_jwk(key) for key in keys]}


def _jwk(key: PlatformKey) -> Json:
    jwk = json.loads(RSAAlgorithm.to_jwk(_private(key.pem).public_key()))
    return {**jwk, "kid": key.kid, "alg": "RS256", "use": "sig"}


@lru_cache(maxsize=8)
def _private(pem: str) -> rsa.RSAPrivateKey:
    """The key in the PEM. Loading it tests that its numbers are primes, and takes longer than the rest of a launch."""
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)  # noqa: S101  # `new_key` makes no others
    return private
