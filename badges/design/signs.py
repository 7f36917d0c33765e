"""The signs of designed pictures: drawings of a set of icons, and a star where none is chosen.

The drawings are those of Lucide (ISC and MIT, see `Lucide-licence.txt`), which the package `lucide` brings, on a sheet
of 24 by 24. They are drawn with a line, never filled. The vocabulary `signs` names those that the editor offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import lucide
from fontTools.svgLib.path import SVGPath

from badges.lettering import Point

GRID = 24
#: The thickness of the lines on the grid.
LINE_WIDTH = 2.0
LICENCE = Path(__file__).parent / "Lucide-licence.txt"
#: In how many straight pieces a curve is drawn: at 600 pixels none is longer than two of them are wide.
_PIECES = 10


@cache
def sign_path(code: str | None) -> str:
    """The path of a sign as SVG writes it; "" for none, and for a code without a drawing."""
    return "".join(_drawn(code).path)


@cache
def sign_lines(code: str | None) -> tuple[tuple[Point, ...], ...]:
    """The same as lines through points, on the grid."""
    return tuple(map(tuple, _drawn(code).lines))


def _drawn(code: str | None) -> _Pen:
    pen, drawing = _Pen(), _drawings().get(f"{code}.svg")
    if drawing is not None:
        SVGPath.fromstring(drawing).draw(pen)
    return pen


@cache
def _drawings() -> Mapping[str, bytes]:
    with ZipFile(BytesIO((files(lucide) / "lucide.zip").read_bytes())) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


class _Pen:
    """Notes what is drawn, in absolute moves, lines and cubic curves; its methods are those of fontTools' pens."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.lines: list[list[Point]] = []

    def moveTo(self, point: Point) -> None:
        self._note("M", point)
        self.lines.append([point])

    def lineTo(self, point: Point) -> None:
        self._note("L", point)
        self.lines[-1].append(point)

    def curveTo(self, one: Point, other: Point, end: Point) -> None:
        self._note("C", one, other, end)
        self.lines[-1] += _curve(self.lines[-1][-1], one, other, end)

    def qCurveTo(self, corner: Point, end: Point) -> None:
        """A quadratic curve, which is this cubic one."""
        self.curveTo(_towards(self.lines[-1][-1], corner), _towards(end, corner), end)

    def closePath(self) -> None:
        self._note("Z")
        self.lines[-1].append(self.lines[-1][0])

    def endPath(self) -> None:
        """A line that is not closed ends: there is nothing to note."""

    def _note(self, step: str, *points: Point) -> None:
        self.path.append(step + " ".join(f"{round(number, 2):g}" for point in points for number in point))


def _towards(start: Point, corner: Point) -> Point:
    """Two thirds of the way."""
    return start[0] + (corner[0] - start[0]) * 2 / 3, start[1] + (corner[1] - start[1]) * 2 / 3


def _curve(start: Point, one: Point, other: Point, end: Point) -> list[Point]:
    """The points of a cubic Bézier curve after its start."""
    points = []
    for piece in range(1, _PIECES + 1):
        t = piece / _PIECES
        shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        corners = (start, one, other, end)
        points.append(
            (
                sum(share * corner[0] for share, corner in zip(shares, corners, strict=True)),
                sum(share * corner[1] for share, corner in zip(shares, corners, strict=True)),
            )
        )
    return points
