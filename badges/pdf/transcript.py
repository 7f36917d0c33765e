"""transcript: all the badges a learner has from one issuer on one document, as a transcript of records lists courses.

It is told from the signed credentials themselves; each line carries the address where its credential is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from badges.eu.terms import plain
from badges.issuer import IssuerProfile
from badges.pdf.document import LEFT, RIGHT, SOFT, TOP, PdfDocument, Style, palette
from badges.pdf.facts import Facts, Issued, address_in_two, day, facts
from badges.sentences import document_word
from badges.template.model import text_in

#: The columns, each with where it begins and how wide it is.
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
_BROAD = 125.0

_LABEL = Style(size=7.5, colour=SOFT, leading=1.45)
_SMALL = Style(size=7.5, colour=SOFT)
_TEXT = Style(size=8, leading=1.45)
_TITLE = Style(size=10, bold=True, leading=1.3)
_CELL = Style(size=8.5, leading=1.4)


def transcript(
    badges: Sequence[Issued], issuer: IssuerProfile, learner_name: str, language: str, now: datetime
) -> bytes:
    """The PDF, worded in `language`; the badges stand in the order of their award."""
    every = sorted(
        ((facts(issued, language), issued) for issued in badges), key=lambda one: one[0].awarded_at
    )
    name = text_in(issuer.legal_name, language) or issuer.name
    title = document_word("transcript", language)
    paper = PdfDocument(title=f"{title} – {learner_name}", author=name, language=language, made_at=now)
    paper.add_page()
    _head(paper, issuer, name, learner_name, now)
    _column_names(paper)
    for told, issued in every:
        _entry(paper, told, issued)
    _end(paper, [told for told, _ in every])
    return paper.as_pdf()


def _head(paper: PdfDocument, issuer: IssuerProfile, name: str, learner_name: str, now: datetime) -> None:
    language = paper.language
    deep = palette(None)[0]
    paper.block(0, 0, 210, 4, deep)
    paper.y = TOP - 2
    paper.write_down(name.upper(), Style(size=9, bold=True, colour=deep, spread=1.2), after=0.6)
    town = " ".join(filter(None, (issuer.postal_code, issuer.locality)))
    number = (
        f"{document_word('registration', language)} {issuer.registration}" if issuer.registration else None
    )
    about = " · ".join(filter(None, (issuer.street, town, number)))
    paper.write_down(about, _SMALL, after=13)
    paper.write_down(
        document_word("transcript", language),
        Style(size=24, bold=True, colour=deep, leading=1.2),
        tag="H1",
        after=7,
    )
    top = paper.y
    for x, code, value in (
        (LEFT, "learner", learner_name),
        (_COLUMNS["hours"][0], "date_of_transcript", day(now, language)),
    ):
        paper.y = top
        paper.write_down(document_word(code, language), _LABEL, x=x, width=84)
        paper.write_down(value, Style(size=12, bold=True, leading=1.4), x=x, width=84)
    paper.y += 9


def _column_names(paper: PdfDocument) -> None:
    top = paper.y
    for code, (x, width) in _COLUMNS.items():
        paper.y = top
        paper.write_down(document_word(code, paper.language), _LABEL, x=x, width=width)
    paper.y = top + _LABEL.line + 1.5


def _entry(paper: PdfDocument, told: Facts, issued: Issued) -> None:
    """A line with the figures, and under it the outcomes, the assessment and where it is checked."""
    language = paper.language
    outcomes = told.elements.get("learning_outcomes", ())
    assessment = ", ".join(told.elements.get("type_of_assessment", ()))
    if paper.keep_together(_entry_height(paper, told, (*outcomes, assessment))):
        _column_names(paper)
    paper.line_across(paper.y)
    paper.y += 3
    top = paper.y
    paper.picture(issued.png, LEFT, top, _PICTURE, document_word("badge_picture", language))
    paper.qr_code(issued.page_url, RIGHT - _QR, top + 13, _QR, document_word("qr_code", language))
    under = top
    for code, value in _cells(told, language).items():
        x, width = _COLUMNS[code]
        paper.y = top
        if code == "micro_credential":
            paper.write_down(value, _TITLE, x=x, width=width, tag="H2")
        else:
            paper.write_down(value, _CELL, x=x, width=width)
        under = max(under, paper.y)
    paper.y = under + 2
    page = paper.page
    x = _COLUMNS["micro_credential"][0]
    _heading(paper, "learning_outcomes")
    for outcome in outcomes:
        paper.bullet(x, _TEXT)
        paper.write_down(outcome, _TEXT, x=x + 4, width=_BROAD - 4, tag="LI", after=0.5)
    paper.y += 1.5
    _heading(paper, "types_of_assessment")
    paper.write_down(assessment, _TEXT, x=x, width=_BROAD, after=2)
    paper.write_down(
        "".join(address_in_two(issued.page_url)), Style(size=6.5, colour=SOFT), x=x, width=_BROAD
    )
    if paper.page == page:
        paper.y = max(paper.y, top + 13 + _QR)
    paper.y += 3.5


def _heading(paper: PdfDocument, code: str) -> None:
    x, style = _COLUMNS["micro_credential"][0], Style(size=7.5, bold=True, colour=SOFT)
    paper.write_down(document_word(code, paper.language), style, x=x, width=_BROAD, after=0.4)


def _entry_height(paper: PdfDocument, told: Facts, texts: Sequence[str]) -> float:
    title = paper.height(told.first("title"), _TITLE, _COLUMNS["micro_credential"][1])
    return max(34.0, title + sum(paper.height(text, _TEXT, _BROAD - 4) + 0.5 for text in texts) + 26)


def _cells(told: Facts, language: str) -> dict[str, str]:
    return {
        "micro_credential": told.first("title"),
        "date": day(told.awarded_at, language),
        "hours": _number(told.hours, language),
        "credits": _number(told.credits, language),
        "level": "\n".join(told.elements.get("level", ())),
        "grade": "\n".join(told.elements.get("grade", ())) or "–",
    }


def _number(number: Decimal | None, language: str) -> str:
    if number is None:
        return "–"
    text = plain(round(number, 2))
    return text.replace(".", ",") if language == "lv" else text


def _end(paper: PdfDocument, every: Sequence[Facts]) -> None:
    """The sums, and that each line stands for itself."""
    language = paper.language
    paper.keep_together(30)
    paper.line_across(paper.y)
    paper.y += 3
    top = paper.y
    bold = Style(size=9.5, bold=True, leading=1.4)
    hours = sum((told.hours or Decimal() for told in every), Decimal())
    credits = sum((told.credits or Decimal() for told in every), Decimal())
    for code, text in (
        ("micro_credential", document_word("total", language)),
        ("hours", _number(hours, language)),
        ("credits", _number(credits, language)),
    ):
        paper.y = top
        x, width = _COLUMNS[code]
        paper.write_down(text, bold, x=x, width=width)
    paper.y += 6
    paper.write_down(document_word("each_is_signed", language), _SMALL)
