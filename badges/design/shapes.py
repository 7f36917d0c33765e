"""The shapes of designed pictures: their outlines, and the places in them for a sign and for words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, hypot, pi, sin

from badges.design.drawing import SIDE
from badges.lettering import Point

DEFAULT_SHAPE = "hexagon"
_MIDDLE = SIDE / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`outline` has its corners clockwise; the others are heights on the sheet, of the middle of each part.

    `sign` is the sign's, `diamonds` those of the level, `level` its words, `issuer` the first line of the name's. The
    title stands between the first two.
    """

    outline: tuple[Point, ...]
    sign: float
    diamonds: float
    level: float
    issuer: float


def shape(code: str | None) -> Shape:
    """The shape of a code of the vocabulary `shapes`; the hexagon for one that only an institution's own list has."""
    return _SHAPES.get(code or DEFAULT_SHAPE) or _SHAPES[DEFAULT_SHAPE]


def raised(form: Shape, height: float) -> Shape:
    """The shape with what stands below the title higher by so much."""
    return replace(
        form, diamonds=form.diamonds - height, level=form.level - height, issuer=form.issuer - height
    )


def edges(corners: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The edges of the closed polygon, as pairs of corners."""
    return list(pairwise((*corners, corners[0])))


def inset(corners: Sequence[Point], distance: float) -> tuple[Point, ...]:
    """The corners of the same shape with every edge moved inwards by `distance`."""
    moved = []
    for (x1, y1), (x2, y2) in edges(corners):
        length = hypot(x2 - x1, y2 - y1)
        # The corners run clockwise on a sheet whose y grows downwards, so that this points inwards.
        inwards = (-(y2 - y1) / length * distance, (x2 - x1) / length * distance)
        moved.append(((x1 + inwards[0], y1 + inwards[1]), (x2 - x1, y2 - y1)))
    return tuple(
        _crossing(*before, *after) for before, after in zip(moved[-1:] + moved[:-1], moved, strict=True)
    )


def room(corners: Sequence[Point], top: float, bottom: float) -> float:
    """How wide a box around the middle of the sheet can be that lies inside the polygon between two heights."""
    steps = [top + (bottom - top) * step / 16 for step in range(17)]
    return min(2 * min((abs(x - _MIDDLE) for x in _crossings(corners, y)), default=0) for y in steps)


def below(corners: Sequence[Point], height: float) -> tuple[Point, ...]:
    """The part of a polygon that lies below a height."""
    kept: list[Point] = []
    for (x1, y1), (x2, y2) in edges(corners):
        if y1 >= height:
            kept.append((x1, y1))
        if (y1 < height) != (y2 < height):
            kept.append((x1 + (x2 - x1) * (height - y1) / (y2 - y1), height))
    return tuple(kept)


def _crossings(corners: Sequence[Point], y: float) -> Iterator[float]:
    for (x1, y1), (x2, y2) in edges(corners):
        if min(y1, y2) <= y <= max(y1, y2) and y1 != y2:
            yield x1 + (x2 - x1) * (y - y1) / (y2 - y1)


def _crossing(one: Point, along: Point, other: Point, along_other: Point) -> Point:
    """Where two lines cross, each given by a point and a direction; parallel ones at the other's point."""
    across = along[0] * along_other[1] - along[1] * along_other[0]
    if abs(across) < 1e-9:
        return other
    far = ((other[0] - one[0]) * along_other[1] - (other[1] - one[1]) * along_other[0]) / across
    return one[0] + along[0] * far, one[1] + along[1] * far


def _around(corners: Iterable[tuple[float, float]]) -> tuple[Point, ...]:
    """Points around the middle, each by its angle in degrees from the top, clockwise, and its distance."""
    return tuple(
        (_MIDDLE + distance * sin(angle * pi / 180), _MIDDLE - distance * cos(angle * pi / 180))
        for angle, distance in corners
    )


def _shield() -> tuple[Point, ...]:
    right = [(548.0, 62.0), (548.0, 318.0)] + [
        (548 - 248 * (0.62 * t * t + 0.38 * t), 318 + 272 * (1 - (1 - t) ** 1.55))
        for t in (0.2, 0.4, 0.6, 0.8)
    ]
    left = [(SIDE - x, y) for x, y in reversed(right)]
    return ((_MIDDLE, 18.0), *right, (_MIDDLE, 590.0), *left)


def _gate() -> tuple[Point, ...]:
    arch = [
        (_MIDDLE + 262 * sin(angle * pi / 180), 276 - 262 * cos(angle * pi / 180))
        for angle in range(-90, 91, 15)
    ]
    return (*arch, (562.0, 560.0), (530.0, 588.0), (70.0, 588.0), (38.0, 560.0))


_SHAPES = {
    "hexagon": Shape(
        outline=_around((angle, 290) for angle in range(0, 360, 60)),
        sign=140,
        diamonds=370,
        level=404,
        issuer=436,
    ),
    "sun": Shape(
        outline=_around((angle, 290) for angle in range(0, 360, 15)),
        sign=142,
        diamonds=394,
        level=432,
        issuer=464,
    ),
    # The morning star of Latvian patterns, blunted so that words find room.
    "star": Shape(
        outline=_around((22.5 * number, 240 if number % 2 else 296) for number in range(16)),
        sign=154,
        diamonds=366,
        level=398,
        issuer=430,
    ),
    "shield": Shape(outline=_shield(), sign=136, diamonds=372, level=408, issuer=442),
    "gate": Shape(outline=_gate(), sign=146, diamonds=408, level=448, issuer=484),
    "octagon": Shape(
        outline=_around((22.5 + 45 * number, 300) for number in range(8)),
        sign=140,
        diamonds=402,
        level=442,
        issuer=478,
    ),
}
