"""framed_page: a part of the catalogue for a frame on any other site, kept by caches for minutes."""

from __future__ import annotations

from hashlib import sha256

from flask import request
from werkzeug.wrappers import Response

from lti_tool.web.headers import ANY_ORIGIN, allow_framing_by

#: Short, because what is taken out has to be gone soon.
MAX_AGE = 300


def framed_page(text: str) -> Response:
    """The page, which any site may frame, or 304 where the browser has it; called once it is there, as no error page
    may be framed. It has no script, whose nonce would be another one each time, and says no time.
    """
    allow_framing_by(ANY_ORIGIN)
    response = Response(text, mimetype="text/html")
    response.set_etag(sha256(text.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.vary.add("Accept-Language")
    return response.make_conditional(request.environ)
