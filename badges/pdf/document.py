"""PdfDocument: an A4 document as tagged PDF/A-3U with embedded fonts and attached files.

It is for archives: nothing in it is fetched, and the same content always gives the same bytes.

Source: ISO 19005-3 (PDF/A-3), ISO 32000-1 section 14.8 (tagged PDF).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal, cast
from xml.sax.saxutils import escape

import segno
from fpdf import FPDF, ViewerPreferences
from fpdf.fonts import TTFFont
from PIL import ImageColor

from badges.font_runs import MAIN, Font, Run, drawable, font_runs, is_plain, undrawable
from badges.line_breaks import broken
from badges.readable import readable
from badges.sentences import document_word
from badges.vocabularies import vocabulary
from signing.timestamps import as_timestamp

Colour = tuple[int, int, int]
#: The structure types of tagged PDF that we use.
Tag = Literal["H1", "H2", "H3", "P", "LI"]

TEXT_COLOUR: Colour = (27, 32, 40)
MUTED: Colour = (92, 101, 114)
LINE_COLOUR: Colour = (214, 219, 226)
LEFT, RIGHT, TOP, BOTTOM = 22.0, 188.0, 22.0, 274.0
_FOOTER = 283.0
_PRODUCER = "Nozimite"
#: Replaced by the number of pages at the end. These are private-use characters, which no text can contain by then:
#: no font has them, so `drawable` has left them out.
_PAGE_COUNT_PLACEHOLDER = "\ue000" * 3
_MILLIMETRES_PER_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text looks: `size` in points, `leading` as a multiple of it, `letter_spacing` in points."""

    size: float = 9.5
    bold: bool = False
    colour: Colour = TEXT_COLOUR
    leading: float = 1.5
    letter_spacing: float = 0.0

    @property
    def line(self) -> float:
        """The height of a line in millimetres."""
        return self.size * self.leading * _MILLIMETRES_PER_POINT


class PdfDocument(FPDF):
    """A document measured in millimetres from the upper left; texts continue at `y`, on a new page if this one is full.

    Whatever is drawn belongs inside `tagged` or `artifact`: screen readers speak the first and skip the second.
    """

    def __init__(self, *, title: str, author: str, language: str, made_at: datetime) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3U")
        title, author = " ".join(readable(title).split()), " ".join(readable(author).split())
        self.alias_nb_pages(_PAGE_COUNT_PLACEHOLDER)
        self.language = self._language_of_page = self._main_language = language
        self.c_margin = 0
        self.set_margins(LEFT, TOP)
        self.set_auto_page_break(False)
        #: Whether a text had characters that no font has, which are not in the document.
        self.leaves_out_characters = False
        #: What was broken into lines: a text is measured before it is written.
        self._lines: dict[tuple[str, Style, float], list[str]] = {}
        self._add_font(MAIN)
        self.set_font(MAIN.name)
        self.set_lang(language)
        self.set_title(title)
        self.set_author(author)
        self.set_producer(_PRODUCER)
        self.set_creation_date(made_at)
        self.set_xmp_metadata(_xmp(title, author, made_at))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def speak(self, language: str) -> None:
        """From now on texts are in that language: readers hear them so. Pages that begin are numbered in it."""
        self.language = language

    def header(self) -> None:
        """Notes in which language the page is; FPDF calls this at the beginning of each page."""
        self._language_of_page = self.language

    def footer(self) -> None:
        """Draws the page number; FPDF calls this at the end of each page, which is the beginning of the next."""
        words = document_word("page", self._language_of_page)
        with self.artifact():
            self._apply_style(Style(size=7.5, colour=MUTED))
            self.set_xy(RIGHT - self.get_string_width(words.format(page=9, pages=9)), _FOOTER)
            self.cell(text=words.format(page=self.page_no(), pages=_PAGE_COUNT_PLACEHOLDER))

    # --- text

    def write_text(
        self,
        text: str,
        style: Style,
        *,
        x: float = LEFT,
        width: float = RIGHT - LEFT,
        tag: Tag = "P",
        after: float = 0.0,
    ) -> None:
        """Writes the text from `y` down in lines of `width`, and leaves the space `after` below it."""
        rest = self.lines(text, style, width)
        while rest:
            if self.y + style.line > BOTTOM:
                self.add_page()
            fitting = max(1, int((BOTTOM - self.y) / style.line))
            # Marked content ends with its page, so a text over two pages is two elements of the structure.
            with self.tagged(tag, actual_text=_reading_order(rest[:fitting])):
                for line in rest[:fitting]:
                    self._write_line(line, style, x, width)
            rest = rest[fitting:]
        self.y += after

    def lines(self, text: str, style: Style, width: float) -> list[str]:
        """The text broken into lines of `width`, without the characters that no font has."""
        self.leaves_out_characters = self.leaves_out_characters or bool(undrawable(text))
        asked = (text, style, width)
        if asked not in self._lines:
            self._lines[asked] = [
                line
                for paragraph in drawable(text).removesuffix("\n").split("\n")
                for line in broken(paragraph, width, lambda piece: self._line_width(piece, style))
            ]
        return self._lines[asked]

    def height(self, text: str, style: Style, width: float) -> float:
        """The height of the text in lines of `width`."""
        return len(self.lines(text, style, width)) * style.line

    def largest_fitting_size(self, sizes: tuple[float, ...], text: str, width: float, lines: int) -> float:
        """The first of `sizes` in which the bold text needs at most so many lines of `width`, and no word is broken.

        The last where there is none.
        """
        words = drawable(text).split()
        for size in sizes:
            style = Style(size=size, bold=True)
            fits = len(self.lines(text, style, width)) <= lines
            if fits and all(len(self.lines(word, style, width)) == 1 for word in words):
                return size
        return sizes[-1]

    def break_page_unless_fits(self, height: float) -> bool:
        """Starts a new page if `height` does not fit on this one, and returns whether it did.

        What is higher than a whole page starts on a new one and continues on the next.
        """
        is_new_page = self.y + min(height, BOTTOM - TOP) > BOTTOM
        if is_new_page:
            self.add_page()
        return is_new_page

    def _write_line(self, line: str, style: Style, x: float, width: float) -> None:
        """Writes one line at `x` and `y`, run by run, and moves `y` below it."""
        top = self.y
        for run in font_runs(line):
            self._apply_run(run, style)
            self.set_xy(x, top)
            self.cell(width, style.line, run.text)
            x += self.get_string_width(run.text)
        self.set_text_shaping(False)
        self.y = top + style.line

    def _line_width(self, line: str, style: Style) -> float:
        if is_plain(line):
            return self._plain_width(line, style)
        width = 0.0
        for run in font_runs(line):
            self._apply_run(run, style)
            width += self.get_string_width(run.text)
        self.set_text_shaping(False)
        return width

    def _plain_width(self, line: str, style: Style) -> float:
        """As `get_string_width` in the main font, without an object for each text that is measured."""
        font = cast(TTFFont, self.fonts[MAIN.name.lower() + ("B" if style.bold else "")])
        thousandths = sum(font.cw[ord(character)] for character in line)
        points = thousandths * style.size / 1000 + style.letter_spacing * len(line)
        return points * _MILLIMETRES_PER_POINT

    def _apply_run(self, run: Run, style: Style) -> None:
        """Sets the font of the run, and shaping for all but the main one. Joined letters are not spaced."""
        self._apply_style(style)
        if run.font != MAIN:
            self._add_font(run.font)
            self.set_font(run.font.name, "B" if style.bold else "", style.size)
            self.set_text_shaping(True, direction=run.direction)
            if run.font.joined:
                self.set_char_spacing(0)
        else:
            self.set_text_shaping(False)

    def _apply_style(self, style: Style) -> None:
        self.set_font(MAIN.name, "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)
        self.set_char_spacing(style.letter_spacing)

    def _add_font(self, font: Font) -> None:
        """Opens both weights of the font, once in a document."""
        if font.name.lower() not in self.fonts:
            self.add_font(font.name, "", font.medium, collection_font_number=font.index)
            self.add_font(font.name, "B", font.bold, collection_font_number=font.index)

    # --- pictures and shapes

    def picture(self, png: bytes, x: float, y: float, side: float, alt_text: str) -> None:
        """Draws a square picture; `alt_text` is for people who cannot see it."""
        self.image(BytesIO(png), x, y, side, side, alt_text=alt_text, keep_aspect_ratio=True)

    def qr_code(self, url: str, x: float, y: float, side: float, alt_text: str) -> None:
        """Draws the URL as a QR code of vector shapes, sharp at any size, and makes it a link."""
        rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
        module = side / len(rows)
        with self.tagged("Figure", alt_text):
            self.set_fill_color(*TEXT_COLOUR)
            for number, row in enumerate(rows):
                start = 0
                while (start := row.find(1, start)) >= 0:
                    end = row.find(0, start)
                    end = len(row) if end < 0 else end
                    # Slightly higher than a row: screens would show white lines between rows that only touch.
                    self.rect(
                        x + start * module, y + number * module, (end - start) * module, module * 1.02, "F"
                    )
                    start = end
        self.link(x, y, side, side, url)

    def filled_rectangle(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Draws a coloured rectangle as decoration."""
        with self.artifact():
            self.set_fill_color(*colour)
            self.rect(x, y, width, height, "F")

    def bullet(self, x: float, style: Style) -> None:
        """Draws a dot before the next line of text."""
        with self.artifact():
            self.set_fill_color(*MUTED)
            self.circle(x + 1, self.y + style.line * 0.5, 0.55, "F")

    def horizontal_line(self, y: float, x: float = LEFT, width: float = RIGHT - LEFT) -> None:
        """Draws a thin grey line as decoration."""
        self.filled_rectangle(x, y, width, 0.25, LINE_COLOUR)

    # --- structure and attachments

    @contextmanager
    def tagged(
        self, kind: Tag | Literal["Figure"], alt_text: str | None = None, actual_text: str | None = None
    ) -> Iterator[None]:
        """Makes what is drawn inside an element of the document's structure.

        `actual_text` is what screen readers say, where the order of the glyphs is not that of the text.

        FPDF itself tags pictures only, so this writes the marked content (BDC, EMC) and registers it with FPDF's
        structure builder, an internal of FPDF: check it when FPDF is updated.
        """
        number = self.struct_builder.next_mcid_for_page(self.page)
        _, parents = self.struct_builder.add_marked_content(
            page_number=self.page, struct_type=f"/{kind}", mcid=number, alt_text=alt_text
        )
        self.pages[self.page].struct_parents = parents
        actual = f" /ActualText <feff{actual_text.encode('utf-16-be').hex()}>" if actual_text else ""
        spoken = f" /Lang ({self.language})" if self.language != self._main_language else ""
        self._out(f"/{kind} <</MCID {number}{actual}{spoken}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Makes what is drawn inside an Artifact, decoration that screen readers leave out."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def attach(self, name: str, content: bytes, media_type: str, description: str) -> None:
        """Attaches the file from which the document was made."""
        self.embed_file(
            basename=name,
            bytes=content,
            mime_type=media_type,
            desc=description,
            modification_date=self.creation_date,
            associated_file_relationship="Source",
            compress=True,
        )

    def as_pdf(self) -> bytes:
        """The finished document. Closes the font files, which FPDF leaves open."""
        for font in self.fonts.values():
            _map_every_glyph(cast(TTFFont, font))
        try:
            return bytes(self.output())
        finally:
            for font in self.fonts.values():
                cast(TTFFont, font).ttfont.close()


def _reading_order(lines: list[str]) -> str | None:
    """The lines as they are read; None where their glyphs are in that order anyway."""
    return None if all(map(is_plain, lines)) else " ".join(lines)


def _map_every_glyph(font: TTFFont) -> None:
    """Gives a character to glyphs that are only a part of a letter: PDF/A-3U wants one for every glyph.

    Shaping draws some letters as several glyphs, and FPDF gives the letter to the first of them.
    """
    for glyph, _ in font.subset.items():
        if glyph is not None and glyph.unicode == ():
            glyph.unicode = (ord("\u200b"),)


def palette(colours: str | None) -> tuple[Colour, Colour, Colour]:
    """The deep, bright and accent colours of a palette of badge pictures; the first palette for an unknown code."""
    names = vocabulary("colours")
    more = names[colours].more if colours and colours in names else next(iter(names)).more
    deep, bright, accent = (ImageColor.getrgb(more[name])[:3] for name in ("deep", "bright", "accent"))
    return deep, bright, accent


def tint(colour: Colour, share: float) -> Colour:
    """The colour mixed with white; `share` is the part of the colour, 0 to 1."""
    red, green, blue = (round(255 - (255 - part) * share) for part in colour)
    return red, green, blue


def _xmp(title: str, author: str, made_at: datetime) -> str:
    """The document's XMP metadata. FPDF's own would contain the current time, so no two files would be equal."""
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
