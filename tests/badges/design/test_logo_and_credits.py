"""The logo of an issuer and the credits of a badge, in its picture where its author chose so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from itertools import product

import pytest
from PIL import Image, ImageDraw

from badges.artwork import design_of, template_drawing, template_picture
from badges.design import as_png, as_svg, badge_drawing
from badges.design.drawing import SIDE, Area, Drawing, Picture
from badges.design.shapes import inset, shape
from badges.pictures import LOGO_SIDE
from badges.svg import bake, unbake
from badges.template.model import Template, read_template
from signing.secured import SecuredCredential
from tests.badges.design.test_designs import LONG, SHAPES, SOLAR, opened, words_of, written_box

SIZES = ((512, 512), (512, 40), (40, 512), (32, 32))
CREDITS = "12,5 ECTS"


def logo(size: tuple[int, int] = (200, 100), colour: str = "red", border: int = 0) -> bytes:
    image = Image.new("RGBA", (size[0] + 2 * border, size[1] + 2 * border))
    image.paste(colour, (border, border, size[0] + border, size[1] + border))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def plate_and_logo(drawing: Drawing) -> tuple[Area, Picture]:
    plate, picture = drawing.parts[-2:]
    assert isinstance(plate, Area) and isinstance(picture, Picture)
    return plate, picture


@pytest.mark.parametrize("credits", ["", CREDITS])
@pytest.mark.parametrize("level", [None, 8])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", SHAPES)
def test_the_logo_stands_within_the_border_and_below_all_words(code, size, level, credits):
    design = replace(
        SOLAR, title="Saules paneļi", shape=code, level=level, credits_text=credits, logo=logo(size)
    )
    drawing = badge_drawing(design)
    plate, picture = plate_and_logo(drawing)
    field = Image.new("1", (SIDE, SIDE))
    ImageDraw.Draw(field).polygon(list(inset(shape(code).outline, 56)), fill=1)
    assert all(field.getpixel((round(x), round(y))) for x, y in plate.corners)
    assert max(written_box(words)[3] for words in words_of(drawing)) <= min(y for _, y in plate.corners) + 4
    left, top, right, bottom = picture.box
    assert (right - left) / (bottom - top) == pytest.approx(size[0] / size[1])
    assert min(x for x, _ in plate.corners) < left and bottom < max(y for _, y in plate.corners)
    assert "Rīgas koledža" not in [words.text for words in words_of(drawing)]


def test_the_logo_is_seen_in_the_png_and_in_the_svg():
    drawing = badge_drawing(replace(SOLAR, logo=logo()))
    _, picture = plate_and_logo(drawing)
    x, y = (picture.box[0] + picture.box[2]) / 2, (picture.box[1] + picture.box[3]) / 2
    red, green, blue, alpha = opened(as_png(drawing, 600)).getpixel((round(x), round(y)))
    assert red > 240 and green < 20 and blue < 20 and alpha == 255
    svg = as_svg(drawing, "x")
    assert svg.count(b"<image ") == 1 and b'href="data:image/png;base64,' in svg
    secured = SecuredCredential('{"a": 1}', "application/vc")
    assert unbake(bake(svg, secured)).text == secured.text


def test_a_logo_is_embedded_no_larger_than_it_is_seen_and_without_its_empty_border():
    _, large = plate_and_logo(badge_drawing(replace(SOLAR, logo=logo((LOGO_SIDE, LOGO_SIDE)))))
    assert opened(large.png).width < 200
    _, small = plate_and_logo(badge_drawing(replace(SOLAR, logo=logo((32, 32), border=90))))
    assert opened(small.png).size == (32, 32)


@pytest.mark.parametrize(
    ("colour", "border", "ground"),
    [
        ("black", 5, (255, 255, 255)),
        ("#7a1f3d", 5, (255, 255, 255)),
        ("white", 5, (16, 24, 40)),
        ("#ffe066", 5, (16, 24, 40)),
    ],
)
def test_the_plate_is_one_on_which_the_logo_is_seen(colour, border, ground):
    image = Image.open(BytesIO(logo(colour=colour)))
    # A hole, so that the ground is seen.
    image.paste((0, 0, 0, 0), (10, 10, 20, 20))
    out = BytesIO()
    image.save(out, "PNG")
    plate, _ = plate_and_logo(badge_drawing(replace(SOLAR, logo=out.getvalue())))
    assert plate.colour == ground


def test_an_empty_logo_is_drawn_as_it_is():
    assert as_png(badge_drawing(replace(SOLAR, logo=logo(colour="#00000000"))), 96)


# --- Credits


@pytest.mark.parametrize("level", [None, 8])
@pytest.mark.parametrize("code", SHAPES)
def test_credits_stand_beside_the_level_within_the_border(code, level):
    design = replace(SOLAR, shape=code, level=level, level_text="EKI 8 · LKI 8", credits_text=CREDITS)
    drawing = badge_drawing(design)
    (caption,) = [words for words in words_of(drawing) if CREDITS in words.text]
    assert caption.text == ("EKI 8 · LKI 8 · 12,5 ECTS" if level else CREDITS)
    field = Image.new("1", (SIDE, SIDE))
    ImageDraw.Draw(field).polygon(list(inset(shape(code).outline, 66)), fill=1)
    left, top, right, bottom = written_box(caption)
    assert all(field.getpixel((round(x), round(y))) for x, y in product((left, right), (top + 3, bottom - 3)))
    others = [written_box(words) for words in words_of(drawing) if words is not caption]
    assert all(box[3] <= top + 2 or box[1] >= bottom - 2 for box in others)
    assert caption.size >= 14


# --- Templates


def template(**fields: str) -> Template:
    return read_template({"name": {"en": "x"}, "shape": "gate", "credits": "12.50"} | fields)


def test_neither_is_shown_unless_it_was_chosen():
    plain = template()
    assert design_of(plain, "y", "en", logo()) == design_of(plain, "y", "en")
    assert template_picture(plain, "y", "en", logo=logo()) == template_picture(plain, "y", "en")
    assert template_drawing(plain, "y", "en", logo()) == template_drawing(plain, "y", "en")


def test_both_are_shown_where_they_were_chosen():
    chosen = template(credits_mark="shown", logo_mark="shown")
    assert design_of(chosen, "y", "en", logo()).credits_text == "12.5 ECTS"
    assert design_of(chosen, "y", "lv", logo()).credits_text == CREDITS
    assert design_of(chosen, "y", "en", logo()).logo == logo()
    assert b"<image " in template_drawing(chosen, "y", "en", logo())
    assert template_picture(chosen, "y", "en", logo=logo()) != template_picture(chosen, "y", "en")
    without = replace(chosen, credits=None)
    assert (design_of(without, "y", "en").credits_text, chosen.credits) == ("", Decimal("12.50"))


@pytest.mark.parametrize("code", SHAPES)
def test_a_title_of_140_letters_is_whole_above_a_logo(code):
    drawing = badge_drawing(replace(SOLAR, title=LONG, shape=code, level=7, logo=logo()))
    title = [
        words for words in words_of(drawing) if words.weight == "bold" and words.text != SOLAR.level_text
    ]
    assert " ".join(words.text for words in title) == LONG
    assert min(words.size for words in title) >= 18
