"""Designed pictures: readable in each palette, and every title fits into each shape."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import product
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw

from badges.artwork import design_of, is_designed, picture, template_picture
from badges.design import Design, as_png, as_svg, badge_drawing, mark_drawing
from badges.design.drawing import SIDE, Area, Drawing, Line, Words
from badges.design.palettes import palette
from badges.design.shapes import inset, shape
from badges.design.signs import sign_lines, sign_path
from badges.design.starters import STARTER_DESIGNS
from badges.lettering import Colour, Letters
from badges.svg import bake, unbake
from badges.template.model import Level, Template, read_template
from badges.vocabularies import vocabulary
from signing.secured import SecuredCredential

SHAPES = [concept.code for concept in vocabulary("shapes")]
PALETTES = [concept.code for concept in vocabulary("colours")]
SIGNS = [concept.code for concept in vocabulary("signs")]
LONG = (
    "Ģeneratīvā mākslīgā intelekta atbildīga izmantošana pētniecībā un studiju procesā augstskolās un koledžās visā "
    "Latvijā un ārpus tās robežām"
)
SCHOOL = "Rīgas Ekonomikas un starptautisko attiecību augstskola"
SOLAR = Design(title="Saules paneļi", issuer="Rīgas koledža", sign="sun", level=4, level_text="EKI 4 · LKI 4")


def luminance(colour: Colour) -> float:
    """The relative luminance. Source: WCAG 2.2."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def words_of(drawing: Drawing) -> list[Words]:
    return [part for part in drawing.parts if isinstance(part, Words)]


def opened(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png)) as image:
        return image.convert("RGBA")


def test_there_are_six_shapes_eight_palettes_and_many_signs() -> None:
    assert (len(SHAPES), len(PALETTES)) == (6, 8)
    assert 40 <= len(SIGNS) <= 90


@pytest.mark.parametrize("code", PALETTES)
def test_what_is_written_has_a_contrast_of_seven_to_one(code: str) -> None:
    colours = palette(code)
    for written, ground in product((colours.words, colours.thread), (colours.field, colours.shade)):
        assert contrast(written, ground) >= 7


def written_box(words: Words) -> tuple[float, float, float, float]:
    letters = Letters(weight=words.weight, size=round(words.size * 4))  # letters have whole sizes
    half = letters.width(words.text) / 8
    x, y = words.middle
    return x - half, y - words.size / 2, x + half, y + words.size / 2


@pytest.mark.parametrize("level", [None, 8])
@pytest.mark.parametrize("code", SHAPES)
@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        pytest.param("Excel", "LU", id="short"),
        pytest.param(LONG, SCHOOL, id="140 letters"),
        pytest.param("Wolfeschlegelsteinhausenbergerdorff" * 4, "y" * 200, id="one endless word"),
        pytest.param("W W W W W " * 20, "WW " * 60, id="many short words"),
        pytest.param("محو الأمية البيانية " * 7, "محمد عبد الله " * 9, id="right to left"),
        pytest.param("निर्णय निर्माताओं के लिए " * 6, "क्षत्रिय" * 20, id="high letters"),
        pytest.param("ความรู้ด้านข้อมูล" * 8, "ความรู้ด้านข้อมูล" * 9, id="no spaces"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_no_word_runs_over_the_border_or_into_another(
    code: str, level: int | None, title: str, issuer: str
) -> None:
    design = replace(SOLAR, title=title, issuer=issuer, shape=code, level=level)
    field = Image.new("1", (SIDE, SIDE))
    ImageDraw.Draw(field).polygon(list(inset(shape(code).outline, 66)), fill=1)
    below = shape(code).sign + 50.0
    for words in words_of(badge_drawing(design)):
        left, top, right, bottom = written_box(words)
        for corner in product((left, right), (top + 3, bottom - 3)):
            assert field.getpixel((round(corner[0]), round(corner[1]))), words.text
        assert top >= below - 6
        below = bottom


@pytest.mark.parametrize("level", [None, 7])
@pytest.mark.parametrize("code", SHAPES)
def test_a_title_of_140_letters_is_whole_in_each_shape(code: str, level: int | None) -> None:
    assert len(LONG) >= 138
    drawing = badge_drawing(replace(SOLAR, title=LONG, issuer="", shape=code, level=level))
    title = [
        words for words in words_of(drawing) if words.weight == "bold" and words.text != SOLAR.level_text
    ]
    assert " ".join(words.text for words in title) == LONG
    assert min(words.size for words in title) >= 18


@pytest.mark.parametrize("level", range(1, 9))
def test_as_many_diamonds_are_filled_as_the_level_is_high(level: int) -> None:
    drawing = badge_drawing(replace(SOLAR, level=level, sign=None))
    height = shape(None).diamonds
    filled = [
        part
        for part in drawing.parts
        if isinstance(part, Area) and len(part.corners) == 4 and part.corners[1][1] == height
    ]
    empty = [part for part in drawing.parts if isinstance(part, Line)]
    assert (len(filled), len(empty)) == (level, 8 - level)


def test_each_choice_is_seen() -> None:
    pictures = {
        as_png(badge_drawing(design), 200)
        for design in (
            *(replace(SOLAR, shape=code) for code in SHAPES[1:]),
            *(replace(SOLAR, colours=code) for code in PALETTES),
            *(replace(SOLAR, level=level) for level in (None, 2, 5, 7)),
            replace(SOLAR, sign=None),
            replace(SOLAR, title="x"),
            replace(SOLAR, issuer="x"),
            replace(SOLAR, level_text="EQF 4"),
        )
    }
    assert len(pictures) == len(SHAPES) - 1 + len(PALETTES) + 4 + 4


def test_a_picture_is_small_transparent_in_its_corners_and_the_same_each_time() -> None:
    for code in SHAPES:
        png = as_png(badge_drawing(replace(SOLAR, shape=code, title=LONG)), 600)
        image = opened(png)
        assert image.size == (600, 600)
        assert len(png) < 30_000
        assert [image.getpixel(corner)[3] for corner in product((0, 599), (0, 599))] == [0, 0, 0, 0]
        assert image.getpixel((300, 40))[3] == 255
    assert as_png(badge_drawing(SOLAR), 96) == as_png(badge_drawing(SOLAR), 96)


def test_a_mark_has_the_sign_and_no_words() -> None:
    assert words_of(mark_drawing(SOLAR)) == []
    marks = {as_png(mark_drawing(replace(SOLAR, sign=code)), 48) for code in SIGNS}
    assert len(marks) == len(SIGNS)


@pytest.mark.parametrize("size", [24, 48])
@pytest.mark.parametrize("code", PALETTES)
def test_the_sign_of_a_mark_stands_out_at_the_size_of_a_fingernail(code: str, size: int) -> None:
    colours = palette(code)
    image = opened(as_png(mark_drawing(replace(SOLAR, colours=code)), size)).convert("RGB")
    middle = image.crop((size // 4, size // 4, size - size // 4, size - size // 4))
    best = max(contrast(colour, colours.field) for _count, colour in middle.getcolors(10_000))
    assert best >= 4.5


@pytest.mark.parametrize("code", SIGNS)
def test_each_sign_is_drawn_inside_its_square(code: str) -> None:
    points = [point for line in sign_lines(code) for point in line]
    assert sign_path(code) and len(points) >= 2
    assert all(0.9 <= x <= 23.1 and 0.9 <= y <= 23.1 for x, y in points)


def test_what_only_an_own_list_has_is_drawn_as_usual() -> None:
    own = replace(SOLAR, shape="own-shape", sign="own-sign")
    assert badge_drawing(own) == badge_drawing(replace(SOLAR, shape="hexagon", sign=None))


# --- SVG


def test_the_svg_has_a_title_for_screen_readers_and_nothing_that_a_stranger_wrote_as_markup() -> None:
    hostile = '<script>alert(1)</script> & "x"'
    svg = as_svg(badge_drawing(replace(SOLAR, title=hostile, issuer=hostile)), hostile)
    root = ElementTree.fromstring(svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {"svg", "title", "path"}
    assert root[0].text == hostile
    assert as_svg(badge_drawing(SOLAR), "x") == as_svg(badge_drawing(SOLAR), "x")


def test_a_credential_is_baked_into_the_svg_and_read_from_it() -> None:
    secured = SecuredCredential('{"id": "urn:x"}', "application/vc")
    assert unbake(bake(as_svg(badge_drawing(SOLAR), "Solar"), secured)).text == secured.text


@pytest.mark.parametrize("title", ["Datu pratība", "محو الأمية", "निर्णय", "שרה", "สมชาย", "ნინო"])
def test_the_svg_has_letters_of_every_script(title: str) -> None:
    drawn = as_svg(badge_drawing(replace(SOLAR, title=title)), "")
    assert len(drawn) > len(as_svg(badge_drawing(replace(SOLAR, title="")), "")) + 500


# --- Templates


def test_a_template_without_a_design_keeps_its_picture(solar: Template) -> None:
    assert not is_designed(solar)
    assert template_picture(solar, "Riga College", "lv") == picture(
        "Saules paneļu sistēmu droša montāža", "EKI 4 · LKI 4", "Riga College", "amber"
    )


@pytest.mark.parametrize(
    "chosen",
    [
        {"shape": "gate"},
        {"sign": "sun"},
        {"level_mark": "none"},
        {"credits_mark": "shown"},
        {"logo_mark": "shown"},
    ],
)
def test_a_template_with_a_design_is_drawn_by_it(solar: Template, chosen: dict[str, str]) -> None:
    designed = replace(solar, **chosen)
    assert is_designed(designed)
    assert template_picture(designed, "Riga College", "lv") == as_png(
        badge_drawing(design_of(designed, "Riga College", "lv")), 600
    )


def test_a_level_is_shown_where_there_is_one_unless_the_author_chose_otherwise(solar: Template) -> None:
    shown = design_of(solar, "x", "lv")
    assert (shown.level, shown.level_text) == (4, "EKI 4 · LKI 4")
    for hidden in (
        replace(solar, level_mark="none"),
        replace(solar, level="not-applicable"),
        replace(solar, level=None),
    ):
        assert (design_of(hidden, "x", "lv").level, design_of(hidden, "x", "lv").level_text) == (None, "")
    assert isinstance(solar.level, Level)


@pytest.mark.parametrize("code", STARTER_DESIGNS)
def test_a_starter_design_is_made_of_what_can_be_chosen(code: str) -> None:
    read = read_template({"name": {"en": "x"}} | STARTER_DESIGNS[code].as_fields())
    assert is_designed(read)
    assert {*STARTER_DESIGNS[code].label} == {"en", "lv"}
