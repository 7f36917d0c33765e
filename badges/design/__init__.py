"""Designs: badge pictures that a template's author has chosen the shape, the colours and the sign of.

`badge_drawing` is for 96 pixels and more, `mark_drawing` for less: the same shape and sign without words, which nobody
could read there. `as_png` and `as_svg` write either.
"""

from __future__ import annotations

from badges.design.badge import Design, badge_drawing, mark_drawing
from badges.design.png import as_png
from badges.design.vector import as_svg

__all__ = ["Design", "as_png", "as_svg", "badge_drawing", "mark_drawing"]
