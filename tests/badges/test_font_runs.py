"""Which font draws a letter, in which order, and which letters none has."""

from __future__ import annotations

import pytest

from badges.font_runs import clusters, drawable, font_runs, is_plain, undrawable


def drawn(line: str) -> list[tuple[str, str, str]]:
    return [(run.text, run.font.name, run.direction) for run in font_runs(line)]


def test_what_the_main_font_has_is_one_run() -> None:
    for text in ("Anna Bērziņa", "Ольга", "Ελένη", "Nguyễn Thị Hồng", ""):
        assert is_plain(text) and drawn(text) == [(text, "Manrope", "ltr")]


def test_a_word_is_in_one_font() -> None:
    assert drawn("Ἀλέξανδρος Papas") == [("Ἀλέξανδρος", "NotoSans", "ltr"), (" Papas", "Manrope", "ltr")]


def test_right_to_left_is_put_in_the_order_in_which_it_is_drawn() -> None:
    assert drawn("Data שרה כהן 12 x") == [
        ("Data ", "Manrope", "ltr"),
        ("12", "Manrope", "ltr"),
        ("שרה כהן ", "NotoSansHebrew", "rtl"),
        (" x", "Manrope", "ltr"),
    ]
    assert [text for text, _, _ in drawn("שרה Data")] == ["Data", "שרה "]


def test_brackets_around_right_to_left_are_turned() -> None:
    shown = "".join(text for text, _, _ in drawn("(שרה)"))
    assert shown == "(שרה)"
    assert "".join(text for text, _, _ in drawn("שרה (כהן)")).startswith("(כהן")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ab", ["A", "b"]),
        ("क्षत्रि", ["क्ष", "त्रि"]),
        ("อำเภอ", ["อำ", "เภ", "อ"]),
        ("👍🏽x", ["👍🏽", "x"]),
        ("👩\u200d🎓", ["👩\u200d🎓"]),
        ("a\u030a\u0301", ["a\u030a\u0301"]),
    ],
)
def test_what_is_written_as_one_stays_together(text: str, parts: list[str]) -> None:
    assert clusters(text) == parts


def test_what_no_font_has_is_named_once_and_left_out_with_its_space() -> None:
    assert undrawable("\U00012000 a \U00012000\U00012001") == ("\U00012000", "\U00012001")
    assert drawable("a \U00012000 b\n\U00012000 c") == "a b\nc"
    assert undrawable("Anna\nשרה") == () and drawable("Anna\nשרה") == "Anna\nשרה"


def test_a_letter_with_a_mark_that_only_another_font_has_is_drawn_by_that_font() -> None:
    assert drawn("m\u0301") == [("m\u0301", "NotoSans", "ltr")]
