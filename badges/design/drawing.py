"""Drawing: what a designed picture consists of, whatever it is written as.

All measures are on a sheet of SIDE by SIDE; y grows downwards. The parts are drawn in their order, each over those
before it, in flat colours; only pictures have others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from badges.lettering import Colour, Point

SIDE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled polygon."""

    corners: tuple[Point, ...]
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points, with round ends and corners."""

    points: tuple[Point, ...]
    width: float
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text with its centre at `middle`; `size` is that of its letters."""

    text: str
    middle: Point
    size: float
    weight: Literal["medium", "bold"]
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG of ours, stretched over the box between two corners: left, top, right, bottom."""

    png: bytes
    box: tuple[float, float, float, float]


Part = Area | Line | Words | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The parts of a picture; outside of `edge` it is transparent."""

    edge: tuple[Point, ...]
    parts: tuple[Part, ...]
