"""What of a person goes, and when: counted from the day on which they were last seen enrolled, or the course ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lti_tool.observations import ROLE, Observation
from lti_tool.privacy.periods import Periods
from lti_tool.privacy.retention_plan import Enrolment, Kept, PersonFacts, plan
from tests.fixtures import NOW

PERIODS = Periods(members=timedelta(days=90), observations=timedelta(days=365))
DAY = timedelta(days=1)


def role(value, at, actor=None):
    return Observation(
        course=1, person=1, kind=ROLE, resource="", value=value, seen_at=at, source="x", actor=actor
    )


def enrolled(*roles, **changes):
    return Enrolment(
        **{
            "course_id": 1,
            "roles": roles or (role("learner", NOW),),
            "newest_at": NOW,
            "ended_at": None,
            "has_rule": True,
            "members_seen_at": NOW,
        }
        | changes
    )


def facts(*enrolments, awards=(), seen_at=None):
    return PersonFacts(person_id=1, seen_at=seen_at, enrolments=enrolments, awards=awards)


def at(days):
    return NOW + days * DAY


def test_whoever_is_enrolled_where_a_rule_is_loses_nothing_however_old_their_rows_are():
    for awards in ((), (Kept(award_id=5, years=1, counts_until=NOW),)):
        heard = enrolled(members_seen_at=at(9_990))
        assert plan(facts(heard, awards=awards), PERIODS, at(10_000)).is_empty


def test_a_platform_that_says_nothing_for_a_year_keeps_nobody_for_ever():
    assert plan(facts(enrolled()), PERIODS, at(364)).is_empty
    assert plan(facts(enrolled()), PERIODS, at(365)).is_forgotten


def test_who_has_left_is_forgotten_so_long_after_the_look_that_missed_them():
    left = enrolled(role("learner", NOW), role("absent", at(500)), newest_at=at(500))
    assert plan(facts(left), PERIODS, at(589)).is_empty
    assert plan(facts(left), PERIODS, at(590)).is_forgotten


def test_the_end_of_the_course_counts_not_the_date_of_the_row():
    over = enrolled(ended_at=at(400))
    assert plan(facts(over), PERIODS, at(489)).is_empty
    assert plan(facts(over), PERIODS, at(490)).is_forgotten


def test_where_no_rule_looks_any_more_the_last_list_counts():
    unwatched = enrolled(has_rule=False, members_seen_at=at(300))
    assert plan(facts(unwatched), PERIODS, at(389)).is_empty
    assert plan(facts(unwatched), PERIODS, at(390)).is_forgotten


def test_whoever_opened_the_tool_since_stays():
    over = enrolled(ended_at=at(10))
    assert plan(facts(over, seen_at=at(80)), PERIODS, at(169)).is_empty
    assert plan(facts(over, seen_at=at(80)), PERIODS, at(170)).is_forgotten


def test_another_course_that_goes_on_keeps_the_person():
    over, goes_on = enrolled(ended_at=NOW), enrolled(course_id=2, members_seen_at=at(1000))
    assert plan(facts(over, goes_on), PERIODS, at(1000)).is_empty


def test_who_was_staff_is_remembered_for_longer():
    left = enrolled(role("staff", NOW), role("absent", NOW))
    assert plan(facts(left), PERIODS, at(364)).is_empty
    assert plan(facts(left), PERIODS, at(365)).is_forgotten


def test_what_was_seen_of_somebody_with_a_badge_goes_and_the_badge_stays():
    award = Kept(award_id=5, years=None, counts_until=NOW)
    over = enrolled(ended_at=NOW)
    assert plan(facts(over, awards=[award]), PERIODS, at(364)).is_empty
    found = plan(facts(over, awards=[award]), PERIODS, at(365))
    assert (found.courses, found.but_staff, found.awards, found.is_forgotten) == (
        (1,),
        frozenset(),
        (),
        False,
    )


def test_that_somebody_was_staff_stays_while_the_course_goes_on():
    award = Kept(award_id=5, years=None, counts_until=NOW)
    left = enrolled(role("staff", NOW), role("absent", NOW))
    found = plan(facts(left, awards=[award]), PERIODS, at(365))
    assert (found.courses, found.but_staff) == ((1,), frozenset({1}))
    over = replace(left, ended_at=at(1))
    assert plan(facts(over, awards=[award]), PERIODS, at(366)).but_staff == frozenset()


def test_awards_go_after_the_issuers_years_and_never_before_the_badge_ends():
    over = enrolled(ended_at=NOW)
    short = Kept(award_id=5, years=2, counts_until=NOW)
    long = Kept(award_id=6, years=2, counts_until=at(1000))
    assert plan(facts(over, awards=[short, long]), PERIODS, at(2 * 365 - 2)).awards == ()
    found = plan(facts(over, awards=[short, long]), PERIODS, at(2 * 366))
    assert (found.awards, found.is_forgotten) == ((5,), False)
    found = plan(facts(over, awards=[short, long]), PERIODS, at(1000 + 2 * 366))
    assert (found.awards, found.is_forgotten) == ((5, 6), True)
