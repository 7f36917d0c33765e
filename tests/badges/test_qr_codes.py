"""The QR codes in photos, and in what only claims to be one."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
from PIL import Image

from badges.qr_codes import MAX_PIXELS, texts_in_picture
from lti_tool import bounded_process

TEXT = "https://badges.example.org/badges/1"


def code(text: str = TEXT) -> Image.Image:
    drawn = BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=5)
    drawn.seek(0)
    return Image.open(drawn).convert("RGB")


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("degrees", [0, 90, 33])
def test_a_code_is_read_in_each_kind_of_picture_however_it_is_held(kind: str, degrees: int) -> None:
    turned = code().rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    assert texts_in_picture(saved(turned, kind)) == (TEXT,)


def test_a_code_on_a_transparent_ground_is_read() -> None:
    drawn = BytesIO()
    segno.make(TEXT).save(drawn, kind="png", scale=5, light=None)
    assert texts_in_picture(drawn.getvalue()) == (TEXT,)


def test_a_small_code_in_a_large_photo_is_read() -> None:
    photo = Image.new("RGB", (4000, 3000), "grey")
    photo.paste(code().resize((420, 420)), (3100, 2200))
    assert texts_in_picture(saved(photo, "JPEG")) == (TEXT,)


def test_each_text_is_told_once() -> None:
    photo = Image.new("RGB", (900, 400), "white")
    for number, text in enumerate((TEXT, "x", TEXT)):
        photo.paste(code(text), (300 * number, 50))
    assert sorted(texts_in_picture(saved(photo, "PNG"))) == [TEXT, "x"]


def test_what_is_no_picture_or_too_large_has_none() -> None:
    whole = saved(code(), "PNG")
    side = int(MAX_PIXELS**0.5) + 1
    too_large = saved(Image.new("L", (side, side)), "PNG")
    bomb = saved(Image.new("1", (60_000, 60_000)), "PNG")
    for file in (b"", b"x", whole[:60], whole[: len(whole) // 2], too_large, bomb, b"GIF89a\1\0\1\0"):
        assert texts_in_picture(file) == ()


def test_a_process_that_is_ended_has_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bounded_process.texts_in_picture(saved(code(), "PNG")) == (TEXT,)
    assert bounded_process.texts_in_picture(saved(code(), "PNG"), seconds=0.001) == ()
