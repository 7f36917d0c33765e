"""recognition_pack: a recognition pack as a PDF in several languages, with the signed pack attached.

What the PDF says of its own seal is no part of the pack, which is signed before anybody knows whether there is one.
Every word about a badge is from the pack, so the PDF and the data cannot say different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from badges.eu.annex_1 import ELEMENTS
from badges.pdf.content import day, split_address
from badges.pdf.document import LEFT, MUTED, RIGHT, TOP, PdfDocument, Style, palette
from badges.recognition_pack.signed import FILE_NAME
from badges.recognition_pack.words import pack_texts, pack_word
from badges.sentences import document_word
from badges.template.fields import Texts
from badges.template.model import text_in
from signing.json_text import Json
from signing.timestamps import from_timestamp

_LABEL_WIDTH = 46.0
_QR = 24.0
_TITLE = Style(size=24, bold=True, leading=1.2)
_NAME = Style(size=15, bold=True, leading=1.3)
_LABEL = Style(size=8.5, bold=True)
_TEXT = Style(size=8.5)
_PLAIN = Style(size=9.5)
_SMALL = Style(size=7.5, colour=MUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBy:
    """Whom the certificate of a seal names: the organisation, and its identifier."""

    organisation: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPack:
    """A pack to draw: its JSON, the text that was signed, which is attached, and who is going to seal the PDF."""

    document: Json = field(repr=False)
    signed: str = field(repr=False)
    sealed_by: SealedBy | None = None


def recognition_pack(pack: DrawnPack, languages: Sequence[str]) -> bytes:
    """The PDF: all of it in the first language, then all of it in the next. The same pack gives the same bytes."""
    issuer = text_in(pack.document["issuer"]["name"], languages[0])
    document = PdfDocument(
        title=f"{pack_word('title', languages[0])} – {issuer}",
        author=issuer,
        language=languages[0],
        made_at=from_timestamp(pack.document["issued"]),
    )
    for language in languages:
        document.speak(language)
        _cover(document, pack.document, language)
        for badge in pack.document["badges"]:
            _badge(document, badge, language)
        _annex(document, pack, language)
    if document.leaves_out_characters:
        document.write_text(document_word("characters_not_printed", languages[0]), _SMALL)
    attached = pack_word("attached", languages[0])
    document.attach(FILE_NAME, pack.signed.encode(), "application/json", attached)
    return document.as_pdf()


def _cover(document: PdfDocument, pack: Json, language: str) -> None:
    document.add_page()
    document.filled_rectangle(0, 0, 210, 4, palette(None)[0])
    document.y = TOP + 4
    document.write_text(pack_word("title", language), _TITLE, tag="H1", after=4)
    document.write_text(pack_word("purpose", language), _PLAIN, after=6)
    _row(
        document, pack_word("by", language), (text_in(pack["issuer"]["name"], language), pack["issuer"]["id"])
    )
    _row(document, pack_word("made_on", language), (_day(pack["issued"], language),))
    document.y += 5
    document.write_text(pack_word("contents", language), _NAME, tag="H2", after=2)
    for number, badge in enumerate(pack["badges"], 1):
        elements = badge["elements"]
        about = (_first(elements, "learner", language), _first(elements, "date_of_issuing", language))
        _row(document, f"{number}.", (text_in(badge["title"], language), *filter(None, about)))


def _badge(document: PdfDocument, badge: Json, language: str) -> None:
    document.add_page()
    document.y = TOP
    title = text_in(badge["title"], language)
    document.write_text(title, _NAME, width=RIGHT - LEFT - _QR - 6, tag="H2", after=1)
    page, address = document.page, "\n".join(split_address(badge["page"]))
    document.write_text(document_word("check", language), _SMALL, width=RIGHT - LEFT - _QR - 6)
    document.write_text(address, _SMALL, width=RIGHT - LEFT - _QR - 6)
    if document.page == page:
        document.qr_code(badge["page"], RIGHT - _QR, TOP, _QR, document_word("qr_code", language))
        document.y = max(document.y, TOP + _QR) + 4
    for element in ELEMENTS:
        _row(
            document,
            text_in(element.label, language),
            _texts(badge["elements"].get(element.code, ()), language),
        )
    _row(document, pack_word("valid_then", language), _texts(badge["qualityOnTheDay"], language))
    _row(document, pack_word("legal_basis", language), _texts(badge["legalBasis"], language))
    for detail in badge["details"]:
        _row(document, text_in(detail["label"], language), _texts(detail["values"], language))
    if "validUntil" in badge:
        _row(document, document_word("valid_until", language), (_day(badge["validUntil"], language),))
    _row(document, document_word("identifier", language), (badge["credentialId"],))


def _annex(document: PdfDocument, pack: DrawnPack, language: str) -> None:
    document.break_page_unless_fits(70)
    document.y += 6
    document.write_text(pack_word("how_to_verify", language), _NAME, tag="H2", after=2)
    document.write_text(text_in(pack.document["howToVerify"], language), _PLAIN)
    document.write_text(text_in(_about_the_seal(pack.sealed_by), language), _PLAIN)


def _about_the_seal(sealed_by: SealedBy | None) -> Texts:
    if sealed_by is None:
        return pack_texts("pdf_without_seal")
    return pack_texts("pdf_with_seal", organisation=sealed_by.organisation, identifier=sealed_by.identifier)


def _row(document: PdfDocument, label: str, values: Sequence[str]) -> None:
    """Writes a label at the left and its values at the right; nothing where there are none."""
    if not values:
        return
    x = LEFT + _LABEL_WIDTH
    width = RIGHT - x
    height = max(
        document.height(label, _LABEL, _LABEL_WIDTH - 4),
        sum(document.height(value, _TEXT, width) for value in values),
    )
    document.break_page_unless_fits(height + 4)
    document.horizontal_line(document.y)
    document.y += 1.6
    top = document.y
    document.write_text(label, _LABEL, width=_LABEL_WIDTH - 4)
    label_end, page = document.y, document.page
    document.y = top
    for value in values:
        document.write_text(value, _TEXT, x=x, width=width, after=0.4)
    document.y = (max(document.y, label_end) if document.page == page else document.y) + 1.4


def _day(timestamp: str, language: str) -> str:
    return day(from_timestamp(timestamp), language)


def _texts(values: Sequence[Texts], language: str) -> tuple[str, ...]:
    return tuple(text_in(value, language) for value in values)


def _first(elements: Json, code: str, language: str) -> str:
    return next(iter(_texts(elements.get(code, ()), language)), "")
