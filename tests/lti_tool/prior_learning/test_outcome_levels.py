"""Assessors say at which level each outcome was met; the badge states what most of them found, and nothing more."""

import json
from dataclasses import replace

import pytest

from badges.eu import readers
from badges.eu.rubric_levels import achieved_levels
from badges.template.outcome_levels import ready_scale
from lti_tool.errors import PriorLearningError
from lti_tool.observations import PRIOR_LEARNING_ASSESSED
from lti_tool.prior_learning.agreement import Found, Outcome, agreed_levels
from lti_tool.store.models import Award, CredentialRow, ObservationRow
from tests import prior_learning as steps
from tests.fixtures import publish, rows, run_due_jobs
from tests.prior_learning import MET, NOT_MET


def said(*levels: int | None, met: bool = MET) -> Found:
    """What an assessor says who found every outcome met, at these levels."""
    outcomes = tuple(Outcome(met=met, words="Seen.", level=each) for each in levels)
    return replace(steps.found(MET), outcomes=outcomes)


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool, outcome_levels=ready_scale(None)))


@pytest.mark.parametrize(
    ("levels", "agreed"),
    [
        ([3, 3], 3),
        ([3, 1], 1),
        ([1, 3], 1),
        ([3, None], None),
        ([None, None], None),
        ([3, 2, 1], 2),
        ([3, 3, None], 3),
        ([3, None, None], None),
    ],
)
def test_the_highest_level_counts_that_more_than_half_found_reached(levels, agreed):
    assert agreed_levels([said(each) for each in levels]) == (agreed,)


def test_of_an_outcome_that_most_have_not_found_there_is_no_level():
    assert agreed_levels([said(3), said(3, met=NOT_MET), said(3, met=NOT_MET)]) == (None,)


def test_the_agreed_levels_are_in_the_badge_and_the_others_are_not(tool, offer_id):
    application_id = steps.assessed(tool, offer_id, said(3, 2, 1, None), said(3, 3, None, None))
    steps.grant(tool, application_id)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    assert [(each["outcome"], each["level"], each["by"]) for each in award.outcome_levels] == [
        (1, 3, "assessors"),
        (2, 2, "assessors"),
    ]
    (credential,) = rows(tool, CredentialRow)
    signed = json.loads(credential.text)
    assert [level["en"] for _title, level in achieved_levels(signed)] == ["advanced", "proficient"]
    assert readers.results(signed)[-1]["en"] == "advanced (1 of 4), proficient (1 of 4)"
    assert tool.verify_own(credential.text).verdict == "verified"


def test_a_difference_about_a_level_alone_needs_no_third_assessor(tool, offer_id):
    application_id = steps.assessed(tool, offer_id, said(3, 3, 3, 3), said(1, 1, 1, 1))
    steps.grant(tool, application_id)
    (award,) = rows(tool, Award)
    assert {each["level"] for each in award.outcome_levels} == {1}


@pytest.mark.parametrize(
    "found",
    [said(4, 1, 1, 1), said(0, 1, 1, 1), said(-1, 1, 1, 1), said(3, 3, 3, 3, met=NOT_MET)],
)
def test_a_level_that_the_template_has_not_or_of_what_is_not_met_is_not_taken(tool, offer_id, found):
    application_id = steps.handed_in(tool, offer_id)
    (assessor,) = steps.appointed(tool, application_id, 1)
    with pytest.raises(PriorLearningError) as error:
        steps.assess(tool, application_id, assessor, found)
    assert error.value.code == "answers"


def test_what_was_said_before_there_were_levels_is_read_and_says_none(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    steps.grant(tool, application_id)
    run_due_jobs(tool)
    assert [award.outcome_levels for award in rows(tool, Award)] == [[]]
    (credential,) = rows(tool, CredentialRow)
    assert "achievedLevel" not in credential.text


def test_the_ledger_has_the_levels_once_they_are_revealed_and_not_before(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    first, second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, said(3, 3, 3, 3))
    assert rows(tool, ObservationRow) == []
    steps.assess(tool, application_id, second, said(1, 2, 3, None))
    seen = [row.value["levels"] for row in rows(tool, ObservationRow) if row.kind == PRIOR_LEARNING_ASSESSED]
    assert seen == [[3, 3, 3, 3], [1, 2, 3, None]]
