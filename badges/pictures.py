"""fit: a picture that somebody gives for a badge, made into one that a badge can be baked into."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from badges.errors import PictureError

MOST_BYTES = 700_000
LEAST_SIDE, MOST_SIDE = 200, 4000
SIDE = 600
FORMATS = ("PNG", "JPEG")


def fit_picture(file: bytes) -> bytes:
    """A PNG of 600 pixels a side with the whole picture in its middle, and nothing else of the file.

    Raises PictureError: `picture_too_large`, `not_a_picture`, `picture_too_small` or `picture_too_wide`.
    """
    if len(file) > MOST_BYTES:
        raise PictureError("picture_too_large", f"The picture has more than {MOST_BYTES} bytes.")
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
    """Told from the file's first bytes: a picture too large is not unpacked."""
    if min(size) < LEAST_SIDE:
        raise PictureError("picture_too_small", f"The picture has a side of less than {LEAST_SIDE} pixels.")
    if max(size) > MOST_SIDE:
        raise _too_wide()


def _too_wide() -> PictureError:
    return PictureError("picture_too_wide", f"The picture has a side of more than {MOST_SIDE} pixels.")
