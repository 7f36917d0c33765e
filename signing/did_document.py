"""The documents in which an issuer publishes its keys.

Sources: W3C Controlled Identifiers v1.0, "Verification Methods"; did:web method specification; Open Badges 3.0,
"Key Management".
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signing.json_text import Json
from signing.keys import PublicKey, VerificationMethod, algorithm, jwk, multikey
from signing.timestamps import as_timestamp


def did_document(issuer_id: str, methods: Sequence[VerificationMethod]) -> Json:
    """The DID document of a did:web issuer.

    Ed25519 keys, and others whose id ends in a Multikey, are published as Multikey, the rest as JsonWebKey.
    `assertionMethod` has texts, because the 1EdTech validator finds no key that is embedded there. Revoked keys are not
    in it: many verifiers do not look for `revoked`.
    """
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": issuer_id,
        "verificationMethod": [_published(method) for method in methods],
        "assertionMethod": [method.id for method in methods if method.ends is None],
    }


def names_of_key(kid: str, public: PublicKey) -> tuple[str, ...]:
    """Under which names a DID document has a key: one of P-256 also as Multikey, under its own text.

    did-jwt, in which wallets of Veramo and Sphereon read tokens, and Credo know no JsonWebKey.
    """
    return (kid, multikey(public)) if algorithm(public) == "P-256" else (kid,)


def revoked_method(method: VerificationMethod) -> Json:
    """What replaces the bare JWK at the address of a key that was revoked: it cannot be mistaken for a JWK."""
    return {"@context": "https://w3id.org/security/jwk/v1"} | _published(method)


def _published(method: VerificationMethod) -> Json:
    entry: Json = {"id": method.id, "controller": method.controller}
    if method.ends is not None:
        entry["revoked"] = as_timestamp(method.ends)
    kid = method.id.rpartition("#")[2]
    if isinstance(method.public, Ed25519PublicKey) or kid.startswith("z"):
        return entry | {"type": "Multikey", "publicKeyMultibase": multikey(method.public)}
    return entry | {"type": "JsonWebKey", "publicKeyJwk": jwk(method.public, kid)}
