"""The official OpenAPI document, by which answers of the host are judged."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator
from werkzeug.test import TestResponse

_FILE = Path(__file__).parent / "ob_v3p0_oas.json"


@cache
def document() -> dict[str, Any]:
    """The document. As published, no text is exactly one of the two equal schemas of `@context.items`: mended here."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    for schema in found["components"]["schemas"].values():
        items = schema.get("properties", {}).get("@context", {}).get("items", {})
        if [each.get("type") for each in items.get("oneOf", [])] == ["string", "string"]:
            items["oneOf"] = [{"type": "string"}, {"type": "object"}]
    return found


def breaches(value: Any, name: str) -> list[str]:
    """How the value breaks the schema of that name."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": copy.deepcopy(document()["components"])}
    return [
        f"{error.json_path}: {error.message[:200]}" for error in OAS30Validator(schema).iter_errors(value)
    ]


def breaches_of_answer(answer: TestResponse, method: str, path: str) -> list[str]:
    """How an answer of an operation breaks what the document has for its status."""
    responses = document()["paths"][path][method]["responses"]
    described = responses.get(str(answer.status_code), responses["default"])
    if answer.status_code == 304:
        return [] if not answer.data else ["304 with a body"]
    if answer.mimetype not in described["content"]:
        return [f"{answer.status_code} as {answer.mimetype}"]
    value = answer.json if answer.mimetype == "application/json" else answer.text
    schema = described["content"][answer.mimetype]["schema"] | {"components": document()["components"]}
    return [
        f"{error.json_path}: {error.message[:200]}" for error in OAS30Validator(schema).iter_errors(value)
    ]
