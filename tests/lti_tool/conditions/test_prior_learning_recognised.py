"""A decision recognises prior learning where the assessments that it needs stand beside it, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.conditions.prior_learning_recognised import Options, read_options, recognises
from lti_tool.observations import (
    PRIOR_LEARNING_ASSESSED,
    PRIOR_LEARNING_DECIDED,
    Facts,
    Observation,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEMPLATE = "t1"
YES, NO = True, False


def seen(kind, value, resource="a1", minutes=0):
    at = NOW + timedelta(minutes=minutes)
    return Observation(
        course=None, issuer="i", person=1, kind=kind, resource=resource, value=value, seen_at=at, source="x"
    )


def assessed(*met, number=1, resource="a1"):
    value = {"round": number, "place": 1, "met": list(met), "identity": "document"}
    return seen(PRIOR_LEARNING_ASSESSED, value, resource)


def decided(outcome="granted", number=1, resource="a1", template=TEMPLATE, minutes=1):
    value = {"template": template, "round": number, "outcome": outcome, "reference": "R-1"}
    return seen(PRIOR_LEARNING_DECIDED, value, resource, minutes)


def part(*own):
    return Options(template=TEMPLATE).holds(Facts(person=1, resource="rule:1", own=own, now=NOW))


def test_it_is_met_by_a_decision_and_two_who_agree():
    found = part(assessed(YES, YES), assessed(YES, YES), decided())
    assert (found.state, found.code, found.at) == ("met", "recognised", NOW + timedelta(minutes=1))
    assert found.values["assessors"] == 2


@pytest.mark.parametrize(
    "own",
    [
        [],
        [assessed(YES), assessed(YES)],
        [decided()],
        [assessed(YES), decided()],
        [assessed(YES, YES), assessed(YES, NO), decided()],
        [assessed(NO), assessed(NO), decided()],
        [assessed(YES), assessed(YES), decided("refused")],
        [assessed(YES), assessed(YES), decided(template="t2")],
        [assessed(YES, number=1), assessed(YES, number=1), decided(number=2)],
        [assessed(YES, resource="a2"), assessed(YES, resource="a2"), decided()],
        [assessed(YES), assessed(YES), decided(), decided("refused", minutes=2)],
        [assessed(), assessed(), decided()],
        [seen(PRIOR_LEARNING_ASSESSED, None), seen(PRIOR_LEARNING_ASSESSED, "x"), decided()],
        [assessed("yes"), assessed("yes"), decided()],
        [assessed(YES), assessed(YES), seen(PRIOR_LEARNING_DECIDED, None)],
    ],
)
def test_nothing_less_meets_it(own):
    assert part(*own).state != "met"


def test_of_three_most_count_for_each_outcome():
    assert recognises([[True, False], [True, True], [True, True]])
    assert not recognises([[True, False], [True, False], [True, True]])
    assert not recognises([[True, True], [True], [True, True]])


@pytest.mark.parametrize("values", [{}, {"template": None}, {"template": 5}, {"template": ""}])
def test_a_rule_that_names_no_template_stands_still(values):
    options = read_options(values)
    assert options.holds(Facts(person=1, resource="", own=(decided(),), now=NOW)).state == "unreadable"
