"""QR codes: what those in a photo say, such as the one on a printed certificate, and new ones for a page.

A picture from a stranger is decoded by C and C++: run `texts_in_picture` in a process that can be ended.

Source: ISO/IEC 18004 (QR Code), read by zxing-cpp and made by segno.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 25_000_000
#: Pixels of the longer side: a code that fills a tenth of it is still read, and larger pictures take longer.
_SIDE = 2_000
_MOST_CODES = 4
#: The white edge that every reader needs, in modules.
_EDGE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCode:
    """A QR code for an SVG: a square of `side` modules with its white edge, and the black ones as `path`."""

    side: int
    path: str


def draw_code(text: str) -> DrawnCode:
    """The text as a QR code, which is read also where a seventh of it is covered."""
    import segno  # for those alone who ask for one

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    path = "".join(
        f"M{x + _EDGE} {y + _EDGE}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for x, length in _runs(row)
    )
    return DrawnCode(side=len(rows) + 2 * _EDGE, path=path)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where black modules follow each other: the first, and how many."""
    runs: list[tuple[int, int]] = []
    for x, is_black in enumerate(row):
        if is_black and runs and sum(runs[-1]) == x:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        elif is_black:
            runs.append((x, 1))
    return runs


def texts_in_picture(picture: bytes) -> tuple[str, ...]:
    """The text of each QR code, each once; empty for what is no picture, or has none that can be read."""
    import zxingcpp  # for those alone who have a photo, as Pillow
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(picture), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return ()
            opened.draft("L", (_SIDE, _SIDE))  # a JPEG is decoded smaller at once
            grey = ImageOps.exif_transpose(_on_white(opened))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ):
        return ()
    grey.thumbnail((_SIDE, _SIDE))
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return tuple(dict.fromkeys(code.text for code in found[:_MOST_CODES] if code.valid))


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture in greys; what is transparent is white, as on a page."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("L")
    from PIL import Image

    coloured = picture.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(white, coloured).convert("L")
