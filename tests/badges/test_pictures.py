"""Any uploaded picture becomes a square PNG; any other file is refused with its reason."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from badges.errors import PictureError
from badges.pictures import MAX_BYTES, fit_picture


def picture_file(size=(300, 300), kind="PNG", mode="RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 200).save(out, kind, **options)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("size", [(200, 200), (1000, 400), (400, 1000), (600, 600)])
def test_a_picture_fits_the_square_of_a_badge(kind, size):
    image = opened(fit_picture(picture_file(size, kind)))
    assert (image.format, image.size, image.mode) == ("PNG", (600, 600), "RGBA")
    assert image.getpixel((300, 300))[3] == 255
    assert (image.getpixel((0, 0))[3] == 0) is (size[0] != size[1])


def test_the_metadata_of_the_file_is_removed():
    metadata = PngInfo()
    metadata.add_text("openbadgecredential", "a badge of somebody else")
    file = picture_file(pnginfo=metadata)
    assert b"somebody else" in file
    assert b"somebody else" not in fit_picture(file)
    assert opened(fit_picture(file)).info.keys() <= {"dpi", "gamma"}


def code(file: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        fit_picture(file)
    return caught.value.code


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\n",
        picture_file()[:60],
        picture_file(kind="GIF", mode="L"),
    ],
    ids=["nothing", "a GIF's head", "SVG", "PDF", "a PNG's head", "a PNG cut short", "GIF"],
)
def test_a_file_that_is_no_picture_is_refused(file):
    assert code(file) == "not_a_picture"


def test_a_picture_beyond_the_limits_is_not_decoded():
    assert code(b"x" * (MAX_BYTES + 1)) == "picture_too_large"
    assert code(picture_file((100, 300))) == "picture_too_small"
    assert code(picture_file((4001, 300), mode="1")) == "picture_too_wide"
    assert code(with_side_in_header(60_000)) == "picture_too_wide"  # Pillow itself calls this a bomb


def with_side_in_header(side: int) -> bytes:
    """A small picture whose header has another side length."""
    file = bytearray(picture_file())
    file[16:24] = side.to_bytes(4) * 2
    file[29:33] = zlib.crc32(file[12:29]).to_bytes(4)
    return bytes(file)
