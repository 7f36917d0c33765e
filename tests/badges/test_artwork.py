"""The default picture: small, the same each time, and every Latvian letter in it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from badges import lettering
from badges.artwork import level_text, picture, template_picture, undrawn
from badges.bake import text_chunks
from badges.issuer import IssuerProfile
from badges.lettering import undrawable_in_picture
from badges.template.declarations import RECOGNITION, Declarations
from badges.template.model import Template
from badges.template.values import AwardingBody
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


def box_of_what_is_written(title: str, issuer: str) -> tuple[int, int, int, int] | None:
    drawn = opened(picture(title, "EKI 4 · LKI 4", issuer))
    empty = opened(picture("", "EKI 4 · LKI 4", ""))
    return (
        ImageChops.difference(drawn.convert("RGB"), empty.convert("RGB"))
        .point(lambda value: 255 if value > 40 else 0)
        .getbbox()
    )


# Everything written must stay inside the inner hexagon; around it the pictures are the same.
@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        pytest.param(LONG, "Rīgas Ekonomikas un starptautisko attiecību augstskola", id="long"),
        pytest.param("x" * 200, "y" * 200, id="one endless word"),
        pytest.param("Excel", "Vidzemes Prasmju centrs", id="short"),
        pytest.param("W W W W W " * 20, "WW " * 60, id="many short words"),
        pytest.param("محو الأمية البيانية " * 9, "محمد عبد الله " * 9, id="right to left"),
        pytest.param("निर्णय निर्माताओं के लिए " * 9, "क्षत्रिय" * 20, id="high letters"),
        pytest.param("ความรู้ด้านข้อมูล" * 9, "ความรู้ด้านข้อมูล" * 9, id="no spaces"),
        pytest.param("", "", id="nothing"),
        pytest.param("a\nb\tc", "d\ne", id="line ends"),
    ],
)
def test_no_title_runs_over_the_edge(title: str, issuer: str) -> None:
    box = box_of_what_is_written(title, issuer)
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


@pytest.mark.parametrize(
    "title", ["محمد عبد الله", "प्रिया", "ნინო", "שרה", "Ἀλέξανδρος", "สมชาย", "😀", "ሰላም"]
)
def test_a_title_of_any_script_is_drawn(title: str) -> None:
    assert undrawable_in_picture(title) == ()
    assert picture(title, None, "-") not in {picture("", None, "-"), picture("?", None, "-")}
    assert picture("-", None, title) != picture("-", None, "")


def test_arabic_is_joined_and_runs_from_right_to_left() -> None:
    assert picture("\u0628\u0628", None, "") != picture("\u0628\u200c\u0628", None, "")
    assert picture("שר", None, "") != picture("רש", None, "")


def test_a_letter_is_drawn_the_same_however_it_was_typed() -> None:
    title = "Datu pratība lēmumu pieņēmējiem"
    assert picture(unicodedata.normalize("NFD", title), None, title) == picture(title, None, title)


def test_what_no_font_has_is_left_out_and_named() -> None:
    assert picture("Solar \U00012000", None, "-") == picture("Solar", None, "-")
    assert undrawable_in_picture("Solar \U00012000") == ("\U00012000",)


def test_all_that_a_picture_or_a_certificate_leaves_out_is_named(
    solar: Template, issuer: IssuerProfile
) -> None:
    assert list(undrawn(solar, issuer)) == []
    body = AwardingBody(legal_name={"lv": "Skola \U00012003"}, country="LV")
    strange = replace(solar, name={"lv": "Saule \U00012000"}, awarding_bodies=(body,), owner="\U00012004")
    texts = {RECOGNITION: {"lv": "Atzīst \U00012005"}, "chea.capability": {"lv": "\U00012006"}}
    declared = Declarations(licence="Nr. \U00012007", purpose={"lv": "\U00012008"}, declarations=texts)
    strange = replace(strange, quality=declared)
    unknown = replace(issuer, name="Riga \U00012001", legal_name={"lv": "Rīga \U00012002"})
    assert list(undrawn(strange, unknown)) == [
        ("issuer:/name", "\U00012001"),
        ("issuer:/legal_name/lv", "\U00012002"),
        ("/name/lv", "\U00012000"),
        ("/awarding_bodies/0/legal_name/lv", "\U00012003"),
        ("/quality/licence", "\U00012007"),
        (f"/quality/declarations/{RECOGNITION}/lv", "\U00012005"),
    ]


def test_where_letters_cannot_be_joined_they_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow joins them with a library of the system, which may be missing."""
    monkeypatch.setattr(lettering, "_JOINS_LETTERS", False)
    assert undrawable_in_picture("Ab שר ნ") == ("ש", "ר")
    assert picture("Ab שר", None, "-") == picture("Ab", None, "-")


def test_an_issuer_that_fits_in_two_lines_has_no_ellipsis() -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff"
    assert picture("x", None, name) != picture("x", None, name[:-1] + "f…")


def test_a_long_word_is_hyphenated_before_it_is_too_small_to_read() -> None:
    left, top, right, bottom = box_of_what_is_written("Wolfeschlegelsteinhausenbergerdorff", "")
    assert bottom - top > 50 and right - left < 370
