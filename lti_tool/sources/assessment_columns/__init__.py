"""The results in the grade columns of assessments, which decide the levels of single learning outcomes.

The columns are those that Nozimite made in the gradebook for a badge: whose grades are typed there, or calculated. No
rule reads them, so one that cannot be read keeps nobody from the badge: the level of its outcomes is not stated.

What it cannot see: whether a grade is hidden from learners, and grades in any other column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lti_tool.errors import PlatformError
from lti_tool.observations import (
    ASSESSMENT_RESULT,
    ROLE,
    KnownPerson,
    column_resource,
    role_now,
    select,
)
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import NOBODY, Answer, Asked, Found, Known, in_parts, is_new
from lti_tool.sources.line_item_results import result_value
from lti_tool.values import LineItemResult

NAME = "assessment_columns"
GIVES = frozenset({ASSESSMENT_RESULT})
RANK = 3
_KINDS = frozenset({ASSESSMENT_RESULT, ROLE})


def is_open(asked: Asked) -> bool:
    """Whether a badge of the course has such columns."""
    return any(link.columns for link in asked.links)


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """What is new in each column. Raises PlatformError only where the platform says that the course is over."""
    found: list[Found] = []
    trouble: dict[str, PlatformError] = {}
    listed = 0
    for link in asked.links:
        for assessment, url in link.columns.items():
            try:
                number, news = _compared(column_resource(link.id, assessment), connection.results(url), known)
            except PlatformError as error:
                if error.concluded:
                    raise
                trouble[link.id] = _gone() if isinstance(error, NotOnPlatformError) else error
                continue
            listed += number
            found += news
    return Answer(found=found, counts={"results": listed}, trouble=trouble)


def _gone() -> PlatformError:
    return PlatformError(
        "a grade column that decides levels of learning outcomes is no longer in the gradebook",
        permanent=True,
    )


def _compared(resource: str, results: Iterable[LineItemResult], known: Known) -> tuple[int, Sequence[Found]]:
    """How many people have a result, and what is new of people who are in the course.

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
        news |= _news(resource, values, known.people(list(values), _KINDS))
    graded = (user_id for user_id in known.everybody(ASSESSMENT_RESULT) if user_id not in listed)
    for unlisted in in_parts(graded):
        news |= _news(resource, dict.fromkeys(unlisted), known.people(unlisted, _KINDS))
    return len(listed), list(news.values())


def _news(
    resource: str, values: Mapping[str, object], people: Mapping[str, KnownPerson]
) -> Mapping[str, Found]:
    found = {}
    for user_id, value in values.items():
        own = people.get(user_id, NOBODY).own
        told = Found(user_id=user_id, kind=ASSESSMENT_RESULT, resource=resource, value=value)
        is_said = value is not None or bool(select(own, ASSESSMENT_RESULT, resource))
        if is_said and role_now(own) not in (None, "absent") and is_new(told, own, NAME):
            found[user_id] = told
    return found
