"""A mistyped word is taken for those that look like it, and for no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.catalogue.spelling import is_one_slip, similar_words

KNOWN = (
    "statistika",
    "statistikas",
    "statika",
    "drosiba",
    "drosibas",
    "decision",
    "division",
    "datu",
    "data",
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("statstika", {"statistika", "statistikas"}),
        ("statisttika", {"statistika", "statistikas"}),
        ("statistoka", {"statistika", "statistikas"}),
        ("sttaistika", {"statistika", "statistikas"}),
        ("drosbia", {"drosiba", "drosibas"}),
        ("decison", {"decision"}),
        ("dsta", set()),
        ("xylophone", set()),
        ("tatistika", set()),
        ("", set()),
    ],
)
def test_one_slip_of_the_fingers_is_understood(typed: str, meant: set[str]) -> None:
    assert similar_words(typed, KNOWN) == meant


@given(st.text("abc", min_size=1, max_size=7), st.text("abc", min_size=1, max_size=7))
def test_it_is_a_slip_either_way_round(one: str, other: str) -> None:
    assert is_one_slip(one, other) == is_one_slip(other, one)
    assert not is_one_slip(one, one)


@given(st.text("abcd", min_size=1, max_size=8), st.integers(0, 7), st.sampled_from("abcd"))
def test_each_kind_of_slip_is_one(word: str, at: int, letter: str) -> None:
    at %= len(word)
    mistyped = {
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    assert all(is_one_slip(word, each) for each in mistyped - {word})
