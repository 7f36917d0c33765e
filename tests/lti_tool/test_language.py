"""Which language a person is answered in."""

import pytest

from lti_tool.language import best_language, translator


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["lv"], "lv"),
        (["lv-LV"], "lv"),
        (["lv_LV"], "lv"),
        (["de", "lv"], "lv"),
        (["de"], "en"),
        ([None, ""], "en"),
    ],
)
def test_the_first_language_that_the_tool_has(wanted, language):
    assert best_language(wanted) == language


def test_a_sentence_without_translation_stays_itself():
    assert translator("lv")("no such sentence") == "no such sentence"
