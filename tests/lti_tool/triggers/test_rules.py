"""What counts as having completed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.triggers.rules import Bar, Sighted, earns, everyone_can_open, looks_loosened, sighted, signal

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("score", "minimum", "earned"),
    [
        ("0.6", "0.6", True),
        ("0.59", "0.6", False),
        (None, "0.6", False),
        (None, None, True),
        ("0", "0", True),
    ],
)
def test_a_score_earns_from_the_minimum_on(score, minimum, earned):
    bar = Bar(minimum_score=Decimal(minimum) if minimum else None)
    assert earns(Decimal(score) if score else None, bar, NOW) is earned


def test_nothing_is_earned_before_the_teachers_date_or_while_paused():
    assert not earns(Decimal(1), Bar(not_before=LATER), NOW)
    assert earns(Decimal(1), Bar(not_before=LATER), LATER)
    assert not earns(Decimal(1), Bar(paused=True), NOW)


def test_the_way_from_outside_to_inside_is_a_signal():
    outside = sighted(Sighted(), inside=False, now=NOW)
    assert signal(outside, binds=True) is None
    inside = sighted(outside, inside=True, now=LATER)
    assert (inside.outside_at, inside.inside_at) == (NOW, LATER)
    assert signal(inside, binds=True) == "transition"


def test_whoever_was_inside_from_the_first_sight_waits():
    inside = sighted(Sighted(), inside=True, now=NOW)
    assert signal(inside, binds=True) is None
    assert signal(sighted(inside, inside=True, now=LATER), binds=True) is None


def test_a_learners_own_launch_counts_where_the_restriction_binds_somebody():
    opened = Sighted(inside_at=NOW, opened_at=LATER)
    assert signal(opened, binds=True) == "learner_launch"
    assert signal(opened, binds=False) is None


def test_staff_never_earn_by_being_seen():
    assert signal(Sighted(outside_at=NOW, inside_at=LATER, opened_at=LATER, staff=True), binds=True) is None


def test_a_restriction_added_later_begins_the_sightings_anew():
    before = Sighted(inside_at=NOW)
    outside = sighted(before, inside=False, now=LATER)
    assert (outside.outside_at, outside.inside_at) == (LATER, None)
    assert signal(sighted(outside, inside=True, now=LATER), binds=True) == "transition"


def test_many_at_once_with_nobody_left_outside_look_like_a_restriction_taken_away():
    assert looks_loosened(arrivals=30, outside=0)
    assert not looks_loosened(arrivals=30, outside=1)
    assert not looks_loosened(arrivals=1, outside=0)


def test_an_empty_course_is_not_one_that_everyone_can_open():
    assert everyone_can_open(["7"], [])
    assert not everyone_can_open([], [])
    assert not everyone_can_open(["7"], ["8"])


@given(st.lists(st.booleans(), max_size=12))
def test_only_a_way_in_ever_gives_a_transition(looks):
    seen = Sighted()
    for step, inside in enumerate(looks):
        seen = sighted(seen, inside=inside, now=NOW + timedelta(hours=step))
    came_in = bool(looks) and looks[-1] and False in looks
    assert (signal(seen, binds=True) == "transition") is came_in
