"""What wallets read of an issuer before they ask it for a badge, at every place where one of them looks."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from badges.sd_jwt.claims import TYPE_PATH
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.issuer_documents import found_issuer
from lti_tool.store import Session
from lti_tool.wallets.configurations import offered_by
from lti_tool.wallets.metadata import authorization_server_metadata, badge_type_metadata, issuer_metadata
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import json_document
from lti_tool.web.requested_address import requested_base

pages = Blueprint("issuer_metadata", __name__)

#: Short, because a new configuration or endpoint has to be known soon.
METADATA_MAX_AGE = 300


def requested_issuer(session: Session, slug: str) -> Issuer:
    """The issuer at the address that is asked for. Raises NotFoundError where there is none."""
    return found_issuer(session, current_tool(), slug, requested_base())


@pages.get("/.well-known/openid-credential-issuer/issuers/<slug>")
# Drafts put it behind the issuer's path: @sphereon/oid4vci-client asks there.
@pages.get("/issuers/<slug>/.well-known/openid-credential-issuer")
def credential_issuer(slug: str) -> Response:
    """The Credential Issuer Metadata. Raises NotFoundError where there is no such issuer."""
    with current_tool().store.read() as session:
        issuer = requested_issuer(session, slug)
        metadata = issuer_metadata(issuer, offered_by(session, issuer).values())
    return json_document(metadata, "application/json", METADATA_MAX_AGE)


@pages.get("/.well-known/oauth-authorization-server/issuers/<slug>")
@pages.get("/issuers/<slug>/.well-known/oauth-authorization-server")
def authorization_server(slug: str) -> Response:
    """The issuer as an authorization server. Raises NotFoundError where there is no such issuer."""
    with current_tool().store.read() as session:
        metadata = authorization_server_metadata(requested_issuer(session, slug))
    return json_document(metadata, "application/json", METADATA_MAX_AGE)


@pages.get(f"/issuers/<slug>{TYPE_PATH}")
# Where a reader of SD-JWT VC asks that goes by the draft, and Credo.
@pages.get(f"/.well-known/vct/issuers/<slug>{TYPE_PATH}")
def badge_type(slug: str) -> Response:
    """The Type Metadata of SD-JWTs. Raises NotFoundError where there is no such issuer."""
    with current_tool().store.read() as session:
        metadata = badge_type_metadata(requested_issuer(session, slug))
    return json_document(metadata, "application/json", METADATA_MAX_AGE)
