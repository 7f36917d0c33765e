"""What is new in a column of the gradebook that is read by Assignment and Grade Services 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.observations import ROLE, KnownPerson, role_now, select
from lti_tool.sources.found import NOBODY, Found, Known, in_parts, is_new
from lti_tool.values import LineItemResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the name of the `source` that reads it, and the kind and the resource of what it is found to have."""

    source: str
    kind: str
    resource: str


def compared(column: Column, results: Iterable[LineItemResult], known: Known) -> tuple[int, Sequence[Found]]:
    """How many people have a result, and what is new of people who are in the course.

    A grade that was cleared is None, and so is that of somebody whom the column no longer names.
    """
    asked = frozenset({column.kind, ROLE})
    listed: set[str] = set()
    news: dict[str, Found] = {}
    for part in in_parts(results):
        # Of somebody who is listed twice the later result counts.
        values = {result.user_id: _value(result) for result in part}
        for user_id in values:
            news.pop(user_id, None)
        listed.update(values)
        news |= _news(column, values, known.people(list(values), asked))
    graded = (user_id for user_id in known.everybody(column.kind) if user_id not in listed)
    for unlisted in in_parts(graded):
        news |= _news(column, dict.fromkeys(unlisted), known.people(unlisted, asked))
    return len(listed), list(news.values())


def _news(
    column: Column, values: Mapping[str, Mapping[str, Any] | None], people: Mapping[str, KnownPerson]
) -> Mapping[str, Found]:
    found = {}
    for user_id, value in values.items():
        own = people.get(user_id, NOBODY).own
        told = Found(user_id=user_id, kind=column.kind, resource=column.resource, value=value)
        # A column that never had a grade of theirs says nothing of them.
        is_said = value is not None or bool(select(own, column.kind, column.resource))
        if is_said and role_now(own) not in (None, "absent") and is_new(told, own, column.source):
            found[user_id] = told
    return found


def _value(result: LineItemResult) -> Mapping[str, Any] | None:
    """The value of an observed result; None where there is no grade, or no more."""
    if result.score is None:
        return None
    return {
        "score": str(result.score),
        "points": str(result.score if result.points is None else result.points),
        "maximum": str(1 if result.points is None or result.maximum is None else result.maximum),
        "graded_at": result.timestamp.isoformat() if result.timestamp else None,
    }
