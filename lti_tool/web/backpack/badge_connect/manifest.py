"""The manifest of Badge Connect: where programs register, ask, get tokens, and bring badges (Open Badges 2.1)."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from lti_tool.backpack.endpoints import MANIFEST_PATH, Endpoints
from lti_tool.backpack.scopes import BRING_ASSERTIONS, READ_ASSERTIONS, READ_PROFILE_2, STAY
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import json_document
from lti_tool.web.page_issuer import page_issuer

pages = Blueprint("badge_connect_manifest", __name__)

#: In seconds, as the document of the 3.0 API.
MAX_AGE = 3600


@pages.get(MANIFEST_PATH)
def manifest() -> Response:
    """The document, which is the same for everybody."""
    return json_document(_document(current_tool().tool_url), "application/json", MAX_AGE)


def _document(tool_url: str) -> Json:
    endpoints = Endpoints(tool_url=tool_url)
    profile = page_issuer().profile
    about = f"{tool_url}/issuers/{profile.slug}/privacy"
    return {
        "@context": "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",
        "id": endpoints.manifest,
        # Moodle takes the last of several, so there is one.
        "badgeConnectAPI": [
            {
                "name": f"{profile.name_in('en')}: My badges",
                "image": f"{tool_url}/static/icon.svg",
                "apiBase": endpoints.badge_connect,
                "version": "v1p0",
                "termsOfServiceUrl": about,
                "privacyPolicyUrl": about,
                # Moodle asks for all of these but the first, which it loses: so that is none which it needs.
                "scopesOffered": [READ_PROFILE_2, READ_ASSERTIONS, BRING_ASSERTIONS, STAY],
                "registrationUrl": endpoints.registration,
                "authorizationUrl": endpoints.authorization,
                "tokenUrl": endpoints.token,
                "tokenRevocationUrl": endpoints.revocation,
            }
        ],
    }
