"""A square of an own picture, chosen by fields of a form that need no script."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from badges.pictures import Square
from lti_tool.web.editor.crop import chosen_square
from tests.badges.test_pictures import corner_colours, halves
from tests.lti_tool.web.editor.test_editor import rows, zane  # noqa: F401


def test_the_chosen_square_is_the_picture(zane, web_tool):  # noqa: F811
    square = {"part": "square", "across": "100", "down": "0", "zoom": "100"}
    zane.post(f"{zane.version_path}/picture", picture=(BytesIO(halves()), "own.png"), **square)
    assert corner_colours(rows(web_tool)[-1].picture) == ["blue"] * 4
    zane.post(
        f"{zane.version_path}/picture", picture=(BytesIO(halves()), "own.png"), **square | {"part": "whole"}
    )
    assert corner_colours(rows(web_tool)[-1].picture) == ["none"] * 4


def test_a_part_that_is_too_small_is_told_and_the_sliders_stay(zane, web_tool):  # noqa: F811
    square = {"part": "square", "across": "30", "down": "0", "zoom": "500"}
    zane.post(f"{zane.version_path}/picture", picture=(BytesIO(halves()), "own.png"), **square)
    assert "too few pixels" in zane.text
    assert 'name="across" min="0" max="100" value="30"' in zane.page.text
    assert 'value="square" checked' in zane.page.text
    assert not rows(web_tool)[-1].own_picture


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "99999", "٣", '"><script>'])
def test_a_slider_without_a_number_stands_where_it_stood(text):
    form = MultiDict({"part": "square", "across": text, "down": text, "zoom": text})
    assert chosen_square(form) == Square(across=0.5, down=0.5, zoom=1)
    assert chosen_square(MultiDict({"part": text})) is None


def test_a_slider_ends_at_its_ends():
    form = MultiDict({"part": "square", "across": "900", "down": "0", "zoom": "9999"})
    assert chosen_square(form) == Square(across=1, down=0, zoom=5)
