"""Grades in the badge's own column."""

from decimal import Decimal

import pytest

from lti_tool.conditions.result_at_least import reaches
from lti_tool.conditions.tree import tree_of
from tests.lti_tool.conditions.simulated_course import SimulatedCourse

AT_LEAST_60 = tree_of({"condition": "result_at_least", "minimum": "0.6"})


@pytest.fixture
def course():
    course = SimulatedCourse()
    course.look(inside="AJ", staff="Z")
    return course


def test_a_grade_from_the_minimum_on_counts(course):
    course.results(A="0.6", J="0.59")
    assert course.earned(AT_LEAST_60) == "A"
    assert course.decide("A", AT_LEAST_60).score == Decimal("0.6")
    assert course.code("J", AT_LEAST_60) == "below"


def test_a_cleared_grade_and_a_zero_count_for_nothing(course):
    course.results(A="1", J="0")
    course.results(A="", J="0")
    assert course.earned(AT_LEAST_60) == ""
    assert course.code("A", AT_LEAST_60) == "cleared"


def test_a_grade_that_vanishes_from_the_column_is_cleared(course):
    course.results(A="1")
    course.results(J="0.1")
    assert course.code("A", AT_LEAST_60) == "cleared"


def test_the_grade_of_somebody_who_is_not_in_the_course_is_left_out(course):
    course.results(X="1")
    assert "X" not in course.ids


def test_a_grade_reached_while_enrolled_counts_later_too(course):
    course.results(A="0.9")
    course.look(inside="J", staff="Z")
    course.results(A="0.9")
    assert course.earned(AT_LEAST_60) == "A"


def test_nobody_is_asked_about_whose_grade_stands_after_they_have_left(course):
    rule = tree_of({"all": [{"condition": "result_at_least", "minimum": "0.6"}, {"condition": "confirmed"}]})
    course.results(A="0.9", J="0.9")
    assert course.asked_about(rule) == dict.fromkeys("AJ", "not_confirmed")
    course.look(inside="J", staff="Z")
    assert course.asked_about(rule) == {"J": "not_confirmed"}


@pytest.mark.parametrize(
    ("points", "maximum", "minimum", "is_enough"),
    [
        ("6.999999999999999", "10", "0.7", True),
        ("59.999996", "100", "0.6", True),
        ("59.99999", "100", "0.6", False),
        ("59.99", "100", "0.6", False),
        ("2", "3", "0.6667", False),
        ("66.67", "100", "0.6667", True),
        ("0", "100", "0.6", False),
    ],
)
def test_a_result_that_rounds_to_the_minimum_as_the_platform_keeps_it_reaches_it(
    points, maximum, minimum, is_enough
):
    assert reaches({"points": points, "maximum": maximum}, Decimal(minimum)) == is_enough


def test_two_ways_meet_in_one_rule(course):
    either = tree_of(
        {"any": [{"condition": "result_at_least", "minimum": "0.6"}, {"condition": "link_opened_to_them"}]}
    )
    course.look(outside="AJ", staff="Z")
    course.look(inside="J", outside="A", staff="Z")
    course.results(A="0.7")
    assert course.earned(either) == "AJ"
