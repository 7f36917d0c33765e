"""transcript: all badges that a learner has from one issuer as a PDF, in the manner of a transcript of records.

All text comes from the secured credentials; each entry has the address of the page that verifies its credential.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from badges.eu.terms import decimal_text
from badges.font_runs import undrawable
from badges.issuer import IssuerProfile
from badges.pdf.content import BadgeContent, IssuedBadge, day, read_content, split_address
from badges.pdf.document import LEFT, MUTED, RIGHT, TOP, PdfDocument, Style, palette
from badges.sentences import document_word
from badges.template.model import text_in

#: The columns: left edge and width in millimetres.
_COLUMNS = {
    "micro_credential": (LEFT + 21, 50.0),
    "date": (LEFT + 74, 21.0),
    "hours": (LEFT + 97, 12.0),
    "credits": (LEFT + 110, 9.0),
    "level": (LEFT + 121, 28.0),
    "grade": (LEFT + 151, 15.0),
}
_PICTURE = 16.0
_QR = 16.0
_TEXT_WIDTH = 125.0

_LABEL = Style(size=7.5, colour=MUTED, leading=1.45)
_SMALL = Style(size=7.5, colour=MUTED)
_TEXT = Style(size=8, leading=1.45)
_TITLE = Style(size=10, bold=True, leading=1.3)
_CELL = Style(size=8.5, leading=1.4)


def transcript(
    badges: Sequence[IssuedBadge], issuer: IssuerProfile, learner_name: str, language: str, now: datetime
) -> bytes:
    """The PDF with headings in `language`; the badges are in the order of their award."""
    contents = sorted(
        ((read_content(badge, language), badge) for badge in badges), key=lambda pair: pair[0].awarded_at
    )
    name = text_in(issuer.legal_name, language) or issuer.name
    title = document_word("transcript", language)
    document = PdfDocument(title=f"{title} – {learner_name}", author=name, language=language, made_at=now)
    document.add_page()
    _header(document, issuer, name, learner_name, now)
    _column_names(document)
    for content, badge in contents:
        _entry(document, content, badge)
    _totals(document, [content for content, _ in contents])
    return document.as_pdf()


def _header(
    document: PdfDocument, issuer: IssuerProfile, name: str, learner_name: str, now: datetime
) -> None:
    language = document.language
    deep = palette(None)[0]
    document.filled_rectangle(0, 0, 210, 4, deep)
    document.y = TOP - 2
    document.write_text(name.upper(), Style(size=9, bold=True, colour=deep, letter_spacing=1.2), after=0.6)
    if undrawable(name):
        document.write_text(document_word("issuer_not_printed", language), _SMALL, after=0.6)
    town = " ".join(filter(None, (issuer.postal_code, issuer.locality)))
    number = (
        f"{document_word('registration', language)} {issuer.registration}" if issuer.registration else None
    )
    about = " · ".join(filter(None, (issuer.street, town, number)))
    document.write_text(about, _SMALL, after=13)
    document.write_text(
        document_word("transcript", language),
        Style(size=24, bold=True, colour=deep, leading=1.2),
        tag="H1",
        after=7,
    )
    top = lowest = document.y
    for x, code, value in (
        (LEFT, "learner", learner_name),
        (_COLUMNS["hours"][0], "date_of_transcript", day(now, language)),
    ):
        document.y = top
        document.write_text(document_word(code, language), _LABEL, x=x, width=84)
        document.write_text(value, Style(size=12, bold=True, leading=1.4), x=x, width=84)
        if code == "learner" and undrawable(value):
            document.write_text(document_word("name_not_printed", language), _SMALL, x=x, width=84)
        lowest = max(lowest, document.y)
    document.y = lowest + 9


def _column_names(document: PdfDocument) -> None:
    top = document.y
    for code, (x, width) in _COLUMNS.items():
        document.y = top
        document.write_text(document_word(code, document.language), _LABEL, x=x, width=width)
    document.y = top + _LABEL.line + 1.5


def _entry(document: PdfDocument, content: BadgeContent, badge: IssuedBadge) -> None:
    """Writes the entry of a badge: a line of figures, then outcomes, assessment and the address of its page."""
    language = document.language
    outcomes = content.elements.get("learning_outcomes", ())
    assessment = "; ".join(content.elements.get("type_of_assessment", ()))
    if document.break_page_unless_fits(_entry_height(document, content, (*outcomes, assessment))):
        _column_names(document)
    document.horizontal_line(document.y)
    document.y += 3
    top = document.y
    document.picture(badge.png, LEFT, top, _PICTURE, document_word("badge_picture", language))
    document.qr_code(badge.page_url, RIGHT - _QR, top + 13, _QR, document_word("qr_code", language))
    lowest = top
    for code, value in _cells(content, language).items():
        x, width = _COLUMNS[code]
        document.y = top
        if code == "micro_credential":
            document.write_text(value, _TITLE, x=x, width=width, tag="H2")
        else:
            document.write_text(value, _CELL, x=x, width=width)
        lowest = max(lowest, document.y)
    document.y = lowest + 2
    page = document.page
    x = _COLUMNS["micro_credential"][0]
    _heading(document, "learning_outcomes")
    for outcome in outcomes:
        document.bullet(x, _TEXT)
        document.write_text(outcome, _TEXT, x=x + 4, width=_TEXT_WIDTH - 4, tag="LI", after=0.5)
    document.y += 1.5
    _heading(document, "types_of_assessment")
    document.write_text(assessment, _TEXT, x=x, width=_TEXT_WIDTH, after=2)
    document.write_text(
        "".join(split_address(badge.page_url)), Style(size=6.5, colour=MUTED), x=x, width=_TEXT_WIDTH
    )
    if document.page == page:
        document.y = max(document.y, top + 13 + _QR)
    document.y += 3.5


def _heading(document: PdfDocument, code: str) -> None:
    x, style = _COLUMNS["micro_credential"][0], Style(size=7.5, bold=True, colour=MUTED)
    document.write_text(document_word(code, document.language), style, x=x, width=_TEXT_WIDTH, after=0.4)


def _entry_height(document: PdfDocument, content: BadgeContent, texts: Sequence[str]) -> float:
    title = document.height(content.first("title"), _TITLE, _COLUMNS["micro_credential"][1])
    return max(34.0, title + sum(document.height(text, _TEXT, _TEXT_WIDTH - 4) + 0.5 for text in texts) + 26)


def _cells(content: BadgeContent, language: str) -> dict[str, str]:
    return {
        "micro_credential": content.first("title"),
        "date": day(content.awarded_at, language),
        "hours": _number(content.hours, language),
        "credits": _number(content.credits, language),
        "level": "\n".join(content.elements.get("level", ())),
        "grade": "\n".join(content.results) or "–",
    }


def _number(number: Decimal | None, language: str) -> str:
    if number is None:
        return "–"
    text = decimal_text(round(number, 2))
    return text.replace(".", ",") if language == "lv" else text


def _totals(document: PdfDocument, contents: Sequence[BadgeContent]) -> None:
    """Writes the sums and the note that each badge is signed on its own."""
    language = document.language
    document.break_page_unless_fits(30)
    document.horizontal_line(document.y)
    document.y += 3
    top = document.y
    bold = Style(size=9.5, bold=True, leading=1.4)
    hours = sum((content.hours or Decimal() for content in contents), Decimal())
    credits = sum((content.credits or Decimal() for content in contents), Decimal())
    for code, text in (
        ("micro_credential", document_word("total", language)),
        ("hours", _number(hours, language)),
        ("credits", _number(credits, language)),
    ):
        document.y = top
        x, width = _COLUMNS[code]
        document.write_text(text, bold, x=x, width=width)
    document.y += 6
    document.write_text(document_word("each_is_signed", language), _SMALL)
    if document.leaves_out_characters:
        document.write_text(document_word("characters_not_printed", language), _SMALL)
