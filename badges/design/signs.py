"""The signs of designed pictures: outlines of a set of icons, and a star where none is chosen.

`signs.toml` has those that were chosen from Lucide (ISC and MIT, see `Lucide-licence.txt`), as absolute paths of moves,
lines and curves on a sheet of 24 by 24. A path is drawn with a line, never filled.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from badges.lettering import Point

GRID = 24
#: The thickness of the lines on the grid.
LINE_WIDTH = 2.0
LICENCE = Path(__file__).parent / "Lucide-licence.txt"
_FILE = Path(__file__).parent / "signs.toml"
#: In how many straight pieces a curve is drawn: at 600 pixels none is longer than two of them are wide.
_PIECES = 10
_STEP = re.compile(r"([MLCZ])([^MLCZ]*)")


def sign_path(code: str | None) -> str:
    """The path of a sign as SVG writes it; "" for none, and for one that only an institution's own list has."""
    return _paths().get(code or "", "")


@cache
def sign_lines(code: str | None) -> tuple[tuple[Point, ...], ...]:
    """The same as lines through points, on the grid."""
    lines: list[list[Point]] = []
    for step, numbers in _STEP.findall(sign_path(code)):
        values = [float(number) for number in numbers.split()]
        points = list(zip(values[::2], values[1::2], strict=True))
        if step == "M":
            lines.append(points)
        elif step == "L":
            lines[-1] += points
        elif step == "C":
            lines[-1] += _curve(lines[-1][-1], *points)
        else:
            lines[-1].append(lines[-1][0])
    return tuple(map(tuple, lines))


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


@cache
def _paths() -> Mapping[str, str]:
    paths: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["paths"]
    return paths
