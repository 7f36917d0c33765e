"""The results in a link's own line item (Assignment and Grade Services 2.0), typed by a teacher or calculated.

What it cannot see: whether a grade is hidden from learners, and grades in any other column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.observations import RESULT, ROLE, KnownPerson, role_now, select
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import (
    NOBODY,
    Answer,
    Asked,
    Found,
    Known,
    LinkAsked,
    in_parts,
    is_new,
)
from lti_tool.values import LineItemResult

NAME = "line_item_results"
GIVES = frozenset({RESULT})
RANK = 3
#: What is asked of what is known: results, and who is in the course.
_KINDS = frozenset({RESULT, ROLE})


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
    url = link.line_item_url
    if url is not None:
        try:
            return url, *_compared(link.id, connection.results(url), known)
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
    return new_url, *_compared(link.id, connection.results(new_url), known)


def _compared(link: str, results: Iterable[LineItemResult], known: Known) -> tuple[int, Sequence[Found]]:
    """How many people have a result, and what is new, of people who are in the course.

    A grade that was cleared is None, and so is that of somebody whom the column no longer names.
    """
    listed: set[str] = set()
    news: dict[str, Found] = {}
    for part in in_parts(results):
        # Of somebody who is listed twice the later result counts.
        values = {result.user_id: result_value(result) for result in part}
        for user_id in values:
            news.pop(user_id, None)
        listed.update(values)
        news |= _news(link, values, known.people(list(values), _KINDS))
    graded = (user_id for user_id in known.everybody(RESULT) if user_id not in listed)
    for unlisted in in_parts(graded):
        news |= _news(link, dict.fromkeys(unlisted), known.people(unlisted, _KINDS))
    return len(listed), list(news.values())


def _news(
    link: str, values: Mapping[str, Mapping[str, Any] | None], people: Mapping[str, KnownPerson]
) -> Mapping[str, Found]:
    found = {}
    for user_id, value in values.items():
        own = people.get(user_id, NOBODY).own
        told = Found(user_id=user_id, kind=RESULT, resource=link, value=value)
        # A column that never had a grade of theirs says nothing of them.
        is_said = value is not None or bool(select(own, RESULT, link))
        if is_said and role_now(own) not in (None, "absent") and is_new(told, own, NAME):
            found[user_id] = told
    return found


def result_value(result: LineItemResult) -> Mapping[str, Any] | None:
    """The value of a RESULT; None where there is no grade, or no more."""
    if result.score is None:
        return None
    return {
        "score": str(result.score),
        "points": str(result.score if result.points is None else result.points),
        "maximum": str(1 if result.points is None or result.maximum is None else result.maximum),
        "graded_at": result.timestamp.isoformat() if result.timestamp else None,
    }


def _own_line_item(asked: Asked, link: LinkAsked, connection: Connection) -> str | None:
    if asked.line_items_url is None:
        raise PlatformError("the platform does not give the tool access to the gradebook", permanent=True)
    items = connection.line_items(asked.line_items_url)
    return next((item.id for item in items if item.resource_link_id == link.id), None)
