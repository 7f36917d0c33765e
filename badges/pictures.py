"""fit_picture: an uploaded picture, made into a square PNG that a badge can be baked into."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from badges.errors import PictureError

MAX_BYTES = 700_000
#: In pixels, of the uploaded picture. The maximum also limits the memory that decoding takes.
MIN_SIDE, MAX_SIDE = 200, 4000
#: In pixels, of the picture that comes out.
SIDE = 600
FORMATS = ("PNG", "JPEG")


def fit_picture(file: bytes) -> bytes:
    """A transparent PNG of 600 pixels a side with the whole picture in its centre, without any metadata of the file.

    Raises PictureError with the code `picture_too_large`, `not_a_picture`, `picture_too_small` or `picture_too_wide`.
    """
    if len(file) > MAX_BYTES:
        raise PictureError("picture_too_large", f"The picture has more than {MAX_BYTES} bytes.")
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as opened:
            _demand_size(opened.size)
            picture = ImageOps.contain(opened.convert("RGBA"), (SIDE, SIDE))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_wide() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureError("not_a_picture", "This is neither a PNG nor a JPEG picture.") from error
    square = Image.new("RGBA", (SIDE, SIDE), (255, 255, 255, 0))
    square.paste(picture, ((SIDE - picture.width) // 2, (SIDE - picture.height) // 2))
    out = BytesIO()
    square.save(out, "PNG")
    return out.getvalue()


def _demand_size(size: tuple[int, int]) -> None:
    """Raises PictureError for a side out of bounds. Pillow reads the size from the header, before decoding pixels."""
    if min(size) < MIN_SIDE:
        raise PictureError("picture_too_small", f"The picture has a side of less than {MIN_SIDE} pixels.")
    if max(size) > MAX_SIDE:
        raise _too_wide()


def _too_wide() -> PictureError:
    return PictureError("picture_too_wide", f"The picture has a side of more than {MAX_SIDE} pixels.")
