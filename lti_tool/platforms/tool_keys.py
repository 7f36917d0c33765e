"""The keys that the tool signs its LTI messages with."""

from __future__ import annotations

from collections.abc import Sequence

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

from lti_tool.values import Json, ToolKey


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
            {
                **PyLtiRegistration.get_jwk(
                    _public_pem(load_pem_private_key(key.pem.encode(), password=None).public_key())
                ),
                "kid": key.kid,
                "alg": "RS256",
                "use": "sig",
            }
            for key in keys
        ]
    }


def _public_pem(public: PublicKeyTypes) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
