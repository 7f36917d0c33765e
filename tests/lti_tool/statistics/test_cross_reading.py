"""Several tables beside each other tell no small number, whatever the reader knows of what was awarded."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lti_tool.statistics.categories import DIMENSIONS
from lti_tool.statistics.cross_reading import tables_of
from lti_tool.statistics.groups import LEAST_PEOPLE, Group, sum_of

LEVELS, FIELDS, SETTINGS = ("4", "5", "6"), ("04", "06", "08"), ("formal", "nonFormal")


def classes(*counted):
    """Classes of awards by level, field and setting, each person with one badge."""
    found, first = {}, 0
    for level, field, setting, number in counted:
        people = set(range(first, first + min(number, LEAST_PEOPLE)))
        found[(level, field, "course", setting, "standing")] = Group(badges=number, people=people)
        first += number
    return found


def test_a_table_is_left_out_from_which_a_small_number_could_be_taken():
    # Of field 04 are two achievements, one of level 4 and one of level 6, of which nothing else is: 22 - 20 = 2.
    told = tables_of(
        classes(
            ("4", "04", "formal", 2),
            ("6", "04", "formal", 20),
            ("4", "06", "formal", 30),
            ("5", "06", "formal", 40),
        )
    )
    assert told["level"] is not None and told["field"] is None


def test_tables_that_tell_nothing_together_are_all_shown():
    told = tables_of(classes(("4", "04", "formal", 20), ("6", "06", "nonFormal", 30)))
    assert all(told[dimension] is not None for dimension in DIMENSIONS)
    assert told["standing"].rows == [("standing", 50)]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(LEVELS), st.sampled_from(FIELDS), st.sampled_from(SETTINGS)),
        st.integers(1, 14),
        min_size=1,
        max_size=7,
    )
)
def test_no_small_number_is_a_combination_of_what_is_shown(numbers):
    # Of fewer people not even the total is told.
    assume(sum(numbers.values()) >= LEAST_PEOPLE)
    counted = classes(*((*kind, number) for kind, number in numbers.items()))
    told = tables_of(counted)
    names = list(counted)
    shown = [[Fraction(1)] * len(names)]
    for place, dimension in enumerate(DIMENSIONS):
        if told[dimension] is not None:
            listed = [code for code, _ in told[dimension].rows]
            parts = [{code} for code in listed] + [{each[place] for each in names} - set(listed)]
            shown += [[Fraction(each[place] in part) for each in names] for part in parts]
    for size in range(1, len(DIMENSIONS) + 1):
        for places in combinations(range(len(DIMENSIONS)), size):
            for code in {tuple(each[place] for place in places) for each in names}:
                inside = [tuple(each[place] for place in places) == code for each in names]
                if sum_of(counted[each] for each, is_in in zip(names, inside, strict=True) if is_in).is_small:
                    target = [Fraction(each) for each in inside]
                    assert rank([*shown, target]) == rank(shown) + 1, (code, told)


def rank(rows):
    rows, found = [list(row) for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for row in rows[found + 1 :]:
            times = row[column] / pivot[column]
            row[:] = [one - times * other for one, other in zip(row, pivot, strict=True)]
        found += 1
    return found
