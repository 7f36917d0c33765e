"""Marks: pictures of badges for lists, where they are so small that nobody could read words in them."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image

from badges.design import Design, as_png, as_svg, mark_drawing
from badges.template.model import Template

#: In pixels: three for each of the 48 of a list.
SIDE = 144


def mark(template: Template) -> bytes:
    """The mark of a template's automatic picture as a PNG of 144 pixels a side: its shape, colours and sign."""
    return _drawn(template.shape, template.colours, template.sign)


def mark_as_svg(template: Template) -> bytes:
    """The same as an SVG, which is made in a hundredth of the time."""
    return as_svg(mark_drawing(_design(template.shape, template.colours, template.sign)), "")


def reduced(picture: bytes) -> bytes:
    """A PNG of 144 pixels a side of a picture of ours."""
    with Image.open(BytesIO(picture), formats=("PNG",)) as opened:
        image = opened.convert("RGBA").resize((SIDE, SIDE))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=256)
def _drawn(shape: str | None, colours: str | None, sign: str | None) -> bytes:
    return as_png(mark_drawing(_design(shape, colours, sign)), SIDE)


def _design(shape: str | None, colours: str | None, sign: str | None) -> Design:
    return Design(title="", issuer="", shape=shape, colours=colours, sign=sign)
