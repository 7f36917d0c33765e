"""as_png: a Drawing as a PNG."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from badges.design.drawing import SIDE, Area, Drawing, Line, Part, Picture, Words
from badges.lettering import Letters, Point
from badges.small_png import small_png

# Drawn larger and then reduced: Pillow does not smooth the edges of polygons.
_OVERSAMPLING = 4


def as_png(drawing: Drawing, size: int) -> bytes:
    """A PNG of `size` by `size` pixels, transparent outside of the edge; the same drawing gives the same bytes."""
    side = size * _OVERSAMPLING
    scale = side / SIDE
    image = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(image)
    for part in drawing.parts:
        _draw(part, image, draw, scale)
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).polygon(_scaled(drawing.edge, scale), fill=255)
    # The alpha channel is reduced on its own: an RGBA picture of this size takes twice as long.
    reduced = image.reduce(_OVERSAMPLING)
    reduced.putalpha(mask.reduce(_OVERSAMPLING))
    return small_png(reduced)


def _scaled(points: Sequence[Point], scale: float) -> list[Point]:
    return [(x * scale, y * scale) for x, y in points]


def _draw(part: Part, image: Image.Image, draw: ImageDraw.ImageDraw, scale: float) -> None:
    match part:
        case Area():
            draw.polygon(_scaled(part.corners, scale), fill=part.colour)
        case Line():
            _draw_line(part, draw, scale)
        case Words():
            letters = Letters(weight=part.weight, size=max(1, round(part.size * scale)))
            x, y = part.middle
            letters.draw(draw, (x * scale, y * scale), part.text, part.colour)
        case Picture():
            left, top, right, bottom = (round(side * scale) for side in part.box)
            with Image.open(BytesIO(part.png), formats=("PNG",)) as opened:
                resized = opened.convert("RGBA").resize((right - left, bottom - top))
            image.paste(resized, (left, top), resized)


def _draw_line(line: Line, draw: ImageDraw.ImageDraw, scale: float) -> None:
    points, radius = _scaled(line.points, scale), line.width * scale / 2
    draw.line(points, fill=line.colour, width=round(line.width * scale))
    # Pillow ends lines straight and leaves gaps at corners.
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=line.colour)
