"""The id of a request: in each line of the log about it, in its answer, and on an error page, for a person to quote."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

from lti_tool.logs import begin_request, end_request

HEADER = "X-Request-ID"


def set_up(app: Flask) -> None:
    """Gives each request an id of our own: one that a stranger sends could be another's."""
    app.before_request(_begin)
    app.after_request(_add_header)
    app.teardown_request(lambda _error: end_request())


def request_id() -> str:
    """The id of the current request; short enough to be read out on the telephone."""
    if "request_id" not in g:
        text = secrets.token_hex(6).upper()
        g.request_id = f"{text[:4]}-{text[4:8]}-{text[8:]}"
    return str(g.request_id)


def _begin() -> None:
    begin_request(request_id())


def _add_header(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response
