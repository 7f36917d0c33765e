"""The verifier for programs, described in OpenAPI 3.1 at `/openapi.json`, with the numbers and codes that are in force.

Source: OpenAPI Specification 3.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from flask import Blueprint, Response, jsonify

from badges.recognition_pack.signed import PackOutcome
from badges.seals import SealOutcome
from badges.verify.report import OneEdTech, Outcome, Verdict
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.public import batch, verifier
from lti_tool.web.rate_limits import per_minute
from lti_tool.wiring import BATCH_FETCHES, BATCH_SECONDS

pages = Blueprint("api_description", __name__)

#: A file in a request body (JSON Schema of OpenAPI 3.1).
_BYTES: Mapping[str, Any] = {"contentMediaType": "application/octet-stream"}
_TEXT: Mapping[str, Any] = {"type": "string"}


@pages.get("/openapi.json")
def openapi() -> Response:
    """The description, which is the same for everybody."""
    answer = jsonify(_description(current_tool().tool_url))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _description(tool_url: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Verifying Open Badges",
            "version": "1",
            "summary": "Whether a badge is genuine, who issued it, and whether it is still valid.",
            "contact": {"name": page_issuer().profile.name_in("en")},
        },
        "servers": [{"url": tool_url}],
        "paths": {"/verify": {"post": _verify()}},
        "components": {"schemas": _schemas()},
    }


def _verify() -> dict[str, Any]:
    limits = (
        f"{per_minute('verifier.verify')} requests a minute from one address. A file has at most "
        f"{verifier.MAX_BYTES:,} bytes. Several files, at most {batch.MOST_FILES} of {batch.MOST_BYTES:,} bytes "
        f"together, share {BATCH_SECONDS} seconds and {BATCH_FETCHES} requests to other sites, and one address "
        "has one such request at a time."
    )
    several = {"oneOf": [_of("Report"), _of("Reports")]}
    return {
        "operationId": "verify",
        "summary": "Verify a badge, or several.",
        "description": "Nothing that is sent is kept. To verify a badge this site asks its issuer's site for the key "
        f"and the list of revoked badges. Limits: {limits}",
        "parameters": [
            {
                "name": "Accept",
                "in": "header",
                "required": True,
                "description": "Without it the answer is a page for people.",
                "schema": {"const": "application/json"},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {
                    "schema": {
                        **_BYTES,
                        "description": "One badge: PNG, SVG, PDF, JSON, JWT, SD-JWT, or an e-mail or ZIP file with one "
                        "in it; or the web address of one as text.",
                    }
                },
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "file": {"type": "array", "items": _BYTES, "maxItems": batch.MOST_FILES}
                        },
                    }
                },
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "text": {
                                **_TEXT,
                                "description": "JSON, a JWT, an SD-JWT, or web addresses, one a line.",
                            }
                        },
                    }
                },
            },
        },
        "responses": {
            "200": {
                "description": "What was found: for one badge its report, for several a list of them.",
                "content": {"application/json": {"schema": several}},
            },
            "413": _error("A file, or the request, is too large, or has too many files."),
            "429": _error("Too many requests.", "Retry-After"),
            "503": _error("Too much is being verified, or another list of this address is.", "Retry-After"),
        },
    }


def _error(description: str, *headers: str) -> dict[str, Any]:
    seconds = {"description": "Seconds until it may be tried again.", "schema": {"type": "integer"}}
    return {
        "description": description,
        "headers": dict.fromkeys(headers, seconds),
        "content": {"application/json": {"schema": _of("Error")}},
    }


def _of(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": dict(required), "required": [*required], **more}


def _one_of(literal: Any) -> dict[str, Any]:
    return {"enum": list(get_args(literal))}


def _with_pack(reports: dict[str, Any]) -> dict[str, Any]:
    """The same, which may also say of a recognition pack, that the badges were taken from, what was found."""
    told = "Of a recognition pack: whether it is as the issuer of its badges signed it."
    reports["properties"]["pack"] = {**_one_of(PackOutcome), "description": told}
    sealed = "Of the electronic seal around it: whether it fits, and whom its certificate names, which is not checked."
    seal = _object(
        {"outcome": _one_of(SealOutcome)},
        organisation=_TEXT,
        identifier=_TEXT,
        sealed_at=_TEXT,
        names_issuer={
            "type": "boolean",
            "description": "Whether the issuer says that it is this legal person.",
        },
    )
    reports["properties"]["seal"] = seal | {"description": sealed}
    return reports


def _schemas() -> dict[str, Any]:
    return {
        "Report": _object(
            {
                "verdict": _one_of(Verdict),
                "checks": {"type": "array", "items": _of("Check")},
                "credential": {
                    "type": ["object", "null"],
                    "description": "As it is in the badge; proven only with the verdict `verified`.",
                },
                "one_ed_tech": {**_one_of(OneEdTech), "description": "What the validator of 1EdTech finds."},
                "probes": {
                    "type": "array",
                    "items": _object({"name": _TEXT, "outcome": _one_of(OneEdTech)}),
                },
            }
        ),
        "Check": _object(
            {
                "name": _TEXT,
                "outcome": _one_of(Outcome),
                "code": {**_TEXT, "description": "Stable, for programs."},
                "detail": {**_TEXT, "description": "For experts; may repeat text of the badge."},
                "says": {"type": "object", "additionalProperties": _TEXT, "description": "By language."},
            }
        ),
        "Reports": _with_pack(
            _object(
                {"reports": {"type": "array", "items": _object({"file": _TEXT, "report": _of("Report")})}}
            )
        ),
        "Error": _object({"error": _TEXT, "message": _TEXT, "incident": _TEXT}),
    }
