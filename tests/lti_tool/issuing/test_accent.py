"""An issuer's colour carries white words and is seen in the dark, whatever colour it is; one that cannot is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import NotAllowedError
from lti_tool.issuing.accent import DARK, LINES, WORDS, contrast, read_accent
from tests.conftest import ROOT

TOKENS = (ROOT / "lti_tool/web/static/tokens.css").read_text(encoding="utf-8")
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#ffffff", "#000000", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)
def test_the_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(contrast(other, one))
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)


@given(colours)
def test_each_colour_carries_white_words_or_the_nearest_one_that_does_is_named(colour):
    try:
        accent = read_accent(colour)
    except NotAllowedError as error:
        assert contrast(colour, "#ffffff") < WORDS
        nearest = re.search("them is (#[0-9a-f]{6}): write that", str(error))[1]
        # A little lighter would not do: it is the nearest, but for what is lost in whole numbers.
        assert WORDS <= contrast(nearest, "#ffffff") < WORDS + 0.2
        accent = read_accent(nearest)
    assert contrast(accent.colour, "#ffffff") >= WORDS


@given(colours.filter(lambda colour: contrast(colour, "#ffffff") >= WORDS))
def test_a_line_of_it_is_seen_on_every_page(colour):
    accent = read_accent(colour)
    light, dark = TOKENS.split("@media", 1)
    for tokens, line in ((light, accent.colour), (dark, accent.on_dark)):
        surfaces = re.findall(r"--(?:paper|sheet|sunk|spine): (#[0-9a-f]{6});", tokens)
        assert len(surfaces) >= 4
        # The frames of platforms, which stand last, show no colour of an issuer.
        assert all(contrast(line, surface) >= LINES for surface in surfaces[:4])


def test_what_it_lies_beside_in_the_dark_is_what_the_pages_have():
    assert f"--spine: {DARK};" in TOKENS.split("@media", 1)[1]


def test_a_colour_that_is_seen_in_the_dark_stays_what_it_is():
    assert read_accent("#767676").on_dark == "#767676"


@pytest.mark.parametrize(
    "text", ["", "red", "#fff", "#12345g", "7a1f3d", "#7a1f3d ", "#7a1f3d; } body { display: none"]
)
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(NotAllowedError, match="is no colour; write it as #7a1f3d"):
        read_accent(text)


def test_capitals_are_read_too():
    assert read_accent("#7A1F3D").colour == "#7a1f3d"
