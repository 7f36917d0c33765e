"""PathPen: an outline that a library draws is written as the path of an SVG."""

from __future__ import annotations

from badges.lettering import Point


class PathPen:
    """Collects the `steps` of a path. Its methods have the names that fontTools and HarfBuzz call."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def written(self, point: Point) -> str:
        """The two numbers of the point as they stand in the path: each kind of pen says how.

        Raises NotImplementedError.
        """
        raise NotImplementedError

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
        """Nothing is written at the end of an open outline."""

    def _step(self, name: str, *points: Point) -> None:
        self.steps.append(name + " ".join(map(self.written, points)))
