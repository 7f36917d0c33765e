"""The results in a link's own line item (Assignment and Grade Services 2.0), typed by a teacher or calculated.

What it cannot see: whether a grade is hidden from learners, and grades in any other column.
"""

from __future__ import annotations

from collections.abc import Sequence

from lti_tool.errors import PlatformError
from lti_tool.observations import RESULT
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.platforms.services import Connection
from lti_tool.sources.column_results import Column, compared
from lti_tool.sources.found import Answer, Asked, Found, Known, LinkAsked

NAME = "line_item_results"
GIVES = frozenset({RESULT})
RANK = 3


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """What is new in each link's line item. Raises PlatformError only where no column can be read at all."""
    urls: dict[str, str] = {}
    found: list[Found] = []
    listed = 0
    trouble: dict[str, PlatformError] = {}
    missing = set()
    for link in asked.links_reading(GIVES):
        try:
            column = _column(asked, link, connection, known)
            if column is not None:
                urls[link.id], number, news = column
                listed += number
                found += news
            else:
                missing.add(link.id)
                trouble[link.id] = NotOnPlatformError(
                    "the badge's grade column is no longer in the gradebook", permanent=True
                )
        except PlatformError as error:
            trouble[link.id] = error
            if error.concluded:
                raise
    return Answer(
        found=found,
        counts={"results": listed},
        trouble=trouble,
        missing=frozenset(missing),
        line_item_urls=urls,
    )


def _column(
    asked: Asked, link: LinkAsked, connection: Connection, known: Known
) -> tuple[str, int, Sequence[Found]] | None:
    """The address of the link's line item, how many have a result in it, and what is new in it.

    None where the platform answers for the course, but no longer has the line item. Raises PlatformError.
    """
    url, column = link.line_item_url, Column(source=NAME, kind=RESULT, resource=link.id)
    if url is not None:
        try:
            return url, *compared(column, connection.results(url), known)
        except NotOnPlatformError:
            if asked.line_items_url is None:
                # The list of members has been read before, so the course is there; without one nobody knows.
                if asked.memberships_url is None:
                    raise
                return None
    # A column that was deleted and made anew has another address.
    new_url = _own_line_item(asked, link, connection)
    if new_url is None or new_url == url:
        return None
    return new_url, *compared(column, connection.results(new_url), known)


def _own_line_item(asked: Asked, link: LinkAsked, connection: Connection) -> str | None:
    if asked.line_items_url is None:
        raise PlatformError("the platform does not give the tool access to the gradebook", permanent=True)
    items = connection.line_items(asked.line_items_url)
    return next((item.id for item in items if item.resource_link_id == link.id), None)
