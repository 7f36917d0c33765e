"""The results in the grade columns of assessments, which decide the levels of single learning outcomes.

The columns are those that Nozimite made in the gradebook for a badge: whose grades are typed there, or calculated. No
rule reads them, so one that cannot be read keeps nobody from the badge: the level of its outcomes is not stated.

What it cannot see: whether a grade is hidden from learners, and grades in any other column.
"""

from __future__ import annotations

from lti_tool.errors import PlatformError
from lti_tool.observations import ASSESSMENT_RESULT, column_resource
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.platforms.services import Connection
from lti_tool.sources.column_results import Column, compared
from lti_tool.sources.found import Answer, Asked, Found, Known

NAME = "assessment_columns"
GIVES = frozenset({ASSESSMENT_RESULT})
RANK = 3


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
            resource = column_resource(link.id, assessment)
            column = Column(source=NAME, kind=ASSESSMENT_RESULT, resource=resource)
            try:
                number, news = compared(column, connection.results(url), known)
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
