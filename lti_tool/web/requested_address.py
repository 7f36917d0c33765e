"""At which of its addresses the tool is visited: it goes on answering at those that it had before it moved.

The former ones are asked for only where the present one is not meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from lti_tool.addresses import without_scheme
from lti_tool.store import queries
from lti_tool.values import origin_of
from lti_tool.web.current import current_tool


def requested_base() -> str:
    """The URL of the tool by which the request came, without the scheme."""
    return request.host + request.script_root


def requested_tool_url() -> str:
    """The URL of the tool by which the request came, now or formerly its own; else the one it has now.

    A made-up Host header is none of its own: so no page and no platform is ever told another host.
    """
    base, present = requested_base(), current_tool().tool_url
    if without_scheme(present) == base:
        return present
    return next((url for url in _base_urls() if without_scheme(url) == base), present)


def is_own_page(url: str) -> bool:
    """Whether a link may ask for the page at that URL: it is at an address that the tool has, or had."""
    origin = origin_of(url)
    if not origin:
        return False
    return origin == origin_of(current_tool().tool_url) or origin in map(origin_of, _base_urls())


def _base_urls() -> Sequence[str]:
    with current_tool().store.read() as session:
        return queries.issuers.base_urls(session)
