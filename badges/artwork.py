"""picture: the default badge picture, drawn from title, level, issuer and colours.

A cut stone: a hexagon with six facets around a calm middle, where the title stands. Flat colours, so that a palette
of 256 holds them and the file stays small. The letters come with us: servers have no fonts.
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

COLOURS = "sea"
# All measures are parts of the picture's side, so that any size is the same picture.
_FINE = 4
_RADIUS = 0.495
_TITLE_BOX = (0.60, 0.31)
_TITLE_SIZES = tuple(size / 1000 for size in range(100, 33, -2))
_SMALL_SIZES = tuple(size / 1000 for size in range(34, 21, -1))
_MOST_LINES = 5


def picture(
    title: str, level_text: str | None, issuer_name: str, colours: str | None = None, size: int = 600
) -> bytes:
    """A PNG, `size` pixels square with a transparent ground; the same arguments give the same bytes.

    `colours` is a code of the vocabulary `colours`. A long title wraps, and at last is shortened.
    """
    side = size * _FINE
    palette = vocabulary("colours")[colours or COLOURS].more
    deep, bright, accent = (_colour(palette[name]) for name in ("deep", "bright", "accent"))
    image = Image.new("RGB", (side, side), deep)
    draw = ImageDraw.Draw(image)
    _stone(draw, side, deep, bright, accent)
    _star(draw, (side / 2, side * 0.215), side * 0.058, accent)
    middle = 0.485 if level_text else 0.52
    _title(draw, side, middle, title)
    if level_text:
        _pill(draw, side, 0.71, level_text, deep, accent)
    _issuer(draw, side, issuer_name)
    # The colours and the outline apart: with an alpha of its own the large picture takes twice as long to reduce.
    small = image.reduce(_FINE)
    small.putalpha(_outline(side).reduce(_FINE))
    return _png(small)


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
    """The level as the picture shows it, such as "EQF 4 · LKI 4"; None when there is none."""
    parts = []
    if isinstance(template.level, Level):
        parts.append(f"{'EKI' if language == 'lv' else 'EQF'} {template.level.value}")
    if template.lki_level:
        parts.append(f"LKI {template.lki_level}")
    return " · ".join(parts) or None


def _outline(side: int) -> Image.Image:
    """White where the stone is, black around it."""
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).polygon(_hexagon((side / 2, side / 2), side * _RADIUS), fill=255)
    return mask


def _stone(draw: ImageDraw.ImageDraw, side: int, deep: Colour, bright: Colour, accent: Colour) -> None:
    centre = (side / 2, side / 2)
    outer, girdle, inner = (_hexagon(centre, side * radius) for radius in (_RADIUS, 0.425, 0.41))
    # Light falls from the upper left: how bright each of the six facets is, clockwise from the top.
    for (a, b), (c, d), light in zip(
        _around(outer), _around(girdle), (0.75, 0.45, 0.2, 0.0, 0.35, 1.0), strict=True
    ):
        draw.polygon((a, b, d, c), fill=_between(deep, bright, light))
    draw.polygon(girdle, fill=accent)
    draw.polygon(inner, fill=deep)
    # A second, fainter cut, so that the middle is not a hole.
    glow = _between(deep, bright, 0.2)
    top = inner[0]
    draw.polygon((top, inner[1], centre, inner[5]), fill=glow)
    draw.polygon((inner[3], inner[4], centre, inner[2]), fill=_between(deep, bright, 0.09))


def _hexagon(centre: Point, radius: float) -> list[Point]:
    """The six corners, clockwise from the top."""
    return [
        (centre[0] + radius * sin(radians(angle)), centre[1] - radius * cos(radians(angle)))
        for angle in range(0, 360, 60)
    ]


def _around(corners: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The edges of a closed shape."""
    return list(pairwise((*corners, corners[0])))


def _star(draw: ImageDraw.ImageDraw, centre: Point, radius: float, colour: Colour) -> None:
    """An eight-pointed star, as Latvian knitters have always drawn it."""
    points = [
        (
            centre[0] + radius * length * sin(number * pi / 8),
            centre[1] - radius * length * cos(number * pi / 8),
        )
        for number, length in enumerate((1.0, 0.42) * 8)
    ]
    draw.polygon(points, fill=colour)


def _title(draw: ImageDraw.ImageDraw, side: int, middle: float, title: str) -> None:
    lines, font = _fit(title, side)
    step = font.size * 1.14
    top = side * middle - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        draw.text((side / 2, top + number * step), line, font=font, fill=(255, 255, 255), anchor="mm")


def _fit(title: str, side: int) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """The title in the largest letters in which it fits, broken into lines of much the same length."""
    width, height = _TITLE_BOX[0] * side, _TITLE_BOX[1] * side
    text = " ".join(title.split())
    for size in _TITLE_SIZES:
        font = _font("Bold", round(size * side))
        lines = _wrapped(text, font, width)
        fits = all(font.getlength(line) <= width for line in lines)
        if fits and len(lines) <= _MOST_LINES and len(lines) * font.size * 1.14 <= height:
            return _balanced(text, font, width, len(lines)), font
    lines = [piece for line in lines for piece in _broken(line, font, width)]
    shown = max(1, min(_MOST_LINES, int(height / (font.size * 1.14))))
    if len(lines) > shown:
        lines = [*lines[: shown - 1], _shortened(lines[shown - 1], font, width)]
    return lines, font


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _balanced(text: str, font: ImageFont.FreeTypeFont, width: float, lines: int) -> list[str]:
    """As many lines, but as narrow as they can be."""
    narrow, wide = width / max(lines, 1) / 2, width
    while wide - narrow > 2:
        tried = (narrow + wide) / 2
        wrapped = _wrapped(text, font, tried)
        if len(wrapped) <= lines and all(font.getlength(line) <= tried for line in wrapped):
            wide = tried
        else:
            narrow = tried
    return _wrapped(text, font, wide)


def _broken(line: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """A word too long for any line, in pieces with hyphens."""
    pieces = []
    while font.getlength(line) > width:
        length = next(n for n in range(len(line), 0, -1) if n == 1 or font.getlength(line[:n] + "-") <= width)
        pieces.append(line[:length] + "-")
        line = line[length:]
    return [*pieces, line]


def _shortened(line: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    line = line.rstrip("-")
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1].rstrip()
    return f"{line}…"


def _pill(
    draw: ImageDraw.ImageDraw, side: int, middle: float, text: str, deep: Colour, accent: Colour
) -> None:
    font = _font("Bold", round(side * 0.036))
    half_width, half_height = font.getlength(text) / 2 + side * 0.032, side * 0.031
    x, y = side / 2, side * middle
    draw.rounded_rectangle(
        (x - half_width, y - half_height, x + half_width, y + half_height), radius=half_height, fill=accent
    )
    draw.text((x, y), text, font=font, fill=deep, anchor="mm")


def _issuer(draw: ImageDraw.ImageDraw, side: int, name: str) -> None:
    """The issuer in one line, or in two: the stone narrows downwards, so the second has to be shorter."""
    text = " ".join(name.split())
    for size in _SMALL_SIZES:
        font = _font("Medium", round(size * side))
        if font.getlength(text) <= 0.32 * side:
            lines = [(text, 0.792)]
            break
        first, *rest = _wrapped(text, font, 0.37 * side)
        if rest and font.getlength(" ".join(rest)) <= 0.24 * side:
            lines = [(first, 0.778), (" ".join(rest), 0.82)]
            break
    else:
        first, *rest = _wrapped(text, font, 0.37 * side)
        first, *cut = _broken(first, font, 0.37 * side)
        second = "".join(cut) + " ".join(rest)
        lines = [(first, 0.778), (_shortened(second, font, 0.24 * side), 0.82)]
    for line, middle in lines:
        draw.text((side / 2, side * middle), line, font=font, fill=(255, 255, 255), anchor="mm")


def _png(image: Image.Image) -> bytes:
    """The picture with a palette of 256 colours: a tenth of the size, and nobody sees it."""
    small = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = small.getpalette("RGBA") or []
    # The octree averages: what was opaque, or clear, has to be just that again.
    palette[3::4] = [255 if alpha > 248 else 0 if alpha < 7 else alpha for alpha in palette[3::4]]
    small.putpalette(palette, "RGBA")
    out = BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


def _colour(text: str) -> Colour:
    red, green, blue, *_ = ImageColor.getrgb(text)
    return red, green, blue


def _between(dark: Colour, light: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(dark, light, strict=True))
    return red, green, blue


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """Manrope, in the plain layout that every build of Pillow has, so that the same text gives the same bytes."""
    file = Path(__file__).parent / "fonts" / f"Manrope-{weight}.ttf"
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
