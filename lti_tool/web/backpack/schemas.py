"""The schemas and parts that the Service Description Document refers to (OpenAPI 3.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT: Mapping[str, Any] = {"type": "string"}
_COMPACT_JWS: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[a-zA-Z0-9_-]+\\.[a-zA-Z0-9_-]*\\.[a-zA-Z0-9_-]+$",
}

SCHEMAS: Mapping[str, Any] = {
    "AchievementCredential": {
        "type": "object",
        "description": "A credential of Open Badges 3.0 with its proof. It is given back as it came.",
        "required": ["@context", "id", "type", "issuer", "validFrom", "credentialSubject"],
    },
    "CompactJws": _COMPACT_JWS,
    "GetOpenBadgeCredentialsResponse": {
        "type": "object",
        "properties": {
            "credential": {"type": "array", "items": {"$ref": "#/components/schemas/AchievementCredential"}},
            "compactJwsString": {"type": "array", "items": _COMPACT_JWS},
        },
        "additionalProperties": False,
    },
    "Profile": {
        "type": "object",
        "required": ["id", "type"],
        "properties": {"id": _TEXT, "type": {"type": "array", "items": _TEXT, "minItems": 1}},
    },
    "Imsx_StatusInfo": {
        "type": "object",
        "required": ["imsx_codeMajor", "imsx_severity"],
        "properties": {
            "imsx_codeMajor": {"type": "string", "enum": ["failure", "processing", "success", "unsupported"]},
            "imsx_severity": {"type": "string", "enum": ["error", "status", "warning"]},
            "imsx_description": _TEXT,
            "imsx_codeMinor": {"type": "object"},
        },
        "additionalProperties": False,
    },
}
HEADERS: Mapping[str, Any] = {
    "X-Total-Count": {"description": "How many badges there are in all.", "schema": {"type": "integer"}},
    "Link": {"description": "The first, last, next and previous part of the list.", "schema": _TEXT},
    "Retry-After": {"description": "Seconds until it may be tried again.", "schema": {"type": "integer"}},
}
PARAMETERS = [
    {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
    for name, description, schema in (
        ("limit", "The largest number of badges in the answer.", {"type": "integer", "minimum": 1}),
        ("offset", "How many badges to leave out first.", {"type": "integer", "minimum": 0}),
        ("since", "Only badges that were issued after this.", {"type": "string", "format": "date-time"}),
    )
]


def of(name: str, description: str = "") -> Mapping[str, Any]:
    """A response, or a body, with JSON of that schema."""
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": description or name, "content": {"application/json": {"schema": schema}}}


def any_object(description: str) -> Mapping[str, Any]:
    """A response with some JSON object."""
    return {"description": description, "content": {"application/json": {"schema": {"type": "object"}}}}


def refusals(*statuses: int) -> Mapping[str, Any]:
    """The responses of these statuses, and of any other."""
    return {str(each): of("Imsx_StatusInfo") for each in statuses} | {"default": of("Imsx_StatusInfo")}


LIST: Mapping[str, Any] = {
    **of("GetOpenBadgeCredentialsResponse", "Badges, oldest first."),
    "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Total-Count", "Link")},
}
CREDENTIAL: Mapping[str, Any] = {
    "description": "The badge, as it came.",
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/AchievementCredential"}},
        "text/plain": {"schema": {"$ref": "#/components/schemas/CompactJws"}},
    },
}
