"""What the issuer serves about itself: profile, DID document, keys, and the words and schema of its badges."""

from __future__ import annotations

from pathlib import Path

import badges
from badges.jsonld import as_jsonld
from lti_tool.errors import NotFoundError
from lti_tool.issuing.keyring import PublishedKey
from lti_tool.publishing.publisher import Publisher
from lti_tool.values import Json
from signing import did_document as published
from signing import keys
from signing.document_loader import find_context
from signing.keys import VerificationMethod

EXTENSION_SCHEMA = Path(badges.__file__).parent / "schemas" / "eu-micro-credential-v1.schema.json"


def issuer_profile(desk: Publisher, slug: str) -> Json:
    _demand_slug(desk, slug)
    return as_jsonld(desk.issuer.profile.as_profile())


def did_document(desk: Publisher, slug: str) -> Json:
    _demand_slug(desk, slug)
    with desk.store.read() as session:
        methods = desk.issuer.keyring.methods(session)
    return published.did_document(desk.issuer.profile.id, methods, desk.issuer.addresses.origin)


def jwks(desk: Publisher, slug: str) -> Json:
    """Every key the issuer has signed with, retired ones too; not those taken back."""
    return {
        "keys": [keys.jwk(key.public, key.kid) for key in _keys(desk, slug) if key.compromised_at is None]
    }


def public_key(desk: Publisher, slug: str, kid: str) -> Json:
    """The bare JWK that a VC-JWT's `kid` leads to, or that its key was taken back."""
    for key in _keys(desk, slug):
        if key.kid == kid and key.compromised_at is None:
            return keys.jwk(key.public, key.kid)
        if key.kid == kid:
            return published.revoked_method(
                VerificationMethod(
                    id=desk.issuer.keyring.jwk_address(kid),
                    controller=desk.issuer.profile.id,
                    public=key.public,
                    ends=key.compromised_at,
                )
            )
    raise NotFoundError("there is no such key")


def extension_context(desk: Publisher) -> bytes:
    return find_context(desk.issuer.addresses.extension_context).encode()


def extension_schema() -> bytes:
    return EXTENSION_SCHEMA.read_bytes()


def _keys(desk: Publisher, slug: str) -> tuple[PublishedKey, ...]:
    _demand_slug(desk, slug)
    with desk.store.read() as session:
        return desk.issuer.keyring.published(session)


def _demand_slug(desk: Publisher, slug: str) -> None:
    if slug != desk.issuer.profile.slug:
        raise NotFoundError("there is no such issuer")
