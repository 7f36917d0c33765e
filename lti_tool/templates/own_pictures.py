"""A picture that an author has uploaded for a badge, whatever kind of file it is."""

from __future__ import annotations

from badges.pictures import OwnPicture, Square, fit_picture
from badges.svg import looks_like_svg
from lti_tool import bounded_process


def read_picture(file: bytes, square: Square | None = None) -> OwnPicture:
    """The picture in a PNG, JPEG or SVG file, or that part of it. Takes up to some seconds.

    Raises PictureError as `badges.pictures.fit_picture` or `bounded_process.own_svg_picture` does.
    """
    if looks_like_svg(file):
        return bounded_process.own_svg_picture(file, square)
    return OwnPicture(png=fit_picture(file, square))
