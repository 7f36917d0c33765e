"""What is seen of each choice for the picture of a badge: the outline of a shape, the colours of a palette, a sign."""

from __future__ import annotations

from dataclasses import dataclass

from badges.design import palettes, shapes, signs

__all__ = ["Swatch", "shape_path", "sign_path", "swatch"]

sign_path = signs.sign_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """Three colours of a palette, as HTML writes them."""

    rim: str
    field: str
    thread: str


def shape_path(code: str) -> str:
    """The outline of a shape as a path on a sheet of 600 by 600, drawn with a broad line that stays within it."""
    corners = shapes.inset(shapes.shape(code).outline, 18)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in corners) + "Z"


def swatch(code: str) -> Swatch:
    """The colours of a code of the vocabulary `colours`. Raises KeyError for an unknown one."""
    colours = palettes.palette(code)
    return Swatch(
        rim=palettes.in_hex(colours.light),
        field=palettes.in_hex(colours.field),
        thread=palettes.in_hex(colours.thread),
    )
