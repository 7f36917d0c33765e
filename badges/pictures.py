"""Pictures of others, made into PNGs of ours: one that a badge can be baked into, and the logo of an issuer."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from badges.errors import PictureError

MAX_BYTES = 700_000
#: In pixels, of the uploaded picture. The maximum also limits the memory that decoding takes.
MIN_SIDE, MAX_SIDE = 200, 4000
#: In pixels, of the picture that comes out.
SIDE = 600
#: The same of a logo: none is shown larger than 200 pixels wide, on screens that have more than two for each.
MIN_LOGO_SIDE, LOGO_SIDE = 32, 512
#: Of a part of a picture.
MAX_ZOOM = 5
FORMATS = ("PNG", "JPEG")
#: A picture of a camera or a drawing program has about ten scans. Each is decoded over the whole picture, and takes
#: thirty bytes at least: with all that fit into MAX_BYTES it would take a minute.
MAX_SCANS = 100
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_JPEG, _SCAN = b"\xff\xd8", b"\xff\xda"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPicture:
    """A picture that somebody has chosen for a badge: a PNG of 600 pixels a side, and an SVG of it where it was one.

    `left_out` names the elements and attributes of the SVG that could not be taken over.
    """

    png: bytes
    svg: bytes = b""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A square part of a picture. `zoom` is 1 for the largest, 2 for one of half its side, at most MAX_ZOOM.

    `across` and `down` are where it lies, 0 to 1 of the room that is left: 0 is the left or the top, 0.5 the middle.
    """

    across: float
    down: float
    zoom: float

    def within(self, width: float, height: float) -> tuple[float, float, float]:
        """Its left, its top and its side in a picture of that size."""
        side = min(width, height) / self.zoom
        return (width - side) * self.across, (height - side) * self.down, side


def fit_picture(file: bytes, square: Square | None = None) -> bytes:
    """A transparent PNG of 600 pixels a side with that part, or the whole picture in its centre; without any metadata.

    Raises PictureError with the code `picture_too_large`, `picture_too_complex`, `not_a_picture`, `picture_too_small`,
    `picture_too_wide` or `part_too_small`.
    """
    picture = _opened(file, MIN_SIDE)
    if square is not None:
        picture = _part(picture, square)
    return _placed(ImageOps.contain(picture, (SIDE, SIDE)), (SIDE, SIDE))


def _part(picture: Image.Image, square: Square) -> Image.Image:
    """The part of the picture, a square."""
    left, top, side = (round(each) for each in square.within(*picture.size))
    if side < MIN_SIDE:
        raise PictureError(
            "part_too_small", f"The part of the picture has a side of less than {MIN_SIDE} pixels."
        )
    return picture.crop((left, top, left + side, top + side))


def fit_logo(file: bytes) -> bytes:
    """A PNG of the whole logo in its own proportions, at most 512 pixels a side, without any metadata of the file.

    A small one is not enlarged. Raises PictureError as `fit_picture` does.
    """
    logo = _opened(file, MIN_LOGO_SIDE)
    logo.thumbnail((LOGO_SIDE, LOGO_SIDE))
    return _placed(logo, logo.size)


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether two PNGs that were made here show the same picture, however their bytes were compressed."""
    if one == other:
        return True
    with Image.open(BytesIO(one)) as first, Image.open(BytesIO(other)) as second:
        return first.size == second.size and first.tobytes() == second.tobytes()


def _opened(file: bytes, least: int) -> Image.Image:
    """The picture with its pixels decoded; each side has at least so many."""
    if len(file) > MAX_BYTES:
        raise PictureError("picture_too_large", f"The picture has more than {MAX_BYTES} bytes.")
    if file.startswith(_JPEG) and file.count(_SCAN) > MAX_SCANS:
        raise PictureError("picture_too_complex", f"The JPEG has more than {MAX_SCANS} scans.")
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as opened:
            _demand_size(opened.size, least)
            return _upright(opened).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_wide() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureError("not_a_picture", "This is neither a PNG nor a JPEG picture.") from error


def _upright(picture: Image.Image) -> Image.Image:
    """The picture as it is seen: cameras store how they were held beside the pixels."""
    if picture.format != "JPEG":
        return picture
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return picture
    return picture.transpose(turn) if turn is not None else picture


def _placed(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """The PNG of that size with the picture in its centre; what the file said beside its pixels is left behind."""
    width, height = size
    whole = Image.new("RGBA", size, (255, 255, 255, 0))
    whole.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    out = BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def _demand_size(size: tuple[int, int], least: int) -> None:
    """Raises PictureError for a side out of bounds. Pillow reads the size from the header, before decoding pixels."""
    if min(size) < least:
        raise PictureError("picture_too_small", f"The picture has a side of less than {least} pixels.")
    if max(size) > MAX_SIDE:
        raise _too_wide()


def _too_wide() -> PictureError:
    return PictureError("picture_too_wide", f"The picture has a side of more than {MAX_SIDE} pixels.")
