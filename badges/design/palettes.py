"""Palette: the colours of a designed picture, made from the few that the vocabulary `colours` has of each."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import ImageColor

from badges.lettering import WHITE, Colour
from badges.vocabularies import vocabulary

DEFAULT_PALETTE = "sea"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """`light` and `dark` are the ends of the rim, `field` and `shade` the ground of words, `thread` the ornament.

    `words` and `thread` stand on both grounds with a contrast of 7 to 1 or more.
    """

    light: Colour
    dark: Colour
    field: Colour
    shade: Colour
    thread: Colour
    words: Colour


def palette(code: str | None) -> Palette:
    """The palette of a code of the vocabulary `colours`; the first one for none. Raises KeyError for an unknown one.

    A concept with `ground`, `words` and `thread` is light, with dark words; the others have white words on `deep`.
    """
    more = vocabulary("colours")[code or DEFAULT_PALETTE].more
    deep, bright = rgb(more["deep"]), rgb(more["bright"])
    is_light = more.keys() >= {"ground", "words", "thread"}
    field = rgb(more["ground"]) if is_light else deep
    return Palette(
        light=blend(bright, WHITE, 0.15),
        dark=blend(bright, (0, 0, 0), 0.25) if is_light else blend(deep, bright, 0.15),
        field=field,
        shade=blend(field, bright, 0.12 if is_light else 0.1),
        thread=rgb(more["thread"]) if is_light else rgb(more["accent"]),
        words=rgb(more["words"]) if is_light else WHITE,
    )


def rgb(text: str) -> Colour:
    red, green, blue, *_ = ImageColor.getrgb(text)
    return red, green, blue


def in_hex(colour: Colour) -> str:
    """The colour as SVG and HTML write it, such as `#0b2a4a`."""
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with so much of the other, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
