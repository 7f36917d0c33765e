"""The logo of an issuer on a plate, on which it is seen: white, or dark for a logo of light colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageStat

from badges.design.drawing import Area, Picture
from badges.lettering import WHITE, Colour, Point

#: Of a plate; the one is taken on which the logo is largest.
HEIGHTS = tuple(range(78, 35, -2))
_PADDING = 8
#: So much of the corners of a plate is cut off.
CORNER = 10
_DARK: Colour = (16, 24, 40)
#: How many pixels of the logo there are for each of the sheet: as many as a large screen shows.
_DETAIL = 3
#: Lighter than the middle between white and the dark ground, as eyes see it.
_LIGHT = 150


def on_plate(logo: bytes, top: Point, rooms: Sequence[tuple[float, float]]) -> Iterator[Area | Picture]:
    """The plate around the logo, from the middle of its upper edge on.

    `rooms` are how wide and high it may be. `logo` is a PNG of `badges.pictures.fit_logo`.
    """
    image = _trimmed(logo)
    scale = max(
        min((width - 2 * _PADDING) / image.width, (height - 2 * _PADDING) / image.height)
        for width, height in rooms
    )
    half_width, half_height = image.width * scale / 2, image.height * scale / 2
    x, y = top[0], top[1] + half_height + _PADDING
    yield Area(corners=_plate((x, y), half_width + _PADDING, half_height + _PADDING), colour=_ground(image))
    yield Picture(
        png=_reduced(image, scale * _DETAIL),
        box=(x - half_width, y - half_height, x + half_width, y + half_height),
    )


@lru_cache(maxsize=8)
def _trimmed(logo: bytes) -> Image.Image:
    """The logo without an empty border."""
    with Image.open(BytesIO(logo), formats=("PNG",)) as opened:
        image = opened.convert("RGBA")
    return image.crop(image.getchannel("A").getbbox())


def _reduced(image: Image.Image, scale: float) -> bytes:
    """A PNG of the logo; a small one is not enlarged."""
    if scale < 1:
        image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _ground(image: Image.Image) -> Colour:
    """What the logo is seen on: it is as light as what it consists of, beside what is transparent."""
    lightness = ImageStat.Stat(
        image.convert("L"), image.getchannel("A").point(lambda alpha: alpha > 127 and 255)
    )
    return _DARK if lightness.count[0] and lightness.mean[0] > _LIGHT and _is_see_through(image) else WHITE


def _is_see_through(image: Image.Image) -> bool:
    """Whether the ground is seen at all: a logo with a ground of its own is as good on white."""
    return image.getchannel("A").getextrema()[0] == 0


def _plate(middle: Point, half_width: float, half_height: float) -> tuple[Point, ...]:
    x, y = middle
    left, right, top, bottom = x - half_width, x + half_width, y - half_height, y + half_height
    return (
        (left + CORNER, top),
        (right - CORNER, top),
        (right, top + CORNER),
        (right, bottom - CORNER),
        (right - CORNER, bottom),
        (left + CORNER, bottom),
        (left, bottom - CORNER),
        (left, top + CORNER),
    )
