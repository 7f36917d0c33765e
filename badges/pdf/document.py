"""Paper: an A4 document of ours as PDF/A-3, with its letters in it, tagged, and with files attached.

It is made to be kept: nothing in it is fetched, and the same content always gives the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import segno
from fpdf import FPDF, ViewerPreferences
from fpdf.fonts import TTFFont
from PIL import ImageColor

from badges.sentences import document_word
from badges.vocabularies import vocabulary
from signing.timestamps import as_timestamp

Colour = tuple[int, int, int]
#: The structure types of PDF that we use.
Tag = Literal["H1", "H2", "H3", "P", "LI"]

INK: Colour = (27, 32, 40)
SOFT: Colour = (92, 101, 114)
LINE: Colour = (214, 219, 226)
LEFT, RIGHT, TOP, BOTTOM = 22.0, 188.0, 22.0, 274.0
_FOOT = 283.0
_FONTS = Path(__file__).parents[1] / "fonts"
_PRODUCER = "Nozimite"
#: Keeps the place of the number of pages until it is known: letters that no text can bring, for no font has them.
_ALL_PAGES = "\ue000" * 3
_MILLIMETRES = 25.4 / 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text looks: its size in points, the height of a line as a multiple of that, letters spread or not."""

    size: float = 9.5
    bold: bool = False
    colour: Colour = INK
    leading: float = 1.5
    spread: float = 0.0

    @property
    def line(self) -> float:
        return self.size * self.leading * _MILLIMETRES


class PdfDocument(FPDF):
    """Pages in millimetres. What is written goes down from `y`, and on to a new page where this one is full."""

    def __init__(self, *, title: str, author: str, language: str, made_at: datetime) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3U")
        title, author = " ".join(_clean(title).split()), " ".join(_clean(author).split())
        self.alias_nb_pages(_ALL_PAGES)
        self.language = language
        self.c_margin = 0
        self.set_margins(LEFT, TOP)
        self.set_auto_page_break(False)
        self.add_font("Manrope", "", _FONTS / "Manrope-Medium.ttf")
        self.add_font("Manrope", "B", _FONTS / "Manrope-Bold.ttf")
        self.set_font("Manrope")
        self.set_lang(language)
        self.set_title(title)
        self.set_author(author)
        self.set_producer(_PRODUCER)
        self.set_creation_date(made_at)
        self.set_xmp_metadata(_xmp(title, author, made_at))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def footer(self) -> None:
        """The number of the page."""
        said = document_word("page", self.language)
        with self.unspoken():
            self._use(Style(size=7.5, colour=SOFT))
            self.set_xy(RIGHT - self.get_string_width(said.format(page=9, pages=9)), _FOOT)
            self.cell(text=said.format(page=self.page_no(), pages=_ALL_PAGES))

    # --- texts

    def write_down(
        self,
        text: str,
        style: Style,
        *,
        x: float = LEFT,
        width: float = RIGHT - LEFT,
        tag: Tag = "P",
        after: float = 0.0,
    ) -> None:
        """The text from `y` down, in lines of `width`, and `after` it as much space."""
        rest = self.lines(text, style, width)
        while rest:
            if self.y + style.line > BOTTOM:
                self.add_page()
            fitting = max(1, int((BOTTOM - self.y) / style.line))
            with self.tagged(tag):
                self._use(style)
                for line in rest[:fitting]:
                    self.set_xy(x, self.y)
                    self.cell(width, style.line, line, new_y="NEXT")
            rest = rest[fitting:]
        self.y += after

    def lines(self, text: str, style: Style, width: float) -> list[str]:
        """The text as it breaks into lines of `width`."""
        self._use(style)
        told = self.multi_cell(
            width, style.line, self._writable(text), align="L", dry_run=True, output="LINES"
        )
        assert isinstance(told, list)
        return [line.strip() for line in told]

    def height(self, text: str, style: Style, width: float) -> float:
        """How far down the text would reach."""
        return len(self.lines(text, style, width)) * style.line

    def largest_of(self, sizes: tuple[float, ...], text: str, width: float, lines: int) -> float:
        """The first of the sizes in which the bold text takes no more lines than that; else the last."""
        fitting = (
            size for size in sizes if len(self.lines(text, Style(size=size, bold=True), width)) <= lines
        )
        return next(fitting, sizes[-1])

    def keep_together(self, height: float) -> bool:
        """Turns the page unless so much fits on this one; says whether it did."""
        turned = self.y + min(height, BOTTOM - TOP) > BOTTOM
        if turned:
            self.add_page()
        return turned

    def _use(self, style: Style) -> None:
        self.set_font("Manrope", "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)
        self.set_char_spacing(style.spread)

    def _writable(self, text: str) -> str:
        """The text in letters that the font has: PDF/A knows no missing ones."""
        font = self.fonts["manrope"]
        assert isinstance(font, TTFFont)
        letters = font.cmap
        return "".join(letter if letter == "\n" or ord(letter) in letters else "?" for letter in _clean(text))

    # --- pictures and shapes

    def picture(self, png: bytes, x: float, y: float, side: float, words: str) -> None:
        """A square picture; `words` are for those who cannot see it."""
        self.image(BytesIO(png), x, y, side, side, alt_text=words, keep_aspect_ratio=True)

    def qr_code(self, url: str, x: float, y: float, side: float, words: str) -> None:
        """The address as a QR code, drawn as shapes: sharp at any size."""
        rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
        module = side / len(rows)
        with self.tagged("Figure", words):
            self.set_fill_color(*INK)
            for number, row in enumerate(rows):
                start = 0
                while (start := row.find(1, start)) >= 0:
                    end = row.find(0, start)
                    end = len(row) if end < 0 else end
                    # A hair wider than its place: no white lines between rows on a screen.
                    self.rect(
                        x + start * module, y + number * module, (end - start) * module, module * 1.02, "F"
                    )
                    start = end
        self.link(x, y, side, side, url)

    def block(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A coloured rectangle that says nothing."""
        with self.unspoken():
            self.set_fill_color(*colour)
            self.rect(x, y, width, height, "F")

    def bullet(self, x: float, style: Style) -> None:
        """A dot before the line that comes next."""
        with self.unspoken():
            self.set_fill_color(*SOFT)
            self.circle(x + 1, self.y + style.line * 0.5, 0.55, "F")

    def line_across(self, y: float, x: float = LEFT, width: float = RIGHT - LEFT) -> None:
        self.block(x, y, width, 0.25, LINE)

    # --- what PDF says beside the ink

    @contextmanager
    def tagged(self, kind: Tag | Literal["Figure"], words: str | None = None) -> Iterator[None]:
        """What is drawn inside has this place in the document's structure. FPDF itself tags pictures only."""
        number = self.struct_builder.next_mcid_for_page(self.page)
        _, parents = self.struct_builder.add_marked_content(
            page_number=self.page, struct_type=f"/{kind}", mcid=number, alt_text=words
        )
        self.pages[self.page].struct_parents = parents
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def unspoken(self) -> Iterator[None]:
        """What is drawn inside is for the eye alone: a reading voice leaves it out."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def attach(self, name: str, content: bytes, media_type: str, words: str) -> None:
        """The file that the document was made from."""
        self.embed_file(
            basename=name,
            bytes=content,
            mime_type=media_type,
            desc=words,
            modification_date=self.creation_date,
            associated_file_relationship="Source",
            compress=True,
        )

    def as_pdf(self) -> bytes:
        """The document, finished. FPDF reads of a font what it needs, and leaves its file open."""
        try:
            return bytes(self.output())
        finally:
            for font in self.fonts.values():
                assert isinstance(font, TTFFont)
                font.ttfont.close()


def _clean(text: str) -> str:
    """The text with its accents on their letters, and without what has no shape: controls, marks of direction."""
    composed = unicodedata.normalize("NFC", text.replace("\t", " "))
    return "".join(
        letter
        for letter in composed
        if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )


def palette(colours: str | None) -> tuple[Colour, Colour, Colour]:
    """The deep, the bright and the accent colour of a palette of badge pictures."""
    names = vocabulary("colours")
    more = names[colours].more if colours and colours in names else next(iter(names)).more
    deep, bright, accent = (ImageColor.getrgb(more[name])[:3] for name in ("deep", "bright", "accent"))
    return deep, bright, accent


def tint(colour: Colour, share: float) -> Colour:
    """The colour on white, so much of it."""
    red, green, blue = (round(255 - (255 - part) * share) for part in colour)
    return red, green, blue


def _xmp(title: str, author: str, made_at: datetime) -> str:
    """What the document says of itself to archives; FPDF's own would name the moment of printing."""
    moment = as_timestamp(made_at)
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
   <xmp:CreateDate>{moment}</xmp:CreateDate>
   <xmp:ModifyDate>{moment}</xmp:ModifyDate>
   <pdf:Producer>{_PRODUCER}</pdf:Producer>
   <pdfaid:part>3</pdfaid:part>
   <pdfaid:conformance>U</pdfaid:conformance>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
