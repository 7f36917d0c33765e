"""At which of its addresses the tool is visited: it goes on answering at those that it had before it moved."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, request

from lti_tool.addresses import without_scheme
from lti_tool.store import queries
from lti_tool.web.current import current_tool


def requested_base() -> str:
    """The URL of the tool by which the request came, without the scheme."""
    return request.host + request.script_root


def requested_tool_url() -> str:
    """The URL of the tool by which the request came, now or formerly its own; else the one it has now.

    A made-up Host header is none of its own: so no page and no platform is ever told another host.
    """
    base = requested_base()
    return next((url for url in own_urls() if without_scheme(url) == base), current_tool().tool_url)


def own_urls() -> Sequence[str]:
    """Every URL that the tool has, or had; asked for once in a request."""
    if "own_urls" not in g:
        with current_tool().store.read() as session:
            g.own_urls = queries.issuers.base_urls(session)
    urls: Sequence[str] = g.own_urls
    return urls
