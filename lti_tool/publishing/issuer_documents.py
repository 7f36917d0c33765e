"""What the issuer serves about itself: profile, DID document, keys, and the words and schema of its badges."""

from __future__ import annotations

from pathlib import Path

import badges
from badges.jsonld import as_jsonld
from lti_tool.errors import NotFoundError
from lti_tool.issuing.keyring import PublishedKey
from lti_tool.publishing.publisher import Publisher
from lti_tool.values import Json
from signing import did, keys
from signing.document_loader import find_context
from signing.keys import VerificationMethod

EXTENSION_SCHEMA = Path(badges.__file__).parent / "schemas" / "eu-micro-credential-v1.schema.json"


def issuer_profile(publisher: Publisher, slug: str) -> Json:
    _demand_slug(publisher, slug)
    return as_jsonld(publisher.issuer.profile.as_profile())


def did_document(publisher: Publisher, slug: str) -> Json:
    _demand_slug(publisher, slug)
    with publisher.store.read() as session:
        methods = publisher.issuer.keyring.verification_methods(session)
    return did.did_document(publisher.issuer.profile.id, methods, publisher.issuer.addresses.origin)


def jwks(publisher: Publisher, slug: str) -> Json:
    """Every key the issuer has signed with, retired ones too; not those taken back."""
    return {
        "keys": [
            keys.jwk(key.public, key.kid) for key in _keys(publisher, slug) if key.compromised_at is None
        ]
    }


def public_key(publisher: Publisher, slug: str, kid: str) -> Json:
    """The bare JWK that a VC-JWT's `kid` leads to, or that its key was taken back."""
    for key in _keys(publisher, slug):
        if key.kid == kid and key.compromised_at is None:
            return keys.jwk(key.public, key.kid)
        if key.kid == kid:
            return did.revoked_method(
                VerificationMethod(
                    id=publisher.issuer.keyring.jwk_address(kid),
                    controller=publisher.issuer.profile.id,
                    public=key.public,
                    ends=key.compromised_at,
                )
            )
    raise NotFoundError("there is no such key")


def extension_context(publisher: Publisher) -> bytes:
    return find_context(publisher.issuer.addresses.extension_context).encode()


def extension_schema() -> bytes:
    return EXTENSION_SCHEMA.read_bytes()


def _keys(publisher: Publisher, slug: str) -> tuple[PublishedKey, ...]:
    _demand_slug(publisher, slug)
    with publisher.store.read() as session:
        return publisher.issuer.keyring.published_keys(session)


def _demand_slug(publisher: Publisher, slug: str) -> None:
    if slug != publisher.issuer.profile.slug:
        raise NotFoundError("there is no such issuer")
