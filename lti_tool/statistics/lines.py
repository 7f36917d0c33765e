"""The lines of a report, as files and pages have them: each a number of a category, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.statistics.categories import DIMENSIONS, Dimension
from lti_tool.statistics.protection import Table
from lti_tool.statistics.report import Report
from lti_tool.statistics.words import category_name, phrase, table_name

#: The code of the line of all categories that are not listed.
TOGETHER = "together"
#: To what published numbers are rounded.
ROUNDED_TO = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A category of a table by its code and name, and how many badges it has."""

    code: str
    name: str
    badges: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A table by its code and name, with its lines; `lines` is empty where nothing of it can be shown."""

    code: Dimension
    name: str
    lines: Sequence[Line]


def lines_of(report: Report, language: str) -> Sequence[Lines]:
    """All tables of the report; none where too few people have a badge at all."""
    if report.total is None:
        return ()
    return [
        Lines(code=each, name=table_name(each, language), lines=_lines(each, report.tables[each], language))
        for each in DIMENSIONS
    ]


def rounded(report: Report) -> Report:
    """The report as everybody may read it: each number by itself to the nearest multiple of ROUNDED_TO.

    Some reader of the world knows how many took part in something; taken off a rounded number, that leaves nobody.
    """
    return Report(
        year=report.year,
        total=_rounded(report.total),
        tables={
            name: Table(
                rows=[(code, _nearest(number)) for code, number in table.rows],
                together=_rounded(table.together),
            )
            if table is not None
            else None
            for name, table in report.tables.items()
        },
    )


def _lines(dimension: Dimension, table: Table | None, language: str) -> Sequence[Line]:
    if table is None:
        return ()
    found = [
        Line(code=code, name=category_name(dimension, code, language), badges=number)
        for code, number in table.rows
    ]
    if table.together is not None:
        found.append(Line(code=TOGETHER, name=phrase("together", language), badges=table.together))
    return found


def _rounded(number: int | None) -> int | None:
    return None if number is None else _nearest(number)


def _nearest(number: int) -> int:
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
