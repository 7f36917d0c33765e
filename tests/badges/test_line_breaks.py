"""Lines of any script."""

from __future__ import annotations

import pytest

from badges.line_breaks import broken


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one", "two", "three"]),
        ("a b c d", ["a b c", "d"]),
        ("abcdefgh", ["abcde", "fgh"]),
        ("意思決定、者のた", ["意思決定、", "者のた"]),
        ("意思決定者、のた", ["意思決定", "者、のた"]),
        ("ab意思", ["ab意思"]),
        ("80\u00a0h 3\u202fh", ["80\u00a0h", "3\u202fh"]),
        ("", [""]),
    ],
)
def test_a_text_is_broken_where_its_script_allows(text: str, lines: list[str]) -> None:
    assert broken(text, 5, len) == lines


def test_a_letter_keeps_its_marks_even_where_it_does_not_fit() -> None:
    assert broken("क्षत्रि", 2, len) == ["क्ष", "त्रि"]
