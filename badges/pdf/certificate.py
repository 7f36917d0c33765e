"""certificate: one badge as a PDF to keep and print, with the secured credential attached.

The first page is a summary; the second lists every element of the EU micro-credential in the order of Annex I. All text
comes from the secured credential.
"""

from __future__ import annotations

from badges.eu.annex_1 import ELEMENTS
from badges.font_runs import drawable, undrawable
from badges.pdf.content import BadgeContent, IssuedBadge, day, read_content, split_address
from badges.pdf.document import (
    BOTTOM,
    LEFT,
    MUTED,
    RIGHT,
    TOP,
    Colour,
    PdfDocument,
    Style,
    Tag,
    palette,
    tint,
)
from badges.sentences import document_word
from badges.template.model import text_in

# In millimetres. A side column at the left has the badge and its key figures; the text is to the right of it.
_BAR = 4.0
_ASIDE = 67.0
_ASIDE_LEFT, _ASIDE_WIDTH = 14.0, 43.0
_MAIN = 79.0
_SIGNATURE_TOP = 246.0
_QR = 31.0

#: A label, and its values.
_Row = tuple[str, tuple[str, ...]]

_OVERLINE = Style(size=8, bold=True, colour=MUTED, letter_spacing=1.2)
_LABEL = Style(size=7.5, colour=MUTED, leading=1.45)
_FIGURE = Style(size=10.5, bold=True, leading=1.4)
_TEXT = Style(size=9.5)
_SMALL = Style(size=7.5, colour=MUTED)


def certificate(badge: IssuedBadge, language: str) -> bytes:
    """The PDF with headings in `language`. The same badge always gives the same bytes."""
    content = read_content(badge, language)
    document = PdfDocument(
        title=f"{content.first('title')} – {content.first('learner')}",
        author=content.first("awarding_body"),
        language=language,
        made_at=content.awarded_at,
    )
    document.add_page()
    left_out = _summary_page(document, badge, content)
    document.add_page()
    _elements_page(document, content, left_out, palette(badge.colours)[0])
    document.attach(
        "credential.json",
        badge.text.encode(),
        "application/vc+ld+json",
        document_word("attached", language),
    )
    return document.as_pdf()


def _summary_page(document: PdfDocument, badge: IssuedBadge, content: BadgeContent) -> list[_Row]:
    """Writes the first page; what had no room there, and is no element, as rows for the second."""
    deep, bright, _accent = palette(badge.colours)
    document.filled_rectangle(0, 0, _ASIDE, 297, tint(bright, 0.09))
    document.filled_rectangle(0, 0, _BAR, 297, deep)
    document.y = TOP + 2
    issuer = Style(size=9, bold=True, colour=deep, letter_spacing=1.2)
    _main(document, content.first("awarding_body").upper(), issuer)
    # The title stands at the same height, unless the name above it has many lines.
    document.y = max(document.y + 8, TOP + 2 + issuer.line + 30)
    _main(document, document_word("micro_credential", document.language).upper(), _OVERLINE, after=3)
    title = document.largest_fitting_size((27, 23, 19, 15), content.first("title"), RIGHT - _MAIN, lines=4)
    _main(
        document,
        content.first("title"),
        Style(size=title, bold=True, colour=deep, leading=1.18),
        "H1",
        after=10,
    )
    _main(document, document_word("awarded_to", document.language), _LABEL)
    learner = content.first("learner")
    name = document.largest_fitting_size((17, 13, 10), learner, RIGHT - _MAIN, lines=2)
    if drawable(learner):
        _main(document, learner, Style(size=name, bold=True, leading=1.3), "H2")
    if undrawable(learner):
        _main(document, document_word("name_not_printed", document.language), _SMALL)
    document.y += 10
    foot = _signature_top(document, content)
    language = document.language
    criteria = document_word("criteria", language)
    has_description = _if_it_fits(document, foot, (content.description,), _TEXT)
    outcomes = content.elements.get("learning_outcomes", ())
    _if_it_fits(document, foot, outcomes, _TEXT, document_word("learning_outcomes", language))
    has_criteria = _if_it_fits(document, foot, (content.criteria,), _TEXT, criteria)
    _signature_block(document, content, foot)
    _aside(document, badge, content)
    description = (document_word("description", language), (content.description,))
    return [
        *([] if has_description else [description]),
        *([] if has_criteria else [(criteria, (content.criteria,))]),
    ]


def _main(document: PdfDocument, text: str, style: Style, tag: Tag = "P", after: float = 0) -> None:
    document.write_text(text, style, x=_MAIN, width=RIGHT - _MAIN, tag=tag, after=after)


def _if_it_fits(
    document: PdfDocument, foot: float, texts: tuple[str, ...], style: Style, heading: str = ""
) -> bool:
    """Writes the texts, several as a list, if all of them fit above the signature block, which begins at `foot`.

    Whether they are there: True also where there is no text.
    """
    listed = len(texts) > 1
    indent = 4.5 if listed else 0.0
    width = RIGHT - _MAIN - indent
    height = sum(document.height(text, style, width) + 1.4 for text in texts) + (8 if heading else 4)
    if not any(texts):
        return True
    if document.y + height > foot - 4:
        return False
    if heading:
        _main(document, heading, Style(size=9.5, bold=True), "H3", after=1.6)
    for text in texts:
        if listed:
            document.bullet(_MAIN, style)
        tag: Tag = "LI" if listed else "P"
        document.write_text(text, style, x=_MAIN + indent, width=width, tag=tag, after=1.4)
    document.y += 4
    return True


def _aside(document: PdfDocument, badge: IssuedBadge, content: BadgeContent) -> None:
    """Draws the side column: the badge, its key figures, and how to verify it."""
    language = document.language
    alt_text = document_word("badge_picture", language)
    document.picture(badge.png, _ASIDE_LEFT - 2, TOP, _ASIDE_WIDTH + 4, alt_text)
    document.y = TOP + _ASIDE_WIDTH + 16
    figures = [
        ("date", content.elements.get("date_of_issuing", ())),
        ("workload", content.elements.get("notional_workload", ())),
        ("level", content.elements.get("level", ())),
        ("grade", content.elements.get("grade", ())),
        ("valid_until", (day(content.valid_until, language),) if content.valid_until else ()),
    ]
    for code, values in figures:
        height = document.height("\n".join(values), _FIGURE, _ASIDE_WIDTH + 6) + _LABEL.line
        if values and document.y + height < _SIGNATURE_TOP - _QR - 6:  # else only on the second page
            _aside_text(document, document_word(code, language), _LABEL, after=0.3)
            _aside_text(document, "\n".join(values), _FIGURE, after=4.5)
    document.y = _SIGNATURE_TOP
    document.qr_code(
        badge.page_url, _ASIDE_LEFT, _SIGNATURE_TOP - _QR - 4, _QR, document_word("qr_code", language)
    )
    _aside_text(document, document_word("check", language), Style(size=8.5, bold=True), after=0.5)
    _aside_text(document, "\n".join(split_address(badge.page_url)), Style(size=6.5, colour=MUTED))


def _aside_text(document: PdfDocument, text: str, style: Style, after: float = 0) -> None:
    document.write_text(text, style, x=_ASIDE_LEFT, width=_ASIDE_WIDTH + 6, after=after)


def _signature_texts(document: PdfDocument, content: BadgeContent) -> list[tuple[str, Style, float]]:
    """The awarding bodies and the note that the credential is signed: text, style, and the space below it."""
    language = document.language
    issuer, *others = content.elements.get("awarding_body", ("",))
    size = document.largest_fitting_size((9.5, 8, 7), issuer, RIGHT - _MAIN, lines=2)
    number = (
        f"{document_word('registration', language)} {content.registration}" if content.registration else ""
    )
    together = f"{document_word('together_with', language)} {', '.join(others)}" if others else ""
    unprinted = document_word("issuer_not_printed", language) if undrawable(issuer) else ""
    texts = [
        (drawable(issuer), Style(size=size, bold=True), 0.0),
        (unprinted, _SMALL, 0.5),
        ("\n".join(filter(None, (content.issuer_address, number))), _SMALL, 0.5),
        (together, Style(size=8.5), 0.5),
    ]
    return [*(each for each in texts if each[0]), (document_word("signed", language), _SMALL, 0.0)]


def _signature_top(document: PdfDocument, content: BadgeContent) -> float:
    """Where the block at the foot of the page begins: beside the QR code, or higher where it has more lines."""
    texts = _signature_texts(document, content)
    height = sum(document.height(text, style, RIGHT - _MAIN) + after for text, style, after in texts) + 2.0
    return min(_SIGNATURE_TOP, BOTTOM - height)


def _signature_block(document: PdfDocument, content: BadgeContent, top: float) -> None:
    """Writes the block at the foot of the page."""
    document.horizontal_line(top - 3, _MAIN, RIGHT - _MAIN)
    document.y = top
    *bodies, (signed, style, _) = _signature_texts(document, content)
    for text, look, after in bodies:
        _main(document, text, look, after=after)
    document.y += 1.5
    _main(document, signed, style)


def _elements_page(document: PdfDocument, content: BadgeContent, left_out: list[_Row], deep: Colour) -> None:
    """Writes the second page: each element with its number, its name and its values; then all else that is signed."""
    language = document.language
    document.y = TOP
    title = Style(size=16, bold=True, colour=deep, leading=1.3)
    document.write_text(document_word("supplement", language), title, tag="H2", after=1)
    document.write_text(document_word("recommendation", language), _SMALL, after=5)
    # The mandatory ones are all there, so theirs are the numbers of Annex I; of the others some may be left out.
    stated = [element for element in ELEMENTS if content.elements.get(element.code)]
    for number, element in enumerate(stated, 1):
        _element(document, str(number), text_in(element.label, language), content.elements[element.code])
    _further_rows(document, [*left_out, *_validity(content, language), *content.details])
    document.horizontal_line(document.y)
    document.y += 3
    document.write_text(f"{document_word('identifier', language)}: {content.credential_id}", _SMALL)
    if document.leaves_out_characters:
        document.write_text(document_word("characters_not_printed", language), _SMALL)


def _validity(content: BadgeContent, language: str) -> list[_Row]:
    if content.valid_until is None:
        return []
    return [(document_word("valid_until", language), (day(content.valid_until, language),))]


def _further_rows(document: PdfDocument, rows: list[_Row]) -> None:
    """Writes what is no element of Annex I, under a heading of its own."""
    if not rows:
        return
    document.break_page_unless_fits(24)
    document.y += 4
    document.write_text(
        document_word("further", document.language), Style(size=11, bold=True), tag="H3", after=2
    )
    for label, values in rows:
        _element(document, "", label, values)


def _element(document: PdfDocument, number: str, label: str, values: tuple[str, ...]) -> None:
    """Writes a row: number and name at the left, the values at the right."""
    name, text, width = Style(size=8.5, bold=True), Style(size=8.5), RIGHT - _MAIN
    height = max(
        document.height(label, name, _MAIN - LEFT - 14),
        sum(document.height(value, text, width) for value in values),
    )
    document.break_page_unless_fits(height + 4)
    document.horizontal_line(document.y)
    document.y += 2
    top = document.y
    if number:
        document.write_text(number, Style(size=8.5, colour=MUTED), x=LEFT, width=7)
    document.y = top
    document.write_text(label, name, x=LEFT + 7, width=_MAIN - LEFT - 14)
    label_end, page = document.y, document.page
    document.y = top
    for value in values:
        document.write_text(value, text, x=_MAIN, width=width, after=0.4)
    document.y = (max(document.y, label_end) if document.page == page else document.y) + 1.6
