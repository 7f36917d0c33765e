"""Readers of values: each gives a value as it is written anew, or None for one that it does not know.

No value of the file is written as it stood, so that nothing can hide in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from PIL import ImageColor

#: Of any number. Renderers lose their way in larger ones.
MAX_NUMBER = 1e6
MAX_FUNCTIONS, MAX_DASHES = 50, 64
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_ONE = re.compile(rf"({_NUMBER})(px|pt|pc|mm|cm|in|%)?")
_EACH = re.compile(rf"({_NUMBER})(?:px|deg)?")
_BETWEEN = re.compile(r"\s*,?\s*")
_FUNCTION = re.compile(r"([A-Za-z]+)\s*\(([^()]*)\)\s*,?\s*")
_URL = re.compile(r"""url\(\s*(["']?)#([^"'()\s]+)\1\s*\)\s*(.*)""", re.DOTALL)
_RGB = re.compile(r"rgba?\(([^()]*)\)")
_HSL = re.compile(r"hsl\(\s*[0-9.]{1,9}(?:deg)?\s*,\s*[0-9.]{1,9}%\s*,\s*[0-9.]{1,9}%\s*\)")
#: In pixels.
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_ARGUMENTS = {
    "matrix": (6,),
    "translate": (1, 2),
    "scale": (1, 2),
    "rotate": (1, 3),
    "skewX": (1,),
    "skewY": (1,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What stands for `url(#id)` or `#id` until it is known which element that is.

    `targets` are the elements that it may be, all that draw where it is empty; `otherwise` is the value where there
    is no such element, None where there is none then.
    """

    id: str
    form: str
    targets: frozenset[str]
    otherwise: str | None = None


Value = str | Reference
Reader = Callable[[str], Value | None]

_GRADIENTS = frozenset({"linearGradient", "radialGradient"})


def written(number: float) -> str | None:
    """The number in seven digits; None where it is too large, or no number."""
    return f"{number:.7g}" if isfinite(number) and abs(number) <= MAX_NUMBER else None


def number(text: str) -> str | None:
    """A number without a unit."""
    return written(float(text)) if re.fullmatch(_NUMBER, text) else None


def length(text: str) -> str | None:
    """A length in pixels or per cent; one that depends on a font is not known."""
    found = _ONE.fullmatch(text)
    if found is None:
        return None
    if found[2] == "%":
        per_cent = written(float(found[1]))
        return f"{per_cent}%" if per_cent is not None else None
    return written(float(found[1]) * _UNITS[found[2] or ""])


def share(text: str) -> str | None:
    """An opacity or a place in a gradient, 0 to 1."""
    found = _ONE.fullmatch(text)
    if found is None or found[2] not in (None, "%"):
        return None
    value = float(found[1]) / (100 if found[2] else 1)
    return written(min(1.0, max(0.0, value)))


def numbers(text: str) -> list[float] | None:
    """Numbers between commas and spaces, each possibly with `px` or `deg`."""
    found, place = [], _skipped(text, 0)
    while place < len(text):
        each = _EACH.match(text, place)
        if each is None or written(float(each[1])) is None:
            return None
        found.append(float(each[1]))
        place = _skipped(text, each.end())
    return found


def _skipped(text: str, place: int) -> int:
    match = _BETWEEN.match(text, place)
    return match.end() if match else place


def joined(values: Sequence[float]) -> str:
    return " ".join(f"{value:.7g}" for value in values)


def points(text: str) -> str | None:
    """The corners of a polygon."""
    found = numbers(text)
    return joined(found) if found and len(found) % 2 == 0 else None


def dashes(text: str) -> str | None:
    """The lengths of dashes and gaps."""
    if text == "none":
        return text
    found = numbers(text)
    return joined(found) if found and len(found) <= MAX_DASHES and min(found) >= 0 else None


def view_box(text: str) -> str | None:
    """Left, top, width and height, of which the last two are more than nothing."""
    found = numbers(text)
    return joined(found) if found and len(found) == 4 and min(found[2:]) > 1e-3 else None


def transform(text: str) -> str | None:
    """Functions that move, turn or stretch."""
    place, functions = 0, []
    text = text.strip()
    while place < len(text):
        found = _FUNCTION.match(text, place)
        arguments = numbers(found[2]) if found else None
        if found is None or arguments is None or len(arguments) not in _ARGUMENTS.get(found[1], ()):
            return None
        functions.append(f"{found[1]}({joined(arguments)})")
        place = found.end()
    return "".join(functions) if len(functions) <= MAX_FUNCTIONS else None


def colour(text: str) -> str | None:
    """A colour as `#rrggbb`, with two more digits where it is seen through, or `currentColor` or `inherit`."""
    text = text.strip()
    lower = text.lower()
    if lower in ("currentcolor", "inherit"):
        return "currentColor" if lower == "currentcolor" else lower
    if lower == "transparent":
        return "#00000000"
    if found := _RGB.fullmatch(lower):
        return _rgb(found[1])
    is_known = lower in ImageColor.colormap or re.fullmatch("#(?:[0-9a-f]{3,4}){1,2}", lower)
    if not is_known and not _HSL.fullmatch(lower):
        return None
    try:
        channels = ImageColor.getrgb(lower.replace("deg", ""))
    except ValueError:
        return None
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _rgb(text: str) -> str | None:
    parts = [part for part in re.split(r"[\s,/]+", text.strip()) if part]
    if len(parts) not in (3, 4):
        return None
    channels = []
    for part in parts[:3]:
        found = _ONE.fullmatch(part)
        if found is None or found[2] not in (None, "%"):
            return None
        channels.append(float(found[1]) * 255 / 100 if found[2] else float(found[1]))
    opacity = share(parts[3]) if len(parts) == 4 else None
    if len(parts) == 4:
        if opacity is None:
            return None
        channels.append(float(opacity) * 255)
    return "#" + "".join(f"{round(min(255.0, max(0.0, channel))):02x}" for channel in channels)


def paint(text: str) -> Value | None:
    """A colour, none, or a gradient of the file."""
    text = text.strip()
    if text.lower() == "none":
        return "none"
    if found := _URL.fullmatch(text):
        fallback = colour(found[3]) or "none"
        return Reference(id=found[2], form="url(#%s)", targets=_GRADIENTS, otherwise=fallback)
    return colour(text)


def link_to(*targets: str) -> Reader:
    """A reader of `#id`."""

    def read(text: str) -> Value | None:
        text = text.strip()
        if not text.startswith("#"):
            return None
        return Reference(id=text[1:], form="#%s", targets=frozenset(targets))

    return read


def reference_to(target: str) -> Reader:
    """A reader of `url(#id)` and `none`."""

    def read(text: str) -> Value | None:
        text = text.strip()
        found = _URL.fullmatch(text)
        if found is None or found[3]:
            return "none" if text == "none" else None
        return Reference(id=found[2], form="url(#%s)", targets=frozenset({target}))

    return read


def choice(*words: str) -> Reader:
    """A reader of one of these words."""
    return lambda text: text.strip() if text.strip() in words else None
