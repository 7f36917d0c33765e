"""The issuer's own documents: profile, DID document, keys, and the context and schema of the extension."""

from __future__ import annotations

from badges.jsonld import as_jsonld
from badges.schemas import EXTENSION_SCHEMA
from lti_tool.errors import NotFoundError
from lti_tool.issuing.keyring import PublishedKey
from lti_tool.publishing.publisher import Publisher
from lti_tool.values import Json
from signing import did_document as published
from signing import keys
from signing.document_loader import find_context
from signing.keys import VerificationMethod


def issuer_profile(publisher: Publisher, slug: str) -> Json:
    """The issuer's Profile as JSON-LD. Raises NotFoundError for another slug than the issuer's."""
    _check_slug(publisher, slug)
    return as_jsonld(publisher.issuer.profile.as_profile())


def did_document(publisher: Publisher, slug: str) -> Json:
    """The issuer's DID document with all its keys. Raises NotFoundError as `issuer_profile` does."""
    _check_slug(publisher, slug)
    with publisher.store.read() as session:
        methods = publisher.issuer.keyring.verification_methods(session)
    return published.did_document(publisher.issuer.profile.id, methods, publisher.issuer.addresses.origin)


def jwks(publisher: Publisher, slug: str) -> Json:
    """The issuer's keys as a JWK Set: retired ones too, compromised ones not.

    Raises NotFoundError as `issuer_profile` does.
    """
    return {
        "keys": [
            keys.jwk(key.public, key.kid) for key in _keys(publisher, slug) if key.compromised_at is None
        ]
    }


def public_key(publisher: Publisher, slug: str, kid: str) -> Json:
    """The JWK at the URL that a VC-JWT has as its `kid`; for a compromised key a verification method with `revoked`.

    Raises NotFoundError where there is no such key, and as `issuer_profile` does.
    """
    for key in _keys(publisher, slug):
        if key.kid == kid and key.compromised_at is None:
            return keys.jwk(key.public, key.kid)
        if key.kid == kid:
            return published.revoked_method(
                VerificationMethod(
                    id=publisher.issuer.keyring.jwk_address(kid),
                    controller=publisher.issuer.profile.id,
                    public=key.public,
                    ends=key.compromised_at,
                )
            )
    raise NotFoundError("there is no such key")


def extension_context(publisher: Publisher) -> bytes:
    """The JSON-LD context of the extension."""
    return find_context(publisher.issuer.addresses.extension_context).encode()


def extension_schema() -> bytes:
    """The JSON Schema of the extension."""
    return EXTENSION_SCHEMA.read_bytes()


def _keys(publisher: Publisher, slug: str) -> tuple[PublishedKey, ...]:
    _check_slug(publisher, slug)
    with publisher.store.read() as session:
        return publisher.issuer.keyring.published_keys(session)


def _check_slug(publisher: Publisher, slug: str) -> None:
    if slug != publisher.issuer.profile.slug:
        raise NotFoundError("there is no such issuer")
