"""as_svg: a Drawing as an SVG whose words are outlines, so that it looks the same without its fonts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Literal

import uharfbuzz

from badges.design.drawing import SIDE, Area, Drawing, Line, Part, Picture, Words
from badges.design.palettes import in_hex
from badges.design.path_pen import PathPen
from badges.font_runs import MAIN, Font, Run, font_runs
from badges.lettering import Point
from badges.readable import readable


def as_svg(drawing: Drawing, title: str) -> bytes:
    """The SVG; `title` is for screen readers. The same arguments give the same bytes."""
    parts = "".join(_written(part) for part in drawing.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" role="img">'
        f"<title>{escape(readable(title), quote=False)}</title>{parts}</svg>"
    ).encode()


def _written(part: Part) -> str:
    match part:
        case Area():
            colour = in_hex(part.colour)
            # A hair of its own colour closes the seams that smoothing leaves between areas.
            return f'<path fill="{colour}" stroke="{colour}" stroke-width=".5" d="{_path(part.corners)}Z"/>'
        case Line():
            return (
                f'<path fill="none" stroke="{in_hex(part.colour)}" stroke-width="{_number(part.width)}" '
                f'stroke-linecap="round" stroke-linejoin="round" d="{_path(part.points)}"/>'
            )
        case Words():
            return f'<path fill="{in_hex(part.colour)}" d="{_outlines(part)}"/>'
        case Picture():
            left, top, right, bottom = part.box
            return (
                f'<image x="{_number(left)}" y="{_number(top)}" width="{_number(right - left)}" '
                f'height="{_number(bottom - top)}" href="data:image/png;base64,{b64encode(part.png).decode()}"/>'
            )


def _outlines(words: Words) -> str:
    """The path of the letters, in whichever fonts they need, on the baseline of the main one."""
    shaped = [
        (_opened(run.font, words.weight), tuple(_shaped(run, words.weight))) for run in font_runs(words.text)
    ]
    scale = {font: words.size / font.face.upem for font, _ in shaped}
    width = sum(scale[font] * sum(advance for *_, advance in glyphs) for font, glyphs in shaped)
    main = _opened(MAIN, words.weight)
    extents = main.get_font_extents("ltr")
    x, middle = words.middle
    x -= width / 2
    baseline = middle + (extents.ascender + extents.descender) / 2 * words.size / main.face.upem
    pen = _Pen()
    for font, glyphs in shaped:
        for glyph, x_offset, y_offset, advance in glyphs:
            pen.place(x + x_offset * scale[font], baseline - y_offset * scale[font], scale[font])
            font.draw_glyph_with_pen(glyph, pen)
            x += advance * scale[font]
    return "".join(pen.steps)


class _Pen(PathPen):
    """Writes the outlines of glyphs; each is placed where it stands, its y upwards in the font's units."""

    def __init__(self) -> None:
        super().__init__()
        self.x = self.y = self.scale = 0.0

    def place(self, x: float, y: float, scale: float) -> None:
        self.x, self.y, self.scale = x, y, scale

    def written(self, point: Point) -> str:
        x, y = point
        return f"{_number(self.x + x * self.scale)} {_number(self.y - y * self.scale)}"


def _shaped(run: Run, weight: Literal["medium", "bold"]) -> Iterator[tuple[int, int, int, int]]:
    """The glyphs of a run from left to right: number, offsets, advance; not kerned, as Pillow sets them."""
    if not run.text:
        return  # HarfBuzz has no places for no glyphs
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    buffer.direction = run.direction
    features = {} if run.font.joined else {"kern": False, "liga": False}
    uharfbuzz.shape(_opened(run.font, weight), buffer, features)
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        yield info.codepoint, place.x_offset, place.y_offset, place.x_advance


@lru_cache(maxsize=64)
def _opened(font: Font, weight: Literal["medium", "bold"]) -> uharfbuzz.Font:
    file = font.bold if weight == "bold" else font.medium
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)), font.index))


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
