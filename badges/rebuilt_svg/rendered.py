"""The PNG of an SVG that was written anew; resvg draws it."""

from __future__ import annotations

from io import BytesIO

import resvg_py
from PIL import Image

from badges.errors import PictureError
from badges.pictures import SIDE, OwnPicture, Square
from badges.rebuilt_svg import rebuild


def own_picture(file: bytes, square: Square | None = None) -> OwnPicture:
    """The picture in the SVG file of a stranger, or that part of it.

    Raises PictureError as `rebuild` and `render` do.
    """
    rebuilt = rebuild(file, square)
    return OwnPicture(png=render(rebuilt.svg), svg=rebuilt.svg, left_out=rebuilt.left_out)


def render(svg: bytes) -> bytes:
    """A PNG of 600 pixels a side. Raises PictureError `svg_empty` where nothing would be seen.

    Only for what `rebuild` wrote: resvg would read pictures and fonts from the disk where a file names them.
    """
    try:
        drawn = resvg_py.svg_to_bytes(
            svg_string=svg.decode(), width=SIDE, height=SIDE, skip_system_fonts=True
        )
    except ValueError as error:
        raise PictureError("svg_too_complex", "The SVG cannot be drawn.") from error
    with Image.open(BytesIO(drawn), formats=("PNG",)) as opened:
        image = opened.convert("RGBA")
    if image.getchannel("A").getbbox() is None:
        raise PictureError("svg_empty", "Nothing in the SVG can be drawn.")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
