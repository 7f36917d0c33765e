"""The Service Description Document of the host: which operations it has, and where programs register and ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from lti_tool.backpack.endpoints import API_PATH, Endpoints
from lti_tool.backpack.scopes import (
    BRING_BADGES,
    CHANGE_PROFILE,
    READ_BADGES,
    READ_PROFILE,
    STAY,
)
from lti_tool.web.backpack import schemas
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import json_document
from lti_tool.web.page_issuer import page_issuer

pages = Blueprint("backpack_discovery", __name__)

#: In seconds: who has the document asks again after an hour, and is told whether it is still the same.
MAX_AGE = 3600
_SCOPES = {
    READ_BADGES: "Permission to read the badges of the learner.",
    BRING_BADGES: "Permission to bring badges to the learner, and to replace those.",
    READ_PROFILE: "Permission to read the learner's profile.",
    CHANGE_PROFILE: "Permission to change the learner's profile.",
    STAY: "Permission to come again while the learner is away, by a refresh token.",
}


@pages.get(f"{API_PATH}/discovery")
def discovery() -> Response:
    """The document, which is the same for everybody."""
    return json_document(_document(current_tool().tool_url), "application/json", MAX_AGE)


def _document(tool_url: str) -> dict[str, Any]:
    endpoints = Endpoints(tool_url=tool_url)
    issuer = page_issuer()
    about = f"{tool_url}/issuers/{issuer.profile.slug}/privacy"
    return {
        "openapi": "3.0.1",
        "info": {
            "title": f"{issuer.profile.name_in('en')}: My badges",
            "description": "The badges that a learner has from this site, and those of others that they keep here.",
            "version": "3.0",
            "termsOfService": about,
            "x-imssf-privacyPolicyUrl": about,
            "x-imssf-image": f"{tool_url}/static/icon.svg",
        },
        "servers": [{"url": endpoints.api}],
        "paths": _paths(),
        "components": {
            "schemas": schemas.SCHEMAS,
            "headers": schemas.HEADERS,
            "securitySchemes": {"OAuth2ACG": _authorization(endpoints, issuer.profile.name_in("en"), about)},
        },
    }


def _authorization(endpoints: Endpoints, name: str, about: str) -> Mapping[str, Any]:
    return {
        "type": "oauth2",
        "description": "Authorization code with PKCE (S256), which is needed of every program.",
        "x-imssf-name": name,
        "x-imssf-privacyPolicyUrl": about,
        "x-imssf-termsOfServiceUrl": about,
        "x-imssf-registrationUrl": endpoints.registration,
        "x-imssf-revocationUrl": endpoints.revocation,
        "flows": {
            "authorizationCode": {
                "authorizationUrl": endpoints.authorization,
                "tokenUrl": endpoints.token,
                "refreshUrl": endpoints.token,
                "scopes": _SCOPES,
            }
        },
    }


def _paths() -> Mapping[str, Any]:
    listed = {"200": schemas.LIST, **schemas.refusals(400, 401, 403, 405, 406, 429)}
    kept = {
        "201": schemas.CREDENTIAL,
        "200": schemas.CREDENTIAL,
        "304": {"description": "It is kept already."},
    }
    profile = {"200": schemas.of("Profile"), **schemas.refusals(401, 403, 405, 429)}
    return {
        "/credentials": {
            "get": _operation("getCredentials", READ_BADGES, listed, parameters=schemas.PARAMETERS),
            "post": _operation(
                "upsertCredential",
                BRING_BADGES,
                {**kept, **schemas.refusals(400, 401, 403, 405, 413, 429)},
                requestBody={"required": True, "content": schemas.CREDENTIAL["content"]},
            ),
        },
        "/profile": {
            "get": _operation("getProfile", READ_PROFILE, profile),
            "put": _operation(
                "putProfile",
                CHANGE_PROFILE,
                {**profile, **schemas.refusals(400), "304": {"description": "It is so already."}},
                requestBody={"required": True, "content": schemas.of("Profile")["content"]},
            ),
        },
        "/discovery": {
            "get": {
                "operationId": "getServiceDescription",
                "responses": {"200": schemas.any_object("This document.")},
            }
        },
    }


def _operation(name: str, scope: str, responses: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {
        "operationId": name,
        "security": [{"OAuth2ACG": [scope]}],
        "responses": dict(sorted(responses.items())),
        **more,
    }
