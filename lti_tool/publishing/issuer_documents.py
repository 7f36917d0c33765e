"""An issuer's own documents: profile, DID document, keys, and the context and schema of the extension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from badges.credential import contexts
from badges.jsonld import as_jsonld
from badges.model import Image
from badges.schemas import EXTENSION_SCHEMA
from lti_tool.addresses import without_scheme
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.look import Look
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import Session, queries
from lti_tool.values import Json
from signing import did_document as published
from signing import keys
from signing.document_loader import EXTENSION_PATH, find_context
from signing.keys import VerificationMethod


def found_issuer(session: Session, publisher: Publisher, slug: str, base_url: str = "") -> Issuer:
    """The issuer with that slug at `base_url`, a URL of the tool without its scheme. Raises NotFoundError.

    Where that is no address of it, as behind a proxy that tells no host, it is the current or the last one with the
    slug: a document for another address than the requested one helps nobody, but harms nobody either.
    """
    addresses = queries.issuers.addresses_named(session, slug)
    if not addresses:
        raise NotFoundError("there is no such issuer")
    found = next((each for each in addresses if without_scheme(each.tool_url) == base_url), addresses[0])
    return publisher.issuers.at(session, found)


def issuer_profile(publisher: Publisher, slug: str, base_url: str = "") -> Json:
    """The issuer's Profile as JSON-LD, with its context. Raises NotFoundError as `found_issuer` does.

    The logo is named here and in no credential: there it would be the same bytes in every one, and whoever opens a
    badge would fetch it from the issuer, who would learn of it.
    """
    with publisher.store.read() as session:
        issuer = found_issuer(session, publisher, slug, base_url)
    profile = issuer.profile.as_profile()
    if issuer.look.logo:
        profile = replace(profile, image=Image(id=issuer.addresses.logo))
    return {"@context": list(contexts(issuer.addresses.extension_context)), **as_jsonld(profile)}


def logo(publisher: Publisher, slug: str, base_url: str = "") -> bytes:
    """The issuer's logo, a PNG. Raises NotFoundError where it has none, and as `found_issuer` does."""
    with publisher.store.read() as session:
        issuer = found_issuer(session, publisher, slug, base_url)
        png = queries.issuers.logo(session, issuer.version_id)
    if png is None:
        raise NotFoundError("the issuer has no logo")
    return png


def look(publisher: Publisher, slug: str, base_url: str = "") -> Look:
    """How the issuer's pages look. Raises NotFoundError as `found_issuer` does."""
    with publisher.store.read() as session:
        return found_issuer(session, publisher, slug, base_url).look


def did_document(publisher: Publisher, slug: str, base_url: str = "") -> Json:
    """The issuer's DID document with all its keys. Raises NotFoundError as `found_issuer` does."""
    with publisher.store.read() as session:
        issuer = found_issuer(session, publisher, slug, base_url)
        methods = issuer.keyring.verification_methods(session)
    return published.did_document(issuer.profile.id, methods)


def jwks(publisher: Publisher, slug: str) -> Json:
    """The issuer's keys as a JWK Set: retired ones too, compromised ones not.

    Raises NotFoundError as `found_issuer` does.
    """
    with publisher.store.read() as session:
        return _key_set(session, [found_issuer(session, publisher, slug)])


def all_keys(publisher: Publisher) -> Json:
    """The keys of all issuers as one JWK Set."""
    with publisher.store.read() as session:
        return _key_set(session, publisher.issuers.all(session))


def _key_set(session: Session, issuers: Sequence[Issuer]) -> Json:
    return {
        "keys": [
            keys.jwk(key.public, key.kid)
            for issuer in issuers
            for key in issuer.keyring.published_keys(session)
            if key.compromised_at is None
        ]
    }


def public_key(publisher: Publisher, slug: str, kid: str, base_url: str = "") -> Json:
    """The JWK at the URL that a VC-JWT has as its `kid`; for a compromised key a verification method with `revoked`.

    Raises NotFoundError where there is no such key, and as `found_issuer` does.
    """
    with publisher.store.read() as session:
        issuer = found_issuer(session, publisher, slug, base_url)
        key = next((key for key in issuer.keyring.published_keys(session) if key.kid == kid), None)
    if key is None:
        raise NotFoundError("there is no such key")
    if key.compromised_at is None:
        return keys.jwk(key.public, key.kid)
    return published.revoked_method(
        VerificationMethod(
            id=issuer.keyring.jwk_address(kid),
            controller=issuer.profile.id,
            public=key.public,
            ends=key.compromised_at,
        )
    )


def extension_context(publisher: Publisher) -> bytes:
    """The JSON-LD context of the extension."""
    return find_context(publisher.issuers.extension_url + EXTENSION_PATH).encode()


def extension_schema() -> bytes:
    """The JSON Schema of the extension."""
    return EXTENSION_SCHEMA.read_bytes()
