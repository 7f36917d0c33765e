"""A reader who knows how tables are made tries every table that there can be."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest

from lti_tool.statistics.groups import LEAST_PEOPLE, Group, sum_of
from lti_tool.statistics.protection import Table, protected


def group(badges, people=None):
    return Group(badges=badges, people=set(range(min(badges if people is None else people, LEAST_PEOPLE))))


def table_of(**badges):
    return protected({code: group(number) for code, number in badges.items()})


def test_what_enough_people_have_is_listed():
    assert table_of(b=5, a=120) == Table(rows=[("a", 120), ("b", 5)], together=None)


def test_small_ones_are_put_together_with_another_by_its_code():
    assert table_of(a=2, b=40, c=7) == Table(rows=[("c", 7)], together=42)


def test_as_many_others_as_it_takes():
    # 2 and 5 would tell that the small one has 2 at most; 2, 5 and 30 tell nothing.
    assert table_of(a=2, b=5, c=30, d=50) == Table(rows=[("d", 50)], together=37)


@pytest.mark.parametrize("badges", [{"a": 2, "b": 40}, {"a": 4, "b": 4}, {"a": 1}, {"a": 1, "b": 5, "c": 5}])
def test_nothing_is_shown_where_nothing_would_be_left(badges):
    assert table_of(**badges) is None


def test_people_are_counted_and_not_badges():
    many_of_one = group(60, people=1)
    assert protected({"a": many_of_one, "b": group(40), "c": group(9)}) == Table(
        rows=[("c", 9)], together=100
    )


def test_people_of_several_groups_are_counted_once():
    same = [Group(badges=2, people={1, 2}), Group(badges=3, people={2, 3})]
    assert sum_of(same).people == {1, 2, 3} and sum_of(same).badges == 5


#: The most badges of a category that is tried; what is shown of larger ones differs in nothing but its size.
MOST = 13


@pytest.mark.parametrize("least", [0, 1], ids=["may be nobody", "somebody has each"])
def test_no_small_number_is_known_from_a_table_and_its_total(least):
    """Of all tables that look the same, each small number that is hidden could be any of four at least.

    `least`: what the reader knows of every category beforehand, as of those in a list of what was awarded.
    """
    codes = "abcd"
    looking_alike = defaultdict(list)
    for numbers in product(range(least, MOST), repeat=len(codes)):
        table = table_of(**{code: number for code, number in zip(codes, numbers, strict=True) if number})
        if table is not None:
            looking_alike[(tuple(table.rows), table.together, sum(numbers))].append(numbers)
    assert looking_alike
    for (rows, together, _), found in looking_alike.items():
        if together is None or together >= MOST:
            # Larger ones than were tried might look the same.
            continue
        for place in (place for place, code in enumerate(codes) if code not in dict(rows)):
            possible = {numbers[place] for numbers in found}
            assert max(possible) - min(possible) >= 3, (rows, together, place)
