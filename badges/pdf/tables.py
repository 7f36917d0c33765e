"""tables_document: tables of numbers with what they are and who says so, as a PDF for an authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.pdf.document import LEFT, MUTED, RIGHT, TOP, PdfDocument, Style, palette

_NAMES = 128.0
_NUMBERS = LEFT + _NAMES + 6

_TEXT = Style(size=9.5)
_BOLD = Style(size=9.5, bold=True)
_SOFT = Style(size=8.5, colour=MUTED)
_HEADING = Style(size=12, bold=True, leading=1.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTable:
    """A table with a number beside each name; `remark` stands in place of the rows, or below them."""

    heading: str
    rows: Sequence[tuple[str, str]]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesContent:
    """What the document says. `facts` are names with values, such as the institution with its name."""

    title: str
    author: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[NumberTable]
    how: str


def tables_document(content: TablesContent, language: str, made_at: datetime) -> bytes:
    """The PDF; all its words are in `language`."""
    document = PdfDocument(title=content.title, author=content.author, language=language, made_at=made_at)
    begin_report(document, content.title, content.facts, at=LEFT + 50)
    for table in content.tables:
        _table(document, table)
    document.write_text(content.how, _SOFT)
    return document.as_pdf()


def begin_report(document: PdfDocument, title: str, facts: Sequence[tuple[str, str]], at: float) -> None:
    """The top of a report's first page: its title, and what it is about, with the values from `at` on."""
    document.add_page()
    deep = palette(None)[0]
    document.filled_rectangle(0, 0, 210, 4, deep)
    document.y = TOP
    document.write_text(title, Style(size=22, bold=True, colour=deep, leading=1.2), tag="H1", after=6)
    for name, value in facts:
        write_row(document, name, value, _SOFT, _BOLD, at=at)
    document.y += 6


def _table(document: PdfDocument, table: NumberTable) -> None:
    # A heading stays with the first rows of its table.
    document.break_page_unless_fits(_HEADING.line + 3 * (_TEXT.line + 3))
    document.write_text(table.heading, _HEADING, tag="H2", after=1.5)
    for name, number in table.rows:
        document.break_page_unless_fits(_TEXT.line + 2)
        document.horizontal_line(document.y)
        document.y += 1
        write_row(document, name, number, _TEXT, _BOLD, at=_NUMBERS)
    if table.remark:
        document.write_text(table.remark, _SOFT)
    document.y += 6


def write_row(
    document: PdfDocument, name: str, value: str, of_name: Style, of_value: Style, at: float
) -> None:
    """A name and a value beside each other, from `at` to the right edge."""
    document.break_page_unless_fits(
        max(document.height(name, of_name, at - LEFT - 4), document.height(value, of_value, RIGHT - at))
    )
    top = document.y
    document.write_text(name, of_name, width=at - LEFT - 4)
    below = document.y
    document.y = top
    document.write_text(value, of_value, x=at, width=RIGHT - at)
    document.y = max(below, document.y) + 1
