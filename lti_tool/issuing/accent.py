"""Accent: the colour of an issuer, as its pages and mails can use it, whatever colour it is.

White words stand on it, and lines of it are seen on light pages and on dark ones.
Source: WCAG 2.2, definitions of relative luminance and contrast ratio; success criteria 1.4.3 and 1.4.11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from lti_tool.errors import WrongSettingError

#: The least contrast of words and of lines.
WORDS, LINES = 4.5, 3.0
#: What a line lies beside in the dark, at its lightest: `--spine` of tokens.css.
DARK = "#12303a"
_WHITE = 1.0
_POINTER = "/look/accent"
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accent:
    """A colour as sRGB, "#7a1f3d": white words can be read on it, and lines of it be seen on a light page."""

    colour: str

    @property
    def on_dark(self) -> str:
        """The nearest lighter colour of which a line is seen on a dark page; the colour itself where it is."""
        linear = _linear(self.colour)
        least = LINES * (luminance(DARK) + 0.05) - 0.05
        share = (least - luminance(self.colour)) / (_WHITE - luminance(self.colour))
        if share <= 0:
            return self.colour
        return _text([one + (1 - one) * share for one in linear], ceil)


def read_accent(text: str) -> Accent:
    """The Accent that somebody writes. Raises WrongSettingError, which names the nearest colour that can be used."""
    colour = text.lower()
    if not _COLOUR.fullmatch(colour):
        message = f"accent: {text} is no colour; write it as #7a1f3d"
        raise WrongSettingError(_POINTER, "not_a_colour", message)
    found = contrast(colour, "#ffffff")
    if found < WORDS:
        # Rounded down: 4.46 must not be told as 4.5.
        nearest = _darkened(colour)
        raise WrongSettingError(
            _POINTER,
            "colour_too_light",
            f"accent: white words on {text} would be hard to read (a contrast of {floor(found * 10) / 10} to 1; "
            f"{WORDS} is needed). The nearest colour that carries them is {nearest}: write that",
            {"nearest": nearest},
        )
    return Accent(colour=colour)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance, 0 for black to 1 for white."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _darkened(colour: str) -> str:
    """The colour with as much of its light as white words permit; its hue stays."""
    share = ((_WHITE + 0.05) / WORDS - 0.05) / luminance(colour)
    return _text([one * share for one in _linear(colour)], floor)


def _linear(colour: str) -> Sequence[float]:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]


def _text(linear: Sequence[float], rounded: Callable[[float], int]) -> str:
    """The colour of these linear channels, each rounded to that side, so that the contrast is kept."""
    channels = [one * 12.92 if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055 for one in linear]
    return "#" + "".join(f"{min(255, rounded(one * 255)):02x}" for one in channels)
