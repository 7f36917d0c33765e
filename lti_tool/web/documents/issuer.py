"""The documents of the issuer: identity, keys, status lists, contexts and schemas of our own, logo and colour."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.schemas import PACK_SCHEMA, PACK_SCHEMA_PATH
from lti_tool.addresses import EXTENSION_SCHEMA_PATH
from lti_tool.errors import NotFoundError
from lti_tool.publishing import issuer_documents, status_lists
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import document, json_document
from lti_tool.web.issuer_look import LASTING, PASSING, accent_version, logo_version, style_sheet
from lti_tool.web.public.badge_pages import CREDENTIAL_TYPES, JWT_TYPES
from lti_tool.web.requested_address import requested_base
from signing.document_loader import EXTENSION_PATH

pages = Blueprint("issuer", __name__)

#: Short, because a new key has to be known soon after it first signs.
KEYS_MAX_AGE = 300
#: A year, because a version of the extension never changes.
EXTENSION_MAX_AGE = 31_536_000


@pages.get("/issuers/<slug>/did.json")
def did_document(slug: str) -> Response:
    return json_document(
        issuer_documents.did_document(current_tool(), slug, requested_base()),
        "application/did+json",
        KEYS_MAX_AGE,
    )


@pages.get("/issuers/<slug>/jwks.json")
def jwks(slug: str) -> Response:
    return json_document(
        issuer_documents.jwks(current_tool(), slug), "application/jwk-set+json", KEYS_MAX_AGE
    )


@pages.get("/issuers/<slug>/keys/<kid>.json")
def public_key(slug: str, kid: str) -> Response:
    return json_document(
        issuer_documents.public_key(current_tool(), slug, kid, requested_base()),
        "application/jwk+json",
        KEYS_MAX_AGE,
    )


@pages.get("/issuers/<slug>/logo.png")
def logo(slug: str) -> Response:
    """The issuer's logo. Raises NotFoundError where it has none."""
    png = issuer_documents.logo(current_tool(), slug, requested_base())
    look = issuer_documents.look(current_tool(), slug, requested_base())
    return document(png, "image/png", _max_age(logo_version(look)))


@pages.get("/issuers/<slug>/accent.css")
def accent(slug: str) -> Response:
    """The issuer's colour, as a style sheet. Raises NotFoundError where it has chosen none."""
    chosen = issuer_documents.look(current_tool(), slug, requested_base()).accent
    if chosen is None:
        raise NotFoundError("the issuer has chosen no colour")
    return document(style_sheet(chosen), "text/css", _max_age(accent_version(chosen)))


def _max_age(version: str) -> int:
    """How long the answer may be kept: under the address of another version only for as long as one without any."""
    return LASTING if request.args.get("v") == version else PASSING


@pages.get("/.well-known/jwks.json")
def all_keys() -> Response:
    return json_document(issuer_documents.all_keys(current_tool()), "application/jwk-set+json", KEYS_MAX_AGE)


@pages.get("/status/<int:list_id>")
def status_list(list_id: int) -> Response:
    credential = status_lists.status_list(current_tool(), list_id)
    media_type = request.accept_mimetypes.best_match((*CREDENTIAL_TYPES, *JWT_TYPES), CREDENTIAL_TYPES[0])
    body = credential.jwt if media_type in JWT_TYPES else credential.text
    response = document(body.encode(), media_type, credential.max_age)
    response.vary.add("Accept")
    return response


@pages.get(EXTENSION_PATH)
def extension_context() -> Response:
    return document(
        issuer_documents.extension_context(current_tool()), "application/ld+json", EXTENSION_MAX_AGE
    )


@pages.get(EXTENSION_SCHEMA_PATH)
def extension_schema() -> Response:
    return document(issuer_documents.extension_schema(), "application/schema+json", EXTENSION_MAX_AGE)


@pages.get(PACK_SCHEMA_PATH)
def pack_schema() -> Response:
    """The schema of recognition packs, which is the same at every site."""
    return document(PACK_SCHEMA.read_bytes(), "application/schema+json", EXTENSION_MAX_AGE)
