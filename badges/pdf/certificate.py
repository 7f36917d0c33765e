"""certificate: one badge as a document to keep, to print and to hand in, with the signed credential attached to it.

The first page is for people; the second says every element of an EU micro-credential, in the order of Annex I. All of
it comes from the signed credential itself.
"""

from __future__ import annotations

from badges.eu.elements import ELEMENTS
from badges.pdf.document import (
    LEFT,
    RIGHT,
    SOFT,
    TOP,
    Colour,
    PdfDocument,
    Style,
    Tag,
    palette,
    tint,
)
from badges.pdf.facts import Facts, Issued, address_in_two, day, facts
from badges.sentences import document_word
from badges.template.model import text_in

# A column at the left has the badge and its figures; the text stands beside it.
_BAR = 4.0
_ASIDE = 67.0
_ASIDE_LEFT, _ASIDE_WIDTH = 14.0, 43.0
_MAIN = 79.0
_SEAL = 246.0
_QR = 31.0

_OVERLINE = Style(size=8, bold=True, colour=SOFT, spread=1.2)
_LABEL = Style(size=7.5, colour=SOFT, leading=1.45)
_FIGURE = Style(size=10.5, bold=True, leading=1.4)
_TEXT = Style(size=9.5)
_SMALL = Style(size=7.5, colour=SOFT)


def certificate(issued: Issued, language: str) -> bytes:
    """The PDF, worded in `language`. The same badge always gives the same bytes."""
    told = facts(issued, language)
    paper = PdfDocument(
        title=f"{told.first('title')} – {told.first('learner')}",
        author=told.first("awarding_body"),
        language=language,
        made_at=told.awarded_at,
    )
    paper.add_page()
    _front(paper, issued, told)
    paper.add_page()
    _supplement(paper, told, palette(issued.colours)[0])
    paper.attach(
        "credential.json",
        issued.text.encode(),
        "application/vc+ld+json",
        document_word("attached", language),
    )
    return paper.as_pdf()


def _front(paper: PdfDocument, issued: Issued, told: Facts) -> None:
    deep, bright, _accent = palette(issued.colours)
    paper.block(0, 0, _ASIDE, 297, tint(bright, 0.09))
    paper.block(0, 0, _BAR, 297, deep)
    paper.y = TOP + 2
    issuer = Style(size=9, bold=True, colour=deep, spread=1.2)
    _main(paper, told.first("awarding_body").upper(), issuer, after=30)
    _main(paper, document_word("micro_credential", paper.language).upper(), _OVERLINE, after=3)
    title = paper.largest_of((27, 23, 19, 15), told.first("title"), RIGHT - _MAIN, lines=4)
    _main(paper, told.first("title"), Style(size=title, bold=True, colour=deep, leading=1.18), "H1", after=10)
    _main(paper, document_word("awarded_to", paper.language), _LABEL)
    name = paper.largest_of((17, 13, 10), told.first("learner"), RIGHT - _MAIN, lines=2)
    _main(paper, told.first("learner"), Style(size=name, bold=True, leading=1.3), "H2", after=10)
    _if_it_fits(paper, (told.description,), _TEXT)
    _if_it_fits(
        paper,
        told.elements.get("learning_outcomes", ()),
        _TEXT,
        document_word("learning_outcomes", paper.language),
    )
    _if_it_fits(paper, (told.criteria,), _TEXT, document_word("criteria", paper.language))
    _seal(paper, told)
    _aside(paper, issued, told)


def _main(paper: PdfDocument, text: str, style: Style, tag: Tag = "P", after: float = 0) -> None:
    paper.write_down(text, style, x=_MAIN, width=RIGHT - _MAIN, tag=tag, after=after)


def _if_it_fits(paper: PdfDocument, texts: tuple[str, ...], style: Style, heading: str = "") -> None:
    """The texts, where all of them find room above the seal; several are a list. The credential has them anyway."""
    listed = len(texts) > 1
    indent = 4.5 if listed else 0.0
    width = RIGHT - _MAIN - indent
    height = sum(paper.height(text, style, width) + 1.4 for text in texts) + (8 if heading else 4)
    if not any(texts) or paper.y + height > _SEAL - 4:
        return
    if heading:
        _main(paper, heading, Style(size=9.5, bold=True), "H3", after=1.6)
    for text in texts:
        if listed:
            paper.bullet(_MAIN, style)
        tag: Tag = "LI" if listed else "P"
        paper.write_down(text, style, x=_MAIN + indent, width=width, tag=tag, after=1.4)
    paper.y += 4


def _aside(paper: PdfDocument, issued: Issued, told: Facts) -> None:
    """The badge, its figures, and how to check it."""
    language = paper.language
    words = document_word("badge_picture", language)
    paper.picture(issued.png, _ASIDE_LEFT - 2, TOP, _ASIDE_WIDTH + 4, words)
    paper.y = TOP + _ASIDE_WIDTH + 16
    figures = [
        ("date", told.elements.get("date_of_issuing", ())),
        ("workload", told.elements.get("notional_workload", ())),
        ("level", told.elements.get("level", ())),
        ("grade", told.elements.get("grade", ())),
        ("valid_until", (day(told.valid_until, language),) if told.valid_until else ()),
    ]
    for code, values in figures:
        height = paper.height("\n".join(values), _FIGURE, _ASIDE_WIDTH + 6) + _LABEL.line
        if values and paper.y + height < _SEAL - _QR - 6:  # the second page has them anyway
            _aside_text(paper, document_word(code, language), _LABEL, after=0.3)
            _aside_text(paper, "\n".join(values), _FIGURE, after=4.5)
    paper.y = _SEAL
    paper.qr_code(issued.page_url, _ASIDE_LEFT, _SEAL - _QR - 4, _QR, document_word("qr_code", language))
    _aside_text(paper, document_word("check", language), Style(size=8.5, bold=True), after=0.5)
    _aside_text(paper, "\n".join(address_in_two(issued.page_url)), Style(size=6.5, colour=SOFT))


def _aside_text(paper: PdfDocument, text: str, style: Style, after: float = 0) -> None:
    paper.write_down(text, style, x=_ASIDE_LEFT, width=_ASIDE_WIDTH + 6, after=after)


def _seal(paper: PdfDocument, told: Facts) -> None:
    """Who awards it, when, and where the signature is."""
    language = paper.language
    paper.line_across(_SEAL - 3, _MAIN, RIGHT - _MAIN)
    paper.y = _SEAL
    issuer, *others = told.elements.get("awarding_body", ("",))
    _main(paper, issuer, Style(size=9.5, bold=True))
    number = f"{document_word('registration', language)} {told.registration}" if told.registration else ""
    _main(paper, "\n".join(filter(None, (told.issuer_address, number))), _SMALL, after=0.5)
    if others:
        together = f"{document_word('together_with', language)} {', '.join(others)}"
        _main(paper, together, Style(size=8.5), after=0.5)
    paper.y += 1.5
    _main(paper, document_word("signed", language), _SMALL)


def _supplement(paper: PdfDocument, told: Facts, deep: Colour) -> None:
    """Each element with its number, its name and what the credential says of it."""
    language = paper.language
    paper.y = TOP
    title = Style(size=16, bold=True, colour=deep, leading=1.3)
    paper.write_down(document_word("supplement", language), title, tag="H2", after=1)
    paper.write_down(document_word("recommendation", language), _SMALL, after=5)
    for element in ELEMENTS:
        values = told.elements.get(element.code, ())
        if values:
            _element(paper, str(element.number), text_in(element.label, language), values)
    paper.line_across(paper.y)
    paper.y += 3
    paper.write_down(f"{document_word('identifier', language)}: {told.credential_id}", _SMALL)


def _element(paper: PdfDocument, number: str, label: str, values: tuple[str, ...]) -> None:
    """A row: the name at the left, what is said of it at the right."""
    name, text, broad = Style(size=8.5, bold=True), Style(size=8.5), RIGHT - _MAIN
    lines = max(
        paper.height(label, name, _MAIN - LEFT - 14),
        sum(paper.height(value, text, broad) for value in values),
    )
    paper.keep_together(lines + 4)
    paper.line_across(paper.y)
    paper.y += 2
    top = paper.y
    paper.write_down(number, Style(size=8.5, colour=SOFT), x=LEFT, width=7)
    paper.y = top
    paper.write_down(label, name, x=LEFT + 7, width=_MAIN - LEFT - 14)
    under, page = paper.y, paper.page
    paper.y = top
    for value in values:
        paper.write_down(value, text, x=_MAIN, width=broad, after=0.4)
    paper.y = (max(paper.y, under) if paper.page == page else paper.y) + 1.6
