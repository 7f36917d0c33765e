"""The keys that the tool signs its LTI messages with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pylti1p3.registration import Registration as PyLtiRegistration

from lti_tool.values import Json, ToolKey, secret_hash


def new_tool_key() -> ToolKey:
    """A new RSA key of 2048 bits; its id is the RFC 7638 thumbprint."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ToolKey(kid=str(PyLtiRegistration.get_jwk(_public_pem(private.public_key()))["kid"]), pem=pem)


def jwks(keys: Sequence[ToolKey]) -> Json:
    """The public JWK Set of the tool: the current key and the older ones that may still be in use."""
    # `alg` in every key: without it Moodle fetches the set anew at every call, and Canvas refuses the key.
    return {
        "keys": [
            {**public, "kid": key.kid, "alg": "RS256", "use": "sig"}
            for key, public in zip(keys, _PUBLIC_PARTS.of(keys), strict=True)
        ]
    }


class _PublicParts:
    """The public parts of the keys that were asked for last, by the hash of the private ones, which are not kept.

    To read a key takes 30 ms, because its numbers are tested for being primes, and anybody may ask for the set.
    """

    def __init__(self) -> None:
        self._kept: Mapping[str, Json] = {}

    def of(self, keys: Sequence[ToolKey]) -> Sequence[Json]:
        """The JWK of each. Another thread may read one too; what is kept is exchanged as a whole."""
        before, hashes = self._kept, [secret_hash(key.pem) for key in keys]
        found = [before.get(hashed) or _public_jwk(key.pem) for hashed, key in zip(hashes, keys, strict=True)]
        self._kept = dict(zip(hashes, found, strict=True))
        return found


_PUBLIC_PARTS = _PublicParts()


def _public_jwk(pem: str) -> Json:
    public = load_pem_private_key(pem.encode(), password=None).public_key()
    return dict(PyLtiRegistration.get_jwk(_public_pem(public)))


def _public_pem(public: PublicKeyTypes) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
