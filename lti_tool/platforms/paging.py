"""Lists in pages: each page names the next one in its Link header (RFC 8288), whatever a platform makes of that."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from lti_tool.errors import PlatformError
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.service_values import read_json
from lti_tool.values import origin_of

MAX_PAGES = 500

#: One link of a Link header: its address and its relation, quoted or not.
_LINK = re.compile(r"""<([^<>]*)>[^<]*?;\s*rel\s*=\s*(?:"([^"]*)"|([^;,<]*))""", re.IGNORECASE)


def pages(first: str, call: Callable[[str], HttpResponse]) -> Iterator[Any]:
    """The parsed pages of the list at the address `first`; `call` gives the answer of an address, or raises.

    A list cut short would look like people who have left the course, so whatever keeps this from reaching the last page
    is an error, never an end. The token must not go to another host, so pages stay on the host of the first. Raises
    PlatformError.
    """
    url, seen = first, {first}
    while True:
        answer = call(url)
        yield read_json(answer)
        following = next_page(answer)
        if following is None:
            return
        following = on_same_host(following, first)
        if following is None:
            raise PlatformError("the platform's list continues on another site")
        if following in seen:
            raise PlatformError("the platform's list repeats without end")
        if len(seen) >= MAX_PAGES:
            raise PlatformError("the platform's list has too many pages")
        seen.add(following)
        url = following


def next_page(answer: HttpResponse) -> str | None:
    """The address of the next page by the Link header, None for the last page.

    Moodle's line item lists have curly quotes and `&amp;` in the header. The case of the address is kept.
    """
    for url, quoted, bare in _LINK.findall(answer.headers.get("Link", "")):
        relations = re.sub(r"[^a-z ]", "", (quoted or bare).lower()).split()
        if "next" in relations and url.strip():
            return urljoin(answer.url, html.unescape(url.strip()))
    return None


def on_same_host(url: str, first: str) -> str | None:
    """The address of a further page, None where it is on another host than the first page.

    Behind a proxy, platforms name another scheme or port of their own host. A page without TLS after one with it is
    asked for at the scheme and port of the first, because the token goes with it.
    """
    here, there = urlsplit(first), urlsplit(url)
    if not origin_of(url) or here.hostname != there.hostname:
        return None
    if (here.scheme, there.scheme) == ("https", "http"):
        return urlunsplit(there._replace(scheme=here.scheme, netloc=here.netloc))
    return url
