"""Paths of an SVG, written anew as absolute moves, lines and curves; fontTools reads them."""

from __future__ import annotations

import re

from fontTools.svgLib.path.parser import parse_path

from badges.design.path_pen import PathPen
from badges.lettering import Point
from badges.rebuilt_svg.values import written

_CHARACTERS = re.compile(r"[MmZzLlHhVvCcSsQqTtAaEe0-9+\-.,\s]*+")


def path(text: str) -> str | None:
    """The path; None where it cannot be read to its end."""
    if not _CHARACTERS.fullmatch(text):
        return None
    pen = _Pen()
    try:
        # fontTools knows no other space between the numbers of an arc.
        parse_path(" ".join(text.split()), pen)
    except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError):
        return None
    return "".join(pen.steps)


class _Pen(PathPen):
    """Raises ValueError for a number that is too large."""

    def written(self, point: Point) -> str:
        numbers = [text for number in point if (text := written(number)) is not None]
        if len(numbers) < len(point):
            raise ValueError("a number of the path is too large")
        return " ".join(numbers)
