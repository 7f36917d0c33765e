"""Rules as JSON: what is read, what is refused, and that what cannot be read is never met."""

import json

import pytest

from lti_tool.conditions.tree import (
    all_of,
    always_has_result,
    is_readable,
    read_tree,
    reads,
    tree_of,
    written,
)
from tests.lti_tool.conditions.simulated_course import SimulatedCourse

READABLE = [
    {"condition": "link_opened_to_them"},
    {"condition": "result_at_least", "minimum": "0.6"},
    {"condition": "result_at_least", "minimum": 0.6},
    {"all": [{"condition": "confirmed"}, {"condition": "not_before", "at": "2027-01-01T00:00:00+02:00"}]},
    {"any": [{"all": [{"any": [{"all": [{"condition": "confirmed"}]}]}]}]},
    {"any": [{"condition": "confirmed"}] * 49},
    {"at_least": 2, "of": [{"condition": "confirmed"}] * 3},
]
UNREADABLE = [
    None,
    [],
    "x",
    {},
    {"condition": None},
    {"condition": "no_such_condition"},
    {"condition": "result_at_least"},
    {"condition": "result_at_least", "minimum": None},
    {"condition": "result_at_least", "minimum": "NaN"},
    {"condition": "result_at_least", "minimum": "Infinity"},
    {"condition": "result_at_least", "minimum": "$Minimum"},
    {"condition": "result_at_least", "minimum": "70"},
    {"condition": "result_at_least", "minimum": "-0.1"},
    {"condition": "result_at_least", "minimum": True},
    {"condition": "result_at_least", "minimum": "1e-999999999"},
    {"condition": "result_at_least", "minimum": "0.6", "maximum": "1"},
    {"condition": "link_opened_to_them", "link": 7},
    {"condition": "not_before", "at": "tomorrow"},
    {"condition": "not_before", "at": "2027-01-01T00:00:00"},
    {"all": []},
    {"all": {}},
    {"all": [{"condition": "confirmed"}], "any": [{"condition": "confirmed"}]},
    {"all": [{"condition": "confirmed"}, {}]},
    {"any": [{"condition": "confirmed"}] * 50},
    {"at_least": 0, "of": [{"condition": "confirmed"}]},
    {"at_least": 2, "of": [{"condition": "confirmed"}]},
    {"at_least": True, "of": [{"condition": "confirmed"}]},
    {"at_least": "1", "of": [{"condition": "confirmed"}]},
    {"of": [{"condition": "confirmed"}]},
    {"at_least": 1, "of": [{"condition": "confirmed"}], "all": []},
    {"condition": "pathway_part", "part": "p", "badge": "b", "model": "whole"},
    {"condition": "pathway_part", "part": "p", "badge": "b", "most_days": -1},
    {"condition": "pathway_part", "badge": "b"},
    {"any": [{"all": [{"any": [{"all": [{"any": [{"condition": "confirmed"}]}]}]}]}]},
]


@pytest.mark.parametrize("rule", READABLE, ids=str)
def test_a_rule_is_read_and_written(rule):
    tree = read_tree(json.dumps(rule))
    assert is_readable(tree)
    assert read_tree(written(tree)) == tree
    assert '":null' not in written(tree)


@pytest.mark.parametrize("rule", UNREADABLE, ids=lambda rule: str(rule)[:80])
def test_a_rule_that_cannot_be_read_stands_still(rule):
    tree = read_tree(json.dumps(rule))
    assert not is_readable(tree)
    assert '":null' in written(tree)
    assert read_tree(written(tree)) == tree
    course = SimulatedCourse()
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    course.results(A="1")
    assert course.decide("A", tree).outcome == "stands_still"


@pytest.mark.parametrize("text", [None, "", "{", "$Rule", "NaN", "[" * 100_000, '{"minimum": NaN}'])
def test_a_text_that_is_no_json_stands_still(text):
    assert not is_readable(read_tree(text))


def test_a_part_that_cannot_be_read_is_not_passed_over_beside_one_that_is_met():
    course = SimulatedCourse()
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    rule = {"any": [{"condition": "link_opened_to_them"}, {"condition": "result_at_least", "minimum": "NaN"}]}
    assert course.decide("A", read_tree(json.dumps(rule))).outcome == "stands_still"


def test_the_same_rule_is_the_same_text():
    one = {"minimum": "0.60", "condition": "result_at_least"}
    assert written(all_of([one])) == '{"condition":"result_at_least","minimum":"0.6"}'


def test_a_rule_says_which_kinds_it_reads():
    rule = all_of([{"condition": "result_at_least", "minimum": "0.6"}, {"condition": "confirmed"}])
    assert reads(rule) == {"result", "confirmed"}


GRADE, SCORE = (
    {"condition": "result_at_least", "minimum": "0.7"},
    {"condition": "final_score_at_least", "minimum": "0.5"},
)
OTHER = {"condition": "confirmed"}


@pytest.mark.parametrize(
    ("rule", "has_one"),
    [
        (GRADE, True),
        (OTHER, False),
        ({"condition": "no_such"}, False),
        ({"all": [GRADE, OTHER]}, True),
        ({"any": [GRADE, OTHER]}, False),
        ({"any": [GRADE, SCORE]}, True),
        # Two of three: one of them may be without a result, and not two.
        ({"at_least": 2, "of": [GRADE, SCORE, OTHER]}, True),
        ({"at_least": 2, "of": [GRADE, OTHER, OTHER]}, False),
        ({"at_least": 1, "of": [GRADE, SCORE, OTHER]}, False),
    ],
    ids=str,
)
def test_each_award_has_a_result_where_no_way_goes_round_it(rule, has_one):
    assert always_has_result(tree_of(rule)) is has_one
