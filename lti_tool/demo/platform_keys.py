"""The platform's RSA keys: the one it signs with, and those it publishes."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


@dataclass(slots=True, kw_only=True)
class PlatformKey:
    kid: str
    pem: str


def new_key(kid: str | None = None) -> PlatformKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return PlatformKey(kid=kid or secrets.token_hex(10), pem=pem.decode())


def sign(claims: dict[str, Any], key: PlatformKey) -> str:
    """A compact JWS, RS256, naming the key."""
    return jwt.encode(claims, key.pem, algorithm="RS256", headers={"kid": key.kid})


def read(token: str, keys: list[PlatformKey]) -> dict[str, Any] | None:
    """The claims of a token we signed ourselves; None for anything else. Its times are not checked."""
    for key in keys:
        public = serialization.load_pem_private_key(key.pem.encode(), None).public_key()
        try:
            return jwt.decode(
                token,
                public,  # type: ignore[arg-type]  # cryptography's union is wider; ours is always RSA
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            continue
    return None


def key_set(keys: list[PlatformKey]) -> dict[str, Any]:
    """The JWKS to publish."""
    return {"keys": [_jwk(key) for key in keys]}


def _jwk(key: PlatformKey) -> dict[str, Any]:
    public = serialization.load_pem_private_key(key.pem.encode(), None).public_key()
    jwk = json.loads(RSAAlgorithm.to_jwk(public))  # type: ignore[arg-type]  # as above
    return {**jwk, "kid": key.kid, "alg": "RS256", "use": "sig"}
