"""Paths of an SVG, written anew as absolute moves, lines and curves; fontTools reads them."""

from __future__ import annotations

import re

from fontTools.svgLib.path.parser import parse_path

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


class _Pen:
    """Its methods are those of fontTools' pens; each raises ValueError for a number that is too large."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def moveTo(self, point: Point) -> None:
        self._step("M", point)

    def lineTo(self, point: Point) -> None:
        self._step("L", point)

    def curveTo(self, *points: Point) -> None:
        self._step("C", *points)

    def qCurveTo(self, *points: Point) -> None:
        self._step("Q", *points)

    def closePath(self) -> None:
        self.steps.append("Z")

    def endPath(self) -> None:
        """Nothing is written at the end of an open path."""

    def _step(self, name: str, *points: Point) -> None:
        numbers = [written(number) for point in points for number in point]
        if None in numbers:
            raise ValueError("a number of the path is too large")
        self.steps.append(name + " ".join(number for number in numbers if number is not None))
