"""picture: the default badge picture, drawn from title, level, issuer and a palette.

A hexagon with six facets around a plain middle with the title. Its colours are flat, so that a palette of 256 has them
all and the file stays small. The fonts are in this package, because servers often have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from math import cos, pi, radians, sin
from typing import Any, Literal

from PIL import Image, ImageColor, ImageDraw, ImageFont, features

from badges.font_runs import MAIN, Font, Run, clusters, font_of, font_runs, is_plain, undrawable
from badges.issuer import IssuerProfile
from badges.line_breaks import pieces
from badges.readable import readable
from badges.serialization import as_file_json
from badges.template.declarations import RECOGNITION, DeclarationTexts
from badges.template.fields import Group, fields_of
from badges.template.model import Level, Template, text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json

Colour = tuple[int, int, int]
Point = tuple[float, float]

DEFAULT_PALETTE = "sea"
# Drawn at four times the size and then reduced: Pillow does not smooth the edges of polygons.
_OVERSAMPLING = 4
# All measures are fractions of the picture's side.
_OUTER_RADIUS = 0.495
_TITLE_BOX = (0.60, 0.31)
_TITLE_SIZES = tuple(size / 1000 for size in range(100, 33, -2))
_HYPHENATED_SIZE = 0.05
_SMALL_SIZES = tuple(size / 1000 for size in range(34, 21, -1))
_MAX_LINES = 5
_WHITE = (255, 255, 255)
#: Fields of an issuer that a document shows.
_PRINTED_OF_ISSUER = ("name", "legal_name", "region", "locality", "street", "accreditations")
#: Whether Pillow can order and join letters: Raqm needs the system's libfribidi.
_JOINS_LETTERS = features.check_feature("raqm")


def picture(
    title: str, level_text: str | None, issuer_name: str, colours: str | None = None, size: int = 600
) -> bytes:
    """A PNG of `size` by `size` pixels with a transparent background; the same arguments give the same bytes.

    `colours` is a code of the vocabulary `colours`; raises KeyError for an unknown one. A long title is wrapped and, if
    it still does not fit, shortened.
    """
    side = size * _OVERSAMPLING
    palette = vocabulary("colours")[colours or DEFAULT_PALETTE].more
    deep, bright, accent = (_rgb(palette[name]) for name in ("deep", "bright", "accent"))
    image = Image.new("RGB", (side, side), deep)
    draw = ImageDraw.Draw(image)
    _draw_hexagon(draw, side, deep, bright, accent)
    _draw_star(draw, (side / 2, side * 0.215), side * 0.058, accent)
    middle = 0.485 if level_text else 0.52
    _draw_title(draw, side, middle, title)
    if level_text:
        _draw_level(draw, side, 0.71, level_text, deep, accent)
    _draw_issuer(draw, side, issuer_name)
    # The alpha channel is reduced on its own: an RGBA picture of this size takes twice as long.
    reduced = image.reduce(_OVERSAMPLING)
    reduced.putalpha(_alpha_mask(side).reduce(_OVERSAMPLING))
    return _png(reduced)


def template_picture(template: Template, issuer_name: str, language: str, size: int = 600) -> bytes:
    """The default picture of a template, with its texts in `language`."""
    return picture(
        text_in(template.name, language, template.in_language),
        level_text(template, language),
        issuer_name,
        template.colours,
        size,
    )


def undrawn(template: Template, issuer: IssuerProfile) -> Iterator[tuple[str, str]]:
    """What the picture or the certificate would leave out: (JSON pointer of the field, the characters).

    Pointers into the issuer's settings begin with `issuer:`.
    """
    yield from undrawn_of_issuer(issuer)
    yield from _undrawn(_printed(Template, as_file_json(template)), "", "/name/")


def _printed(owner: type, data: Json) -> Json:
    """The fields that a certificate shows, and of what is declared for quality frameworks the text on recognition."""
    printed: Json = {}
    for field in fields_of(owner):
        value = data.get(field.name)
        if isinstance(field.kind, Group):
            printed[field.name] = _printed(field.kind.of, value or {})
        elif "certificate" in field.surfaces:
            printed[field.name] = value
        elif isinstance(field.kind, DeclarationTexts):
            printed[field.name] = {rule: text for rule, text in (value or {}).items() if rule == RECOGNITION}
    return printed


def undrawn_of_issuer(issuer: IssuerProfile) -> Iterator[tuple[str, str]]:
    """The same of the issuer alone."""
    fields = as_file_json(issuer)
    printed = {name: fields[name] for name in _PRINTED_OF_ISSUER if name in fields}
    yield from _undrawn(printed, "issuer:", "issuer:/name")


def _undrawn(value: Any, pointer: str, in_picture: str) -> Iterator[tuple[str, str]]:
    """Each text in the value of which something is left out; `in_picture` is how the pointers of titles begin."""
    if isinstance(value, str):
        found = undrawable_in_picture if pointer.startswith(in_picture) else undrawable
        if characters := found(value):
            yield pointer, " ".join(characters)
    elif isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, member in members:
            yield from _undrawn(member, f"{pointer}/{name}", in_picture)


def level_text(template: Template, language: str) -> str | None:
    """The level for the picture, such as "EQF 4 · LKI 4"; None where the template has none."""
    parts = []
    if isinstance(template.level, Level):
        parts.append(f"{'EKI' if language == 'lv' else 'EQF'} {template.level.value}")
    if template.lki_level:
        parts.append(f"LKI {template.lki_level}")
    return " · ".join(parts) or None


def _alpha_mask(side: int) -> Image.Image:
    """The alpha mask: opaque inside the hexagon, transparent outside."""
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).polygon(_corners((side / 2, side / 2), side * _OUTER_RADIUS), fill=255)
    return mask


def _draw_hexagon(draw: ImageDraw.ImageDraw, side: int, deep: Colour, bright: Colour, accent: Colour) -> None:
    """Draws the hexagon: six facets, a thin frame in the accent colour, and the plain middle."""
    centre = (side / 2, side / 2)
    outer, frame, inner = (_corners(centre, side * radius) for radius in (_OUTER_RADIUS, 0.425, 0.41))
    # The brightness of each facet, clockwise from the top: light comes from the upper left.
    for (a, b), (c, d), light in zip(
        _edges(outer), _edges(frame), (0.75, 0.45, 0.2, 0.0, 0.35, 1.0), strict=True
    ):
        draw.polygon((a, b, d, c), fill=_blend(deep, bright, light))
    draw.polygon(frame, fill=accent)
    draw.polygon(inner, fill=deep)
    # Two fainter facets in the middle: in one flat colour it looks like a hole.
    draw.polygon((inner[0], inner[1], centre, inner[5]), fill=_blend(deep, bright, 0.2))
    draw.polygon((inner[3], inner[4], centre, inner[2]), fill=_blend(deep, bright, 0.09))


def _corners(centre: Point, radius: float) -> list[Point]:
    """The six corners of a hexagon, clockwise from the top."""
    return [
        (centre[0] + radius * sin(radians(angle)), centre[1] - radius * cos(radians(angle)))
        for angle in range(0, 360, 60)
    ]


def _edges(corners: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The edges of the closed polygon, as pairs of corners."""
    return list(pairwise((*corners, corners[0])))


def _draw_star(draw: ImageDraw.ImageDraw, centre: Point, radius: float, colour: Colour) -> None:
    """Draws an eight-pointed star, as in Latvian knitting patterns."""
    points = [
        (
            centre[0] + radius * length * sin(number * pi / 8),
            centre[1] - radius * length * cos(number * pi / 8),
        )
        for number, length in enumerate((1.0, 0.42) * 8)
    ]
    draw.polygon(points, fill=colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letters:
    """A weight ("medium" or "bold") and a size in pixels, in whichever fonts a text needs."""

    weight: Literal["medium", "bold"]
    size: int

    def width(self, line: str) -> float:
        return sum(self._font(run).getlength(run.text, direction=_direction(run)) for run in font_runs(line))

    def height(self, lines: Sequence[str]) -> float:
        """The distance of one line from the next; letters of many scripts are higher than those of Latin."""
        return self.size * (1.14 if all(map(is_plain, lines)) else 1.4)

    def draw(self, draw: ImageDraw.ImageDraw, middle: Point, line: str) -> None:
        """Draws the line in white with its centre at `middle`; all fonts stand on the baseline of the main one."""
        main = _opened(MAIN, self.weight, self.size)
        if is_plain(line):
            draw.text(middle, line, font=main, fill=_WHITE, anchor="mm")
            return
        ascent, descent = main.getmetrics()
        x, baseline = middle[0] - self.width(line) / 2, middle[1] + (ascent - descent) / 2
        for run in font_runs(line):
            font = self._font(run)
            draw.text((x, baseline), run.text, font=font, fill=_WHITE, anchor="ls", direction=_direction(run))
            x += font.getlength(run.text, direction=_direction(run))

    def _font(self, run: Run) -> ImageFont.FreeTypeFont:
        return _opened(run.font, self.weight, self.size)


def undrawable_in_picture(text: str) -> tuple[str, ...]:
    """The characters, each once, that a picture leaves out: no font has them, or nothing here can join them."""
    text = readable(text)
    if is_plain(text):
        return ()
    return tuple(dict.fromkeys(each for each in clusters(text) if not _is_drawable(each)))


def _is_drawable(cluster: str) -> bool:
    font = font_of(cluster)
    return cluster.isspace() or (font is not None and (_JOINS_LETTERS or not font.joined))


def _shown(text: str) -> str:
    """The text in one line, without what cannot be drawn."""
    text = readable(text)
    if not is_plain(text):
        text = "".join(each for each in clusters(text) if _is_drawable(each))
    return " ".join(text.split())


def _draw_title(draw: ImageDraw.ImageDraw, side: int, middle: float, title: str) -> None:
    lines, letters = _fit_title(title, side)
    step = letters.height(lines)
    top = side * middle - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        letters.draw(draw, (side / 2, top + number * step), line)


def _fit_title(title: str, side: int) -> tuple[list[str], _Letters]:
    """The title in the largest size in which it fits, in lines of similar length.

    In small sizes words that are too long are hyphenated; in the smallest the last line is shortened.
    """
    width, height = _TITLE_BOX[0] * side, _TITLE_BOX[1] * side
    text = _shown(title)
    for size in _TITLE_SIZES:
        letters = _Letters(weight="bold", size=round(size * side))
        whole = _wrap(text, letters, width)
        lines = [piece for line in whole for piece in _hyphenate(line, letters, width)]
        fits = len(lines) <= _MAX_LINES and len(lines) * letters.height(lines) <= height
        if fits and lines == whole:
            return _wrap_evenly(text, letters, width, len(lines)), letters
        if fits and size <= _HYPHENATED_SIZE:
            return lines, letters
    shown = max(1, min(_MAX_LINES, int(height / letters.height(lines))))
    if len(lines) > shown:
        lines = [*lines[: shown - 1], _shorten(lines[shown - 1], letters, width)]
    return lines, letters


def _wrap(text: str, letters: _Letters, width: float) -> list[str]:
    """The text in lines; a word that is wider than a line is a line of its own."""
    lines: list[str] = []
    for between, piece in pieces(text):
        if lines and letters.width(lines[-1] + between + piece) <= width:
            lines[-1] += between + piece
        else:
            lines.append(piece)
    return lines or [""]


def _wrap_evenly(text: str, letters: _Letters, width: float, lines: int) -> list[str]:
    """The text in as many lines, as narrow as possible, found by bisection: so they become similar in length."""
    too_narrow, wide_enough = width / max(lines, 1) / 2, width
    while wide_enough - too_narrow > 2:
        middle = (too_narrow + wide_enough) / 2
        wrapped = _wrap(text, letters, middle)
        if len(wrapped) <= lines and all(letters.width(line) <= middle for line in wrapped):
            wide_enough = middle
        else:
            too_narrow = middle
    return _wrap(text, letters, wide_enough)


def _hyphenate(line: str, letters: _Letters, width: float) -> list[str]:
    """A line of one word that is too long, in pieces; with hyphens, which only some scripts have."""
    hyphen = "-" if is_plain(line) else ""
    parts, rest = [], clusters(line)
    while letters.width("".join(rest)) > width and len(rest) > 1:
        length = next(
            n
            for n in range(len(rest) - 1, 0, -1)
            if n == 1 or letters.width("".join(rest[:n]) + hyphen) <= width
        )
        parts.append("".join(rest[:length]) + hyphen)
        rest = rest[length:]
    return [*parts, "".join(rest)]


def _shorten(line: str, letters: _Letters, width: float) -> str:
    rest = clusters(line.rstrip("-"))
    while rest and letters.width("".join(rest) + "…") > width:
        rest.pop()
    return "".join(rest).rstrip() + "…"


def _draw_level(
    draw: ImageDraw.ImageDraw, side: int, middle: float, text: str, deep: Colour, accent: Colour
) -> None:
    font = _opened(MAIN, "bold", round(side * 0.036))
    half_width, half_height = font.getlength(text) / 2 + side * 0.032, side * 0.031
    x, y = side / 2, side * middle
    draw.rounded_rectangle(
        (x - half_width, y - half_height, x + half_width, y + half_height), radius=half_height, fill=accent
    )
    draw.text((x, y), text, font=font, fill=deep, anchor="mm")


def _draw_issuer(draw: ImageDraw.ImageDraw, side: int, name: str) -> None:
    """Draws the issuer's name in one line or two; the second is shorter, because the hexagon narrows downwards."""
    text = _shown(name)
    for size in _SMALL_SIZES:
        letters = _Letters(weight="medium", size=round(size * side))
        if letters.width(text) <= 0.32 * side:
            lines = [(text, 0.792)]
            break
        first, *rest = _wrap(text, letters, 0.37 * side)
        second = text.removeprefix(first).strip()
        if rest and letters.width(second) <= 0.24 * side:
            lines = [(first, 0.778), (second, 0.82)]
            break
    else:
        first = _hyphenate(_wrap(text, letters, 0.37 * side)[0], letters, 0.37 * side)[0]
        second = text.removeprefix(first if text.startswith(first) else first.removesuffix("-")).strip()
        if letters.width(second) > 0.24 * side:
            second = _shorten(second, letters, 0.24 * side)
        lines = [(first, 0.778), (second, 0.82)]
    for line, middle in lines:
        letters.draw(draw, (side / 2, side * middle), line)


def _png(image: Image.Image) -> bytes:
    """The PNG with a palette of 256 colours: a tenth of the size, without a visible difference."""
    small = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = small.getpalette("RGBA") or []
    # The octree averages alpha values too: restore the fully opaque and the fully transparent ones.
    palette[3::4] = [255 if alpha > 248 else 0 if alpha < 7 else alpha for alpha in palette[3::4]]
    small.putpalette(palette, "RGBA")
    out = BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


def _rgb(text: str) -> Colour:
    red, green, blue, *_ = ImageColor.getrgb(text)
    return red, green, blue


def _blend(dark: Colour, light: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(dark, light, strict=True))
    return red, green, blue


def _direction(run: Run) -> str | None:
    """The direction for Raqm; the basic layout, in which the other fonts are drawn, takes none."""
    return run.direction if run.font.joined else None


# Few of all fonts, weights and sizes are in use; each open one holds its file.
@lru_cache(maxsize=256)
def _opened(font: Font, weight: Literal["medium", "bold"], size: int) -> ImageFont.FreeTypeFont:
    """The font in Pillow's basic layout; where letters are joined in Raqm, which is not in every build."""
    file = font.bold if weight == "bold" else font.medium
    layout = ImageFont.Layout.RAQM if font.joined else ImageFont.Layout.BASIC
    return ImageFont.truetype(file, size, font.index, layout_engine=layout)
