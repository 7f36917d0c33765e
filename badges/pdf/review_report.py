"""review_report_document: what a review of badges looks at and has found, as a PDF for whoever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.pdf.document import LEFT, MUTED, PdfDocument, Style
from badges.pdf.tables import begin_report, write_row

_VALUES = LEFT + 62

_TEXT = Style(size=9.5)
_BOLD = Style(size=9.5, bold=True)
_SOFT = Style(size=8.5, colour=MUTED)
_HEADING = Style(size=13, bold=True, leading=1.4)
_QUESTION = Style(size=9.5, bold=True, leading=1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One badge: names with values, and below them texts, each under what it answers."""

    heading: str
    facts: Sequence[tuple[str, str]]
    texts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReportContent:
    """What the document says. `how` is how its numbers are to be read."""

    title: str
    author: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    how: str


def review_report_document(content: ReviewReportContent, language: str, made_at: datetime) -> bytes:
    """The PDF; all its words are in `language`."""
    document = PdfDocument(title=content.title, author=content.author, language=language, made_at=made_at)
    begin_report(document, content.title, content.facts, at=_VALUES)
    for section in content.sections:
        _section(document, section)
    document.write_text(content.how, _SOFT)
    return document.as_pdf()


def _section(document: PdfDocument, section: Section) -> None:
    # A heading stays with the first rows below it.
    document.break_page_unless_fits(_HEADING.line + 3 * (_TEXT.line + 3))
    document.horizontal_line(document.y)
    document.y += 2
    document.write_text(section.heading, _HEADING, tag="H2", after=1.5)
    for name, value in section.facts:
        write_row(document, name, value, _TEXT, _BOLD, at=_VALUES)
    for question, answer in section.texts:
        document.y += 2
        document.break_page_unless_fits(_QUESTION.line + 2 * _TEXT.line)
        document.write_text(question, _QUESTION, tag="H3")
        document.write_text(answer, _TEXT, after=1)
    document.y += 6
