"""Any uploaded picture becomes a square PNG; any other file is refused with its reason."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from badges.errors import PictureError
from badges.pictures import MAX_BYTES, MAX_SCANS, MAX_SIDE, Square, fit_logo, fit_picture


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


def test_no_picture_has_more_than_25_megapixels():
    assert MAX_SIDE**2 <= 25_000_000
    assert opened(fit_picture(picture_file((MAX_SIDE, MAX_SIDE), mode="L"))).size == (600, 600)


def jpeg_of_scans(count: int, side: int = 300) -> bytes:
    """A progressive JPEG of so many scans, each of which says of all blocks that nothing is added."""
    file = picture_file((side, side), "JPEG", "L", progressive=True)
    start = file.index(b"\xff\xda")
    scan = bytes.fromhex("ffda 0008 01 01 00 01 3f 00")  # one component, coefficients 1 to 63
    nothing = b"\x00" * ((side + 7) // 8) ** 2
    return (
        file[:start]
        + one_code(0x00, 0)
        + first_scan(side)
        + one_code(0x10, 0)
        + (scan + nothing) * count
        + b"\xff\xd9"
    )


def one_code(table: int, symbol: int) -> bytes:
    """A Huffman table in which one bit, 0, is the symbol."""
    return b"\xff\xc4\x00\x14" + bytes([table, 1]) + bytes(15) + bytes([symbol])


def first_scan(side: int) -> bytes:
    return bytes.fromhex("ffda 0008 01 01 00 00 00 00") + b"\x00" * ((side + 7) // 8) ** 2


def test_a_jpeg_of_very_many_scans_is_not_decoded():
    assert opened(fit_picture(jpeg_of_scans(MAX_SCANS - 1))).size == (600, 600)
    assert code(jpeg_of_scans(MAX_SCANS)) == "picture_too_complex"
    with pytest.raises(PictureError, match="scans"):
        fit_logo(jpeg_of_scans(MAX_SCANS))


def test_only_the_first_picture_of_an_animation_is_kept():
    out = BytesIO()
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=100)
    assert b"acTL" in out.getvalue()
    kept = fit_picture(out.getvalue())
    assert b"acTL" not in kept and b"fcTL" not in kept
    assert opened(kept).getpixel((300, 300)) == (255, 0, 0, 255)


def test_a_text_that_unpacks_to_very_much_is_refused():
    bomb = PngInfo()
    bomb.add_text("Comment", "x" * 5_000_000, zip=True)
    file = picture_file(pnginfo=bomb)
    assert len(file) < MAX_BYTES
    assert code(file) == "not_a_picture"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_follows_a_picture_is_left_behind(kind):
    kept = fit_picture(picture_file(kind=kind) + b"<script>alert(1)</script>")
    assert b"script" not in kept


@pytest.mark.parametrize(
    "svg",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://example.org/x.png'/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><iframe/></foreignObject></svg>",
        b"<!DOCTYPE svg [<!ENTITY a '&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
    ],
    ids=["script", "reference", "foreign object", "entities"],
)
def test_no_svg_is_read_at_all(svg):
    assert code(svg) == "not_a_picture"


def halves(size=(800, 400), kind="PNG", **options) -> bytes:
    """Left red, right blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def corner_colours(png: bytes) -> list[str]:
    names = {(255, 0, 0, 255): "red", (0, 0, 255, 255): "blue", (255, 255, 255, 0): "none"}
    return [names[opened(png).getpixel(place)] for place in ((5, 5), (595, 5), (5, 595), (595, 595))]


@pytest.mark.parametrize(
    ("across", "zoom", "colours"),
    [
        (0, 1, ["red"] * 4),
        (1, 1, ["blue"] * 4),
        (0.5, 1, ["red", "blue"] * 2),
        (0.25, 2, ["red"] * 4),
        (0.5, 2, ["red", "blue"] * 2),
    ],
)
def test_a_square_of_a_picture_is_cut_out(across, zoom, colours):
    square = Square(across=across, down=0.5, zoom=zoom)
    assert corner_colours(fit_picture(halves(), square)) == colours
    assert corner_colours(fit_picture(halves())) == ["none"] * 4


def test_a_square_lies_as_far_down_as_was_chosen():
    tall = Image.open(BytesIO(halves())).transpose(Image.Transpose.ROTATE_270)
    out = BytesIO()
    tall.save(out, "PNG")
    found = [
        corner_colours(fit_picture(out.getvalue(), Square(across=0.5, down=down, zoom=1)))[0]
        for down in (0, 1)
    ]
    assert found == ["red", "blue"]


def test_a_part_with_too_few_pixels_is_refused():
    fit_picture(halves(), Square(across=0, down=0, zoom=2))
    with pytest.raises(PictureError) as caught:
        fit_picture(halves(), Square(across=0, down=0, zoom=2.1))
    assert caught.value.code == "part_too_small"


def test_a_photo_stands_as_it_was_taken():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    png = fit_picture(halves((600, 600), "JPEG", exif=exif, quality=100))
    left, right = opened(png).getpixel((5, 300)), opened(png).getpixel((595, 300))
    assert left[2] > 200 and right[0] > 200
    exif[ExifTags.Base.Orientation] = 99
    assert opened(fit_picture(halves((600, 600), "JPEG", exif=exif))).getpixel((5, 300))[0] > 200
