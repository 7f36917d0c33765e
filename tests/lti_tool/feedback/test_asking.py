"""As what a learner is asked, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.errors import WrongSettingError
from lti_tool.feedback.asking import OPEN_FOR, audience_of
from lti_tool.issuing.feedback_policy import MOST_MONTHS, FeedbackPolicy, read_feedback_policy
from lti_tool.store.models import Award
from tests.fixtures import NOW

LATER = timedelta(days=183)
SECOND = timedelta(seconds=1)


def opened(ago, **marks):
    """An award whose badge was opened so long ago."""
    return Award(status="issued", claimed_at=NOW - ago, **marks)


@pytest.mark.parametrize(
    ("award", "audience"),
    [
        (Award(status="earned"), None),
        (Award(status="revoked"), None),
        (Award(status="issued"), "claim"),
        (Award(status="issued", feedback_closed=True), None),
        (opened(OPEN_FOR - SECOND), "claim"),
        (opened(OPEN_FOR), None),
        (opened(LATER - SECOND), None),
        (opened(LATER), "later"),
        (opened(LATER, feedback_closed=True), "later"),
        (opened(LATER, later_feedback_closed=True), None),
        (opened(LATER + OPEN_FOR - SECOND), "later"),
        (opened(LATER + OPEN_FOR), None),
    ],
    ids=range(12),
)
def test_as_what_a_learner_is_asked_follows_from_the_award(award, audience):
    assert audience_of(award, FeedbackPolicy(), NOW) == audience


def test_with_no_months_learners_are_never_asked_later():
    never = FeedbackPolicy(later_months=0)
    for days in (0, 91, 92, 183, 2000):
        assert audience_of(opened(timedelta(days=days)), never, NOW) == ("claim" if days < 92 else None)


def test_where_they_are_asked_soon_the_later_form_takes_the_place_of_the_first():
    soon = FeedbackPolicy(later_months=1)
    assert audience_of(opened(timedelta(days=29)), soon, NOW) == "claim"
    assert audience_of(opened(timedelta(days=30)), soon, NOW) == "later"
    assert audience_of(opened(timedelta(days=30), later_feedback_closed=True), soon, NOW) is None


def test_an_issuer_says_after_how_many_months():
    assert read_feedback_policy({}) == FeedbackPolicy(later_months=6)
    assert read_feedback_policy({"feedback": {"later_months": 0}}).later_after is None
    assert read_feedback_policy({"feedback": {"later_months": 12}}).later_after == timedelta(days=365)


@pytest.mark.parametrize("value", [-1, MOST_MONTHS + 1, 1.5, "6", True, None, [6]])
def test_what_is_no_number_of_months_is_refused(value):
    with pytest.raises(WrongSettingError) as refused:
        read_feedback_policy({"feedback": {"later_months": value}})
    assert (refused.value.pointer, refused.value.code) == ("/feedback/later_months", "out_of_range")


@pytest.mark.parametrize("table", [[], "x", {"months": 6}])
def test_a_table_with_anything_else_is_refused(table):
    with pytest.raises(WrongSettingError) as refused:
        read_feedback_policy({"feedback": table})
    assert refused.value.pointer == "/feedback"
