"""Parts of a pathway: which badge meets one, how many of several are enough, and that the trace says why."""

from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.conditions.decide import decide
from lti_tool.conditions.tree import tree_of
from lti_tool.observations import BADGE_HELD, PART_MET, Facts, Observation

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def part(letter, **options):
    return {"condition": "pathway_part", "part": f"part-{letter}", "badge": letter, "name": letter} | options


def held(letter, days_ago=10, ends_in=None, kind=BADGE_HELD, seen=0):
    awarded = NOW - timedelta(days=days_ago)
    ends = (NOW + timedelta(days=ends_in)).isoformat() if ends_in is not None else None
    value = {"awarded_at": awarded.isoformat(), "valid_until": ends}
    if kind == PART_MET:
        value["name"] = "Another one"
    return seen_as(kind, letter if kind == BADGE_HELD else f"part-{letter}", value, seen)


def gone(letter, kind=BADGE_HELD):
    return seen_as(kind, letter if kind == BADGE_HELD else f"part-{letter}", None, 1)


def seen_as(kind, resource, value, seen):
    return Observation(
        course=None,
        person=1,
        kind=kind,
        resource=resource,
        value=value,
        seen_at=NOW + timedelta(seconds=seen),
        source="awards",
        issuer="i",
    )


def decided(rule, *own):
    return decide(tree_of(rule), Facts(person=1, resource="rule:1", own=own, now=NOW))


def code(rule, *own):
    return decided(rule, *own).trace.code


def test_a_badge_of_the_template_meets_a_part_and_no_other_does():
    assert (decided(part("a"), held("a")).outcome, code(part("a"), held("a"))) == ("earned", "held")
    assert (decided(part("a"), held("b")).outcome, code(part("a"), held("b"))) == ("not_yet", "not_held")
    assert decided(part("a")).outcome == "not_yet"


def test_a_badge_that_is_gone_meets_it_no_more():
    assert code(part("a"), held("a"), gone("a")) == "no_longer"
    assert code(part("a"), held("a", kind=PART_MET), gone("a", PART_MET)) == "no_longer"


def test_another_badge_meets_it_and_is_named():
    decision = decided(part("a"), gone("a"), held("a", kind=PART_MET))
    assert (decision.outcome, decision.trace.code) == ("earned", "other_counts")
    assert decision.trace.values["by_name"] == "Another one"


@pytest.mark.parametrize(
    ("options", "badge", "told"),
    [
        ({}, held("a", ends_in=0), "expired"),
        ({}, held("a", ends_in=1), "held"),
        ({"when_expired": "counts"}, held("a", ends_in=-400), "held"),
        ({"most_days": 10}, held("a", days_ago=10), "held"),
        ({"most_days": 9}, held("a", days_ago=10), "too_old"),
        ({"most_days": 9, "when_expired": "counts"}, held("a", days_ago=10, ends_in=-1), "too_old"),
        ({}, held("a", days_ago=9000), "held"),
    ],
)
def test_the_age_and_the_validity_of_a_badge_decide_as_the_part_says(options, badge, told):
    assert code(part("a", **options), badge) == told


def test_so_many_of_several_are_enough_whichever_they_are():
    rule = {"at_least": 2, "of": [part("a"), part("b"), part("c")]}
    assert decided(rule, held("a")).outcome == "not_yet"
    decision = decided(rule, held("a", days_ago=9), held("c", days_ago=4))
    assert decision.outcome == "earned"
    assert decision.completed_at == NOW - timedelta(days=4)
    assert [(each.values["name"], each.state) for each in decision.trace.leaves()] == [
        ("a", "met"),
        ("b", "not_yet"),
        ("c", "met"),
    ]


def test_it_is_earned_when_enough_were_there_and_not_when_one_more_came():
    rule = {"at_least": 1, "of": [part("a"), part("b")]}
    assert decided(rule, held("a", days_ago=9), held("b", days_ago=4)).completed_at == NOW - timedelta(days=9)


def test_a_question_counts_among_so_many_as_a_question():
    rule = {"at_least": 2, "of": [part("a"), {"condition": "confirmed"}]}
    assert decided(rule, held("a")).outcome == "question"
    assert decided(rule).outcome == "not_yet"


def test_all_of_sets_of_which_some_are_needed_is_met_only_where_each_is():
    rule = {"all": [part("a"), {"at_least": 1, "of": [part("b"), part("c")]}]}
    assert decided(rule, held("b")).outcome == "not_yet"
    assert decided(rule, held("a"), held("c")).outcome == "earned"
