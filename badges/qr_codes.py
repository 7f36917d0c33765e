"""texts_in_picture: what the QR codes in a photo say, such as the one on a printed certificate.

A picture from a stranger is decoded by C and C++: run this in a process that can be ended.

Source: ISO/IEC 18004 (QR Code), read by zxing-cpp.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 25_000_000
#: Pixels of the longer side: a code that fills a tenth of it is still read, and larger pictures take longer.
_SIDE = 2_000
_MOST_CODES = 4


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
