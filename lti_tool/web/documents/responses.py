"""Responses for the documents that verifiers, wallets and platforms fetch."""

from __future__ import annotations

import json
from hashlib import sha256

from flask import request
from werkzeug.wrappers import Response

from lti_tool.values import Json

#: Scripts of any site may read the answer: verifiers run in browsers.
CORS_ANY_ORIGIN = "*"
#: An SVG badge may have its picture inside.
_POLICY = "default-src 'none'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
#: Opened by itself it is a page of ours. Other files are left out: no browser shows a PDF that is in a sandbox.
_POLICY_OF_SVG = f"{_POLICY}; sandbox"

#: How long a browser may keep a file of a badge, in seconds: short, because a revoked badge is not given out.
_BADGE_MAX_AGE = 60


def document(body: bytes, media_type: str, max_age: int, etag: str = "") -> Response:
    """`body`, which any cache may keep `max_age` seconds, or 304 where the client has it already."""
    return _document(body, media_type, f"public, max-age={max_age}", etag)


def personal_document(body: bytes, media_type: str) -> Response:
    """As `document`, for a badge or its certificate: it names somebody, so no cache between may keep it."""
    return _document(body, media_type, f"private, max-age={_BADGE_MAX_AGE}")


def _document(body: bytes, media_type: str, cache_control: str, etag: str = "") -> Response:
    response = Response(body, mimetype=media_type)
    response.set_etag(etag or sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = cache_control
    response.headers["Access-Control-Allow-Origin"] = CORS_ANY_ORIGIN
    response.headers["Content-Security-Policy"] = _POLICY_OF_SVG if media_type == "image/svg+xml" else _POLICY
    return response.make_conditional(request.environ)


def json_document(value: Json, media_type: str, max_age: int) -> Response:
    """As `document`, for a JSON value."""
    return document(json.dumps(value, ensure_ascii=False).encode(), media_type, max_age)
