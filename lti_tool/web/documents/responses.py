"""Documents that verifiers, wallets and platforms fetch: readable from any site, with an ETag."""

from __future__ import annotations

import json
from hashlib import sha256

from flask import request
from werkzeug.wrappers import Response

from lti_tool.values import Json

ANYBODY_MAY_READ = "*"
_POLICY = "default-src 'none'; frame-ancestors 'none'"


def document(body: bytes, media_type: str, max_age: int, etag: str = "") -> Response:
    """`body` as it stands, or 304 where the reader has it already."""
    response = Response(body, mimetype=media_type)
    response.set_etag(etag or sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    response.headers["Access-Control-Allow-Origin"] = ANYBODY_MAY_READ
    response.headers["Content-Security-Policy"] = _POLICY
    return response.make_conditional(request.environ)


def json_document(value: Json, media_type: str, max_age: int) -> Response:
    return document(json.dumps(value, ensure_ascii=False).encode(), media_type, max_age)
