"""A span for each request: its method, its rule with names in place of ids, its status and its id."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, Response, g, request

from lti_tool.traces import span
from lti_tool.web.request_ids import request_id

#: Of a page that does not exist: its address could hold anything.
NO_RULE = "(none)"


def set_up(app: Flask) -> None:
    """Traces the requests of the application, where there is a collector."""
    app.before_request(_begin)
    app.after_request(_note_status)
    app.teardown_request(_end)


def _begin() -> None:
    rule = request.url_rule.rule if request.url_rule is not None else NO_RULE
    about = {
        "http.request.method": request.method,
        "http.route": rule,
        "nozimite.request_id": request_id(),
    }
    g.span = ExitStack()
    g.note = g.span.enter_context(span(f"{request.method} {rule}", "server", **about))


def _note_status(response: Response) -> Response:
    if "note" in g:
        g.note("http.response.status_code", response.status_code)
    return response


def _end(_error: BaseException | None) -> None:
    if "span" in g:
        g.pop("span").close()
