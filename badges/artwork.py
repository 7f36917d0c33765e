"""picture: the default badge picture, drawn from title, level, issuer and a palette.

A hexagon with six facets around a plain middle with the title. Its colours are flat, so that a palette of 256 has them
all and the file stays small. The fonts are in this package, because servers often have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import cos, pi, radians, sin
from typing import Any

from PIL import Image, ImageColor, ImageDraw

from badges.design import Design, as_png, as_svg, badge_drawing
from badges.font_runs import MAIN, undrawable
from badges.in_words import number_text
from badges.issuer import IssuerProfile
from badges.lettering import (
    Colour,
    Letters,
    Point,
    fit,
    hyphenate,
    opened_font,
    shorten,
    shown,
    undrawable_in_picture,
    wrap,
)
from badges.serialization import as_file_json
from badges.small_png import small_png
from badges.template.declarations import RECOGNITION, DeclarationTexts
from badges.template.fields import Group, fields_of
from badges.template.model import Level, Template, text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json

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
#: Fields of an issuer that a document shows.
_PRINTED_OF_ISSUER = ("name", "legal_name", "region", "locality", "street", "accreditations")


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
    return small_png(reduced)


def template_picture(
    template: Template, issuer_name: str, language: str, size: int = 600, logo: bytes = b""
) -> bytes:
    """The picture of a template, with its texts in `language`: as its author designed it, else the default one.

    `logo` is the issuer's, which is drawn where the design shows one.
    """
    if is_designed(template):
        return as_png(badge_drawing(design_of(template, issuer_name, language, logo)), size)
    return picture(
        text_in(template.name, language, template.in_language),
        level_text(template, language),
        issuer_name,
        template.colours,
        size,
    )


def template_drawing(template: Template, issuer_name: str, language: str, logo: bytes = b"") -> bytes:
    """The same picture as an SVG, drawn anew at each size; empty where nothing was designed."""
    if not is_designed(template):
        return b""
    design = design_of(template, issuer_name, language, logo)
    return as_svg(badge_drawing(design), design.title)


def is_designed(template: Template) -> bool:
    """Whether the author chose more than colours; without that a template keeps the picture that it always had."""
    chosen = (
        template.shape,
        template.sign,
        template.level_mark,
        template.credits_mark,
        template.logo_mark,
    )
    return any(chosen)


def design_of(template: Template, issuer_name: str, language: str, logo: bytes = b"") -> Design:
    """The design of a template. A level is shown unless the author chose that it is not; some have none.

    Credits, and the issuer's logo in place of its name, are shown where the author chose so and there are any.
    """
    level = template.level if isinstance(template.level, Level) and template.level_mark != "none" else None
    return Design(
        title=text_in(template.name, language, template.in_language),
        issuer=issuer_name,
        shape=template.shape,
        colours=template.colours,
        sign=template.sign,
        level=level.value if level else None,
        level_text=(level_text(template, language) or "") if level else "",
        credits_text=_credits_text(template, language) if template.credits_mark else "",
        logo=logo if template.logo_mark else b"",
    )


def _credits_text(template: Template, language: str) -> str:
    return f"{number_text(template.credits, language)} ECTS" if template.credits else ""


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


def _draw_title(draw: ImageDraw.ImageDraw, side: int, middle: float, title: str) -> None:
    width, height = _TITLE_BOX
    sizes = [round(size * side) for size in _TITLE_SIZES]
    lines, letters = fit(
        title, width * side, height * side, sizes, round(_HYPHENATED_SIZE * side), _MAX_LINES
    )
    step = letters.height(lines)
    top = side * middle - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        letters.draw(draw, (side / 2, top + number * step), line)


def _draw_level(
    draw: ImageDraw.ImageDraw, side: int, middle: float, text: str, deep: Colour, accent: Colour
) -> None:
    font = opened_font(MAIN, "bold", round(side * 0.036))
    half_width, half_height = font.getlength(text) / 2 + side * 0.032, side * 0.031
    x, y = side / 2, side * middle
    draw.rounded_rectangle(
        (x - half_width, y - half_height, x + half_width, y + half_height), radius=half_height, fill=accent
    )
    draw.text((x, y), text, font=font, fill=deep, anchor="mm")


def _draw_issuer(draw: ImageDraw.ImageDraw, side: int, name: str) -> None:
    """Draws the issuer's name in one line or two; the second is shorter, because the hexagon narrows downwards."""
    text = shown(name)
    for size in _SMALL_SIZES:
        letters = Letters(weight="medium", size=round(size * side))
        if letters.width(text) <= 0.32 * side:
            lines = [(text, 0.792)]
            break
        first, *rest = wrap(text, letters, 0.37 * side)
        second = text.removeprefix(first).strip()
        if rest and letters.width(second) <= 0.24 * side:
            lines = [(first, 0.778), (second, 0.82)]
            break
    else:
        first = hyphenate(wrap(text, letters, 0.37 * side)[0], letters, 0.37 * side)[0]
        second = text.removeprefix(first if text.startswith(first) else first.removesuffix("-")).strip()
        if letters.width(second) > 0.24 * side:
            second = shorten(second, letters, 0.24 * side)
        lines = [(first, 0.778), (second, 0.82)]
    for line, middle in lines:
        letters.draw(draw, (side / 2, side * middle), line)


def _rgb(text: str) -> Colour:
    red, green, blue, *_ = ImageColor.getrgb(text)
    return red, green, blue


def _blend(dark: Colour, light: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(dark, light, strict=True))
    return red, green, blue
