"""Names and e-mail addresses that are written alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.spelling import nearly_same_spelling, same_spelling

ANNA = "Anna Bērziņa"


@pytest.mark.parametrize(
    "other", ["anna bērziņa", " ANNA\u2003BĒRZIŅA", "Anna Be\u0304rzin\u0327a", "An\u200bna Bērziņa"]
)
def test_case_spaces_and_what_is_not_seen_do_not_matter(other: str) -> None:
    assert same_spelling(ANNA, other)


@pytest.mark.parametrize("other", ["Anna Berzina", "Bērziņa Anna", "AnnaBērziņa", "ANNA BERZIŅA"])
def test_accents_inner_spaces_and_order_make_it_nearly_the_same(other: str) -> None:
    assert not same_spelling(ANNA, other)
    assert nearly_same_spelling(ANNA, other)


@pytest.mark.parametrize("other", ["Anna", "Anna Bērziņš", "Anna Anna Bērziņa", "", " ", "\u0304"])
def test_another_name_is_another_name(other: str) -> None:
    assert not same_spelling(ANNA, other)
    assert not nearly_same_spelling(ANNA, other)
    assert not nearly_same_spelling("", other)


@given(st.text(max_size=20), st.text(max_size=20))
def test_it_does_not_matter_which_of_the_two_comes_first(one: str, other: str) -> None:
    assert same_spelling(one, other) == same_spelling(other, one)
    assert nearly_same_spelling(one, other) == nearly_same_spelling(other, one)
    assert same_spelling(one, one)
