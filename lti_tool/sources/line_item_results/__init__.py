"""The results in a link's own line item (Assignment and Grade Services 2.0), typed by a teacher or calculated.

What it cannot see: whether a grade is hidden from learners, and grades in any other column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.observations import RESULT, role_now, select
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import Answer, Asked, Found, Known, LinkAsked, differing
from lti_tool.values import LineItemResult

NAME = "line_item_results"
GIVES = frozenset({RESULT})


def look(asked: Asked, connection: Connection) -> Answer:
    """The results of each link's line item. Raises PlatformError only where no column can be read at all."""
    urls: dict[str, str] = {}
    results: dict[str, Sequence[LineItemResult]] = {}
    trouble: dict[str, PlatformError] = {}
    missing = set()
    for link in asked.links_reading(GIVES):
        try:
            found = _results(asked, link, connection)
            if found is not None:
                urls[link.id], results[link.id] = found
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
        content=results,
        counts={"results": sum(len(each) for each in results.values())},
        trouble=trouble,
        missing=frozenset(missing),
        line_item_urls=urls,
    )


def observe(answer: Answer, known: Known) -> Sequence[Found]:
    """The results that have changed, of people who are in the course; a grade that was cleared is None."""
    results: Mapping[str, Sequence[LineItemResult]] = answer.content
    found = []
    for link, listed in results.items():
        graded = {result.user_id: _value(result) for result in listed if _is_enrolled(known, result.user_id)}
        for user_id, own in known.people.items():
            if user_id not in graded and select(own, RESULT, link) and _is_enrolled(known, user_id):
                graded[user_id] = None
        for user_id, value in graded.items():
            if value is not None or select(known.own(user_id), RESULT, link):
                found.append(Found(user_id=user_id, kind=RESULT, resource=link, value=value))
    return differing(found, known, NAME)


def _is_enrolled(known: Known, user_id: str) -> bool:
    """Whether the person is in the course, as far as is known."""
    return role_now(known.own(user_id)) not in (None, "absent")


def _value(result: LineItemResult) -> Mapping[str, Any] | None:
    if result.score is None:
        return None
    return {
        "score": str(result.score),
        "points": str(result.score if result.points is None else result.points),
        "maximum": str(1 if result.points is None or result.maximum is None else result.maximum),
        "graded_at": result.timestamp.isoformat() if result.timestamp else None,
    }


def _results(
    asked: Asked, link: LinkAsked, connection: Connection
) -> tuple[str, Sequence[LineItemResult]] | None:
    """The address of the link's line item, and its results.

    None where the platform answers for the course, but no longer has the line item. Raises PlatformError.
    """
    known = link.line_item_url
    if known is not None:
        try:
            return known, connection.results(known)
        except NotOnPlatformError:
            if asked.line_items_url is None:
                # The list of members has been read before, so the course is there; without one nobody knows.
                if asked.memberships_url is None:
                    raise
                return None
    # A column that was deleted and made anew has another address.
    url = _own_line_item(asked, link, connection)
    return (url, connection.results(url)) if url not in (None, known) else None


def _own_line_item(asked: Asked, link: LinkAsked, connection: Connection) -> str | None:
    if asked.line_items_url is None:
        raise PlatformError("the platform does not give the tool access to the gradebook", permanent=True)
    items = connection.line_items(asked.line_items_url)
    return next((item.id for item in items if item.resource_link_id == link.id), None)
