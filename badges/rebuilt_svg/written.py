"""The new SVG file: a square, and in its middle the picture in its own proportions, or a square part of it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from badges.errors import PictureError
from badges.pictures import Square
from badges.rebuilt_svg.allowed import Node, box_of
from badges.svg import NAMESPACE_OF_SVG

SIDE = 600
BEGINNING = f'<svg xmlns="{NAMESPACE_OF_SVG}" viewBox="0 0 {SIDE} {SIDE}" role="img">'.encode()


def write(root: Node, max_bytes: int, square: Square | None = None) -> bytes:
    """The file. Raises PictureError `svg_too_complex` where it would be larger than `max_bytes`."""
    _, _, width, height = box_of(root)
    # The picture keeps its own coordinates, by which it may say how large something is in per cent. What lies beyond
    # the file's square is not drawn.
    if square is None:
        side = max(width, height)
        left, top = (width - side) / 2, (height - side) / 2
    else:
        left, top, side = square.within(width, height)
    scale = SIDE / side
    root.attributes |= {
        "x": f"{-left * scale or 0:.7g}",
        "y": f"{-top * scale or 0:.7g}",
        "width": f"{width * scale:.7g}",
        "height": f"{height * scale:.7g}",
    }
    parts, size = [BEGINNING], 0
    for part in _written(root):
        parts.append(part.encode())
        size += len(parts[-1])
        if size > max_bytes:
            raise PictureError("svg_too_complex", "The SVG would be too large.")
    return b"".join((*parts, b"</svg>"))


def _written(node: Node) -> Iterator[str]:
    attributes = ({"id": node.id} if node.id else {}) | node.attributes
    yield f"<{node.name}" + "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    if not node.children:
        yield "/>"
        return
    yield ">"
    for child in node.children:
        yield from _written(child)
    yield f"</{node.name}>"
