"""picture: the default badge picture, drawn from title, level, issuer and a palette.

A hexagon with six facets around a plain middle with the title. Its colours are flat, so that a palette of 256 has them
all and the file stays small. The font is in this package, because servers often have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from math import cos, pi, radians, sin
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from badges.template.model import Level, Template, text_in
from badges.vocabularies import vocabulary

Colour = tuple[int, int, int]
Point = tuple[float, float]

DEFAULT_PALETTE = "sea"
# Drawn at four times the size and then reduced: Pillow does not smooth the edges of polygons.
_OVERSAMPLING = 4
# All measures are fractions of the picture's side.
_OUTER_RADIUS = 0.495
_TITLE_BOX = (0.60, 0.31)
_TITLE_SIZES = tuple(size / 1000 for size in range(100, 33, -2))
_SMALL_SIZES = tuple(size / 1000 for size in range(34, 21, -1))
_MAX_LINES = 5


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


def _draw_title(draw: ImageDraw.ImageDraw, side: int, middle: float, title: str) -> None:
    lines, font = _fit_title(title, side)
    step = font.size * 1.14
    top = side * middle - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        draw.text((side / 2, top + number * step), line, font=font, fill=(255, 255, 255), anchor="mm")


def _fit_title(title: str, side: int) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """The title in the largest size in which it fits, in lines of similar length.

    In the smallest size, words that are too long are hyphenated and the last line is shortened.
    """
    width, height = _TITLE_BOX[0] * side, _TITLE_BOX[1] * side
    text = " ".join(title.split())
    for size in _TITLE_SIZES:
        font = _font("Bold", round(size * side))
        lines = _wrap(text, font, width)
        fits = all(font.getlength(line) <= width for line in lines)
        if fits and len(lines) <= _MAX_LINES and len(lines) * font.size * 1.14 <= height:
            return _wrap_evenly(text, font, width, len(lines)), font
    lines = [piece for line in lines for piece in _hyphenate(line, font, width)]
    shown = max(1, min(_MAX_LINES, int(height / (font.size * 1.14))))
    if len(lines) > shown:
        lines = [*lines[: shown - 1], _shorten(lines[shown - 1], font, width)]
    return lines, font


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _wrap_evenly(text: str, font: ImageFont.FreeTypeFont, width: float, lines: int) -> list[str]:
    """The text in as many lines, as narrow as possible, found by bisection: so they become similar in length."""
    too_narrow, wide_enough = width / max(lines, 1) / 2, width
    while wide_enough - too_narrow > 2:
        middle = (too_narrow + wide_enough) / 2
        wrapped = _wrap(text, font, middle)
        if len(wrapped) <= lines and all(font.getlength(line) <= middle for line in wrapped):
            wide_enough = middle
        else:
            too_narrow = middle
    return _wrap(text, font, wide_enough)


def _hyphenate(line: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """A line of one word that is too long, in pieces with hyphens."""
    pieces = []
    while font.getlength(line) > width:
        length = next(n for n in range(len(line), 0, -1) if n == 1 or font.getlength(line[:n] + "-") <= width)
        pieces.append(line[:length] + "-")
        line = line[length:]
    return [*pieces, line]


def _shorten(line: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    line = line.rstrip("-")
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1].rstrip()
    return f"{line}…"


def _draw_level(
    draw: ImageDraw.ImageDraw, side: int, middle: float, text: str, deep: Colour, accent: Colour
) -> None:
    font = _font("Bold", round(side * 0.036))
    half_width, half_height = font.getlength(text) / 2 + side * 0.032, side * 0.031
    x, y = side / 2, side * middle
    draw.rounded_rectangle(
        (x - half_width, y - half_height, x + half_width, y + half_height), radius=half_height, fill=accent
    )
    draw.text((x, y), text, font=font, fill=deep, anchor="mm")


def _draw_issuer(draw: ImageDraw.ImageDraw, side: int, name: str) -> None:
    """Draws the issuer's name in one line or two; the second is shorter, because the hexagon narrows downwards."""
    text = " ".join(name.split())
    for size in _SMALL_SIZES:
        font = _font("Medium", round(size * side))
        if font.getlength(text) <= 0.32 * side:
            lines = [(text, 0.792)]
            break
        first, *rest = _wrap(text, font, 0.37 * side)
        if rest and font.getlength(" ".join(rest)) <= 0.24 * side:
            lines = [(first, 0.778), (" ".join(rest), 0.82)]
            break
    else:
        first, *rest = _wrap(text, font, 0.37 * side)
        first, *cut = _hyphenate(first, font, 0.37 * side)
        second = "".join(cut) + " ".join(rest)
        lines = [(first, 0.778), (_shorten(second, font, 0.24 * side), 0.82)]
    for line, middle in lines:
        draw.text((side / 2, side * middle), line, font=font, fill=(255, 255, 255), anchor="mm")


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


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """Manrope in Pillow's basic layout: Raqm, the other one, is not in every build, and would give other bytes."""
    file = Path(__file__).parent / "fonts" / f"Manrope-{weight}.ttf"
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
