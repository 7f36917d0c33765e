"""The default picture: small, the same each time, and every Latvian letter in it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from badges.artwork import level_text, picture, template_picture
from badges.bake import text_chunks
from badges.template.model import Template
from badges.vocabularies import vocabulary

LONG = (
    "Ģeneratīvā mākslīgā intelekta atbildīga izmantošana pētniecībā un studiju procesā augstskolās "
    "un koledžās visā Latvijā un ārpus tās"
)


def opened(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png)) as image:
        return image.convert("RGBA")


@pytest.mark.parametrize("colours", [concept.code for concept in vocabulary("colours")])
def test_a_picture_is_small_square_and_transparent_in_the_corners(colours: str) -> None:
    png = picture("Saules paneļu sistēmu droša montāža", "EKI 4 · LKI 4", "Rīgas koledža", colours)
    image = opened(png)
    assert image.size == (600, 600)
    assert len(png) < 30_000
    assert [image.getpixel(corner)[3] for corner in ((0, 0), (599, 0), (0, 599), (599, 599))] == [0, 0, 0, 0]
    assert image.getpixel((300, 30))[3] == 255
    assert text_chunks(png) == []


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert picture("Solar", "EQF 4", "Riga College") == picture("Solar", "EQF 4", "Riga College")


def test_title_level_issuer_and_colours_each_change_the_picture() -> None:
    plain = picture("Solar", "EQF 4", "Riga College", "sea")
    others = [
        picture("Polar", "EQF 4", "Riga College", "sea"),
        picture("Solar", "EQF 5", "Riga College", "sea"),
        picture("Solar", None, "Riga College", "sea"),
        picture("Solar", "EQF 4", "Riga School", "sea"),
        picture("Solar", "EQF 4", "Riga College", "amber"),
    ]
    assert len({plain, *others}) == 6


@pytest.mark.parametrize("letter", "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ")
def test_each_latvian_letter_is_drawn_with_its_mark(letter: str) -> None:
    base = unicodedata.normalize("NFD", letter)[0]
    missing = picture("\U0001f600", None, "-")
    drawn = {picture(text, None, "-") for text in (letter, base)}
    assert len(drawn) == 2
    assert missing not in drawn


# Everything written must stay inside the inner hexagon; around it the pictures are the same.
@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        pytest.param(LONG, "Rīgas Ekonomikas un starptautisko attiecību augstskola", id="long"),
        pytest.param("x" * 200, "y" * 200, id="one endless word"),
        pytest.param("Excel", "Vidzemes Prasmju centrs", id="short"),
        pytest.param("W W W W W " * 20, "WW " * 60, id="many short words"),
        pytest.param("", "", id="nothing"),
        pytest.param("a\nb\tc", "d\ne", id="line ends"),
    ],
)
def test_no_title_runs_over_the_edge(title: str, issuer: str) -> None:
    drawn = opened(picture(title, "EKI 4 · LKI 4", issuer))
    empty = opened(picture("", "EKI 4 · LKI 4", ""))
    box = (
        ImageChops.difference(drawn.convert("RGB"), empty.convert("RGB"))
        .point(lambda value: 255 if value > 40 else 0)
        .getbbox()
    )
    if box is not None:
        left, top, right, bottom = box
        assert left > 100 and right < 500 and top > 180 and bottom < 520


def test_the_level_is_written_in_the_language_of_the_badge(solar: Template) -> None:
    assert level_text(solar, "lv") == "EKI 4 · LKI 4"
    assert level_text(solar, "en") == "EQF 4 · LKI 4"
    assert level_text(replace(solar, lki_level=None), "en") == "EQF 4"
    assert level_text(replace(solar, level="not-applicable", lki_level=None), "en") is None


def test_the_picture_of_a_template_has_its_texts(solar: Template) -> None:
    assert template_picture(solar, "Riga College", "lv") == picture(
        "Saules paneļu sistēmu droša montāža", "EKI 4 · LKI 4", "Riga College", "amber"
    )
    assert template_picture(solar, "Riga College", "lv", 200) != template_picture(solar, "Riga College", "lv")
