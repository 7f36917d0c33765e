"""No number in a file that leaves the house tells of one person, neither by itself nor beside an older file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lti_tool.reviews.told_numbers import STEP, at_least, share_told
from lti_tool.store.queries.reviews import AwardNumbers


def awards(awarded, recognised):
    return AwardNumbers(awarded=awarded, revoked=0, recognised=recognised)


def test_one_to_four_are_told_alike_and_more_by_whole_fives():
    assert [at_least(number) for number in (0, 1, 4, 5, 9, 10, 123)] == [0, None, None, 5, 5, 10, 120]


@pytest.mark.parametrize("awarded", range(60))
def test_whenever_a_share_is_told_five_people_may_be_on_either_side(awarded):
    for recognised in range(awarded + 1):
        told = share_told(awards(awarded, recognised))
        if told is not None and recognised:
            assert min(recognised, awarded - recognised) >= STEP
        # So nothing tells that all of them have it.
        assert told is None or told < 1


def test_what_is_told_of_any_number_fits_five_others_or_is_zero():
    told = {number: (at_least(number), share_told(awards(number, 0))) for number in range(1, 100)}
    for number, said in told.items():
        assert sum(other == said for other in told.values()) >= STEP - 1, number


def test_a_share_is_told_in_twentieths():
    assert share_told(awards(30, 10)) == Decimal("0.35")
    assert (
        share_told(awards(20, 0)) == 0
        and share_told(awards(4, 0)) is None
        and share_told(awards(0, 0)) is None
    )
