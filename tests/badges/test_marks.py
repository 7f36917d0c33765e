"""Marks: what stands beside a badge's title in lists, small, without words, and the same for the same design."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from badges.artwork import template_picture
from badges.marks import SIDE, mark, mark_as_svg, reduced
from badges.template.model import Template, read_template

PLAIN = read_template({"name": {"en": "Solar panels"}, "level": {"framework": "EQF", "value": 4}})


def size(png: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(png), formats=("PNG",)) as image:
        return image.size


@pytest.mark.parametrize(
    "change", [{"shape": "gate"}, {"colours": "forest"}, {"sign": "sun"}, {"shape": "own list"}]
)
def test_a_mark_shows_shape_colours_and_sign(change: dict[str, str]) -> None:
    changed = replace(PLAIN, **change)
    is_known = "own list" not in change.values()
    assert (mark(changed) != mark(PLAIN)) is is_known
    assert (mark_as_svg(changed) != mark_as_svg(PLAIN)) is is_known


@pytest.mark.parametrize("change", [{"name": {"en": "Other"}}, {"level": None}, {"level_mark": "none"}])
def test_a_mark_has_no_words_and_no_level(change: dict[str, object]) -> None:
    changed: Template = replace(PLAIN, **change)  # type: ignore[arg-type]
    assert mark(changed) == mark(PLAIN)
    assert mark_as_svg(changed) == mark_as_svg(PLAIN)


def test_marks_are_small() -> None:
    picture = template_picture(PLAIN, "Riga College", "en")
    for small in (mark(PLAIN), reduced(picture)):
        assert size(small) == (SIDE, SIDE)
        assert len(small) < 20_000
    assert len(mark(PLAIN)) < len(picture) / 2
