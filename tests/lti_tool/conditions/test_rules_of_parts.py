"""Activities, the course total, a last day, another badge: what each comes to, alone and beside others."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.conditions.decide import decide
from lti_tool.conditions.tree import (
    has_reason,
    is_readable,
    is_short,
    read_tree,
    tree_of,
    with_demands,
    written,
)
from lti_tool.observations import (
    ACTIVITY_COMPLETED,
    BADGE_HELD,
    CONFIRMED,
    COURSE_COMPLETED,
    FINAL_SCORE,
    RESULT,
    Facts,
    Observation,
)
from tests.fixtures import NOW
from tests.lti_tool.conditions.simulated_course import LINK, SimulatedCourse

DAY = timedelta(days=1)
QUIZ = {"condition": "activity_completed", "activity": "7", "name": "Quiz"}
SEVENTY = {"condition": "final_score_at_least", "minimum": "0.7"}
COURSE = {"condition": "course_completed"}
HOLDS = {"condition": "holds_badge", "badge": "a-b", "name": "First aid"}
LAST = datetime(2027, 6, 30, 20, 59, 59, tzinfo=UTC)
UNTIL = {"condition": "until", "until_on": "2027-06-30T23:59:59+03:00"}


def seen(kind, value, at=NOW, resource="", actor=None):
    return Observation(
        course=1, person=1, kind=kind, resource=resource, value=value, seen_at=at, source="x", actor=actor
    )


def activity(state="passed", at=NOW, waits="", completed_at=None, name="Quiz 1"):
    dated = completed_at.isoformat() if completed_at else None
    value = {"completed_at": dated, "state": state, "name": name, "waits": waits}
    return seen(ACTIVITY_COMPLETED, value, at, "7")


def total(score, at=NOW, waits="", graded_at=None):
    value = {"score": score, "graded_at": graded_at.isoformat() if graded_at else None, "waits": waits}
    return seen(FINAL_SCORE, value, at)


def course(completed_at, at=None):
    value = {"completed_at": completed_at.isoformat(), "waits": ""}
    return seen(COURSE_COMPLETED, value, at or completed_at)


def confirmed(at):
    return seen(CONFIRMED, value=True, at=at, resource=LINK, actor=2)


def come_to(rule, *own, now=NOW + DAY):
    return decide(tree_of(rule), Facts(person=1, resource=LINK, own=own, now=now))


def told(rule, *own, now=NOW + DAY):
    """The outcome, and the codes of the parts."""
    decision = come_to(rule, *own, now=now)
    return decision.outcome, [part.code for part in decision.trace.leaves()]


@pytest.mark.parametrize(
    ("own", "outcome", "code"),
    [
        ((), "not_yet", "not_completed"),
        ((seen(ACTIVITY_COMPLETED, None, resource="7"),), "not_yet", "not_completed"),
        ((activity("failed"),), "not_yet", "failed"),
        ((activity("unknown"),), "not_yet", "not_completed"),
        ((activity("complete"),), "earned", "completed"),
        ((activity("passed"),), "earned", "completed"),
        ((activity(waits="hidden"),), "not_yet", "hidden"),
        ((activity(waits="stale"),), "not_yet", "stale"),
        ((activity(waits="who knows"),), "not_yet", "not_shown"),
        ((activity("failed"), activity("passed", NOW + DAY)), "earned", "completed"),
        ((activity("passed"), activity("failed", NOW + DAY)), "earned", "completed"),
        ((activity("passed"), seen(ACTIVITY_COMPLETED, None, NOW + DAY, "7")), "earned", "completed"),
        ((seen(ACTIVITY_COMPLETED, activity().value, resource="8"),), "not_yet", "not_completed"),
    ],
)
def test_an_activity_counts_once_it_is_completed_for_all_to_see(own, outcome, code):
    assert told(QUIZ, *own) == (outcome, [code])


def test_the_first_date_of_an_activity_counts_and_its_name_is_the_last_one():
    early, late = NOW - DAY, NOW
    own = (activity(completed_at=early, waits="hidden"), activity(completed_at=late, name="Test", at=NOW))
    decision = come_to(QUIZ, *own)
    assert decision.completed_at == early
    assert decision.trace.values["name"] == "Test"
    assert come_to(QUIZ).trace.values["name"] == "Quiz"


@pytest.mark.parametrize(
    ("own", "outcome", "code"),
    [
        ((), "not_yet", "no_score"),
        ((total("0.7"),), "earned", "reached"),
        ((total("0.6999999999999999"),), "earned", "reached"),
        ((total("0.69999"),), "not_yet", "below"),
        ((total("0.9", waits="hidden"),), "not_yet", "hidden"),
        ((total("0.9", waits="stale"),), "not_yet", "stale"),
        ((total("0.9", waits="odd"),), "not_yet", "not_shown"),
        ((total("0.9"), total("0.5", NOW + DAY)), "not_yet", "below"),
        ((total("0.9"), seen(FINAL_SCORE, None, NOW + DAY)), "not_yet", "no_score"),
    ],
)
def test_the_last_course_total_counts_once_it_is_shown(own, outcome, code):
    assert told(SEVENTY, *own) == (outcome, [code])


def test_a_hidden_course_total_is_told_to_nobody():
    part = come_to(SEVENTY, total("0.9", waits="hidden")).trace
    assert "score" not in part.values


def test_the_total_that_counted_is_the_result_of_the_award():
    decision = come_to(SEVENTY, total("0.8", graded_at=NOW - DAY))
    assert (str(decision.score), decision.assessed_at) == ("0.8", NOW - DAY)


def held(at=NOW, until=None):
    value = {"awarded_at": at.isoformat(), "valid_until": until.isoformat() if until else None}
    return seen(BADGE_HELD, value, at, "a-b")


@pytest.mark.parametrize(
    ("own", "outcome", "code"),
    [
        ((), "not_yet", "not_held"),
        ((held(),), "earned", "held"),
        ((held(until=NOW + 2 * DAY),), "earned", "held"),
        ((held(until=NOW + DAY),), "not_yet", "expired"),
        ((held(), seen(BADGE_HELD, None, NOW + DAY, "a-b")), "not_yet", "no_longer"),
        ((seen(BADGE_HELD, held().value, resource="another"),), "not_yet", "not_held"),
    ],
)
def test_another_badge_counts_while_it_is_valid(own, outcome, code):
    assert told(HOLDS, *own) == (outcome, [code])


def by_the_last_day(*own, rule=COURSE, now=LAST + 30 * DAY):
    return told({"all": [rule, UNTIL]}, *own, now=now)


def test_what_was_done_on_the_last_day_counts_also_when_it_is_seen_later():
    assert by_the_last_day(course(LAST, at=LAST + 7 * DAY)) == ("earned", ["completed", "in_time"])
    late = course(LAST + timedelta(seconds=1), at=LAST + 7 * DAY)
    assert by_the_last_day(late) == ("not_yet", ["completed", "too_late"])


def test_until_the_last_day_is_over_there_is_time():
    assert by_the_last_day(now=LAST) == ("not_yet", ["not_completed", "not_over"])
    assert by_the_last_day(now=LAST + timedelta(seconds=1)) == ("not_yet", ["not_completed", "too_late"])
    assert by_the_last_day(course(LAST - DAY), now=LAST - DAY)[0] == "earned"


def test_a_grade_that_is_raised_after_the_last_day_takes_nothing_away():
    before = total("0.8", LAST - DAY, graded_at=LAST - DAY)
    raised = total("0.9", LAST + DAY, graded_at=LAST + DAY)
    assert by_the_last_day(before, raised, rule=SEVENTY)[0] == "earned"
    too_low = total("0.6", LAST - DAY, graded_at=LAST - DAY)
    assert by_the_last_day(too_low, raised, rule=SEVENTY) == ("not_yet", ["reached", "too_late"])


def test_a_result_without_a_date_counts_by_when_it_was_seen():
    result = {"score": "0.8", "points": "8", "maximum": "10", "graded_at": None}
    rule = {"condition": "result_at_least", "minimum": "0.7"}
    assert by_the_last_day(seen(RESULT, result, LAST, LINK), rule=rule)[0] == "earned"
    assert by_the_last_day(seen(RESULT, result, LAST + DAY, LINK), rule=rule)[0] == "not_yet"


def test_a_teacher_may_confirm_after_the_last_day_what_was_done_before_it():
    both = {"all": [COURSE, {"condition": "confirmed"}, UNTIL]}
    in_time = course(LAST - DAY)
    waiting = told(both, in_time, now=LAST + DAY)
    assert waiting == ("question", ["completed", "not_confirmed", "in_time"])
    done = told(both, in_time, confirmed(LAST + DAY), now=LAST + 2 * DAY)
    assert done == ("earned", ["completed", "confirmed", "in_time"])
    late = told(both, course(LAST + DAY), confirmed(LAST + 2 * DAY), now=LAST + 3 * DAY)
    assert late == ("not_yet", ["completed", "confirmed", "too_late"])


def test_what_came_between_two_looks_around_the_end_is_a_question():
    simulated = SimulatedCourse(now=LAST - timedelta(minutes=15))
    simulated.look(outside="AJ")
    simulated.look(inside="A", outside="J")
    rule = tree_of({"all": [{"condition": "link_opened_to_them"}, UNTIL]})
    assert simulated.asked_about(rule) == {"A": "around_the_end"}
    simulated.confirms("A")
    assert simulated.earned(rule) == "A"


def test_who_was_in_before_the_end_or_only_after_it_is_no_question():
    rule = tree_of({"all": [{"condition": "link_opened_to_them"}, UNTIL]})
    before = SimulatedCourse(now=LAST - timedelta(minutes=35))
    before.look(outside="AJ")
    before.look(inside="A", outside="J")
    before.look(inside="A", outside="J")
    before.look(inside="A", outside="J")
    assert (before.earned(rule), before.asked_about(rule)) == ("A", {})
    after = SimulatedCourse(now=LAST + timedelta(minutes=1))
    after.look(outside="AJ")
    after.look(inside="A", outside="J")
    assert (after.earned(rule), after.asked_about(rule)) == ("", {})
    assert after.code("A", rule) == "too_late"


@pytest.mark.parametrize("rule", [UNTIL, {"any": [COURSE, UNTIL]}, {"all": [UNTIL, UNTIL]}])
def test_a_last_day_with_nothing_to_be_done_by_then_gives_the_badge_to_nobody(rule):
    assert come_to(rule, now=LAST - DAY).outcome == "stands_still"


def test_one_of_several_is_enough_and_all_of_several_are_needed():
    rule = {"all": [COURSE, {"any": [QUIZ, SEVENTY]}]}
    assert come_to(rule, course(NOW)).outcome == "not_yet"
    assert come_to(rule, activity(), total("0.9")).outcome == "not_yet"
    assert come_to(rule, course(NOW), activity()).outcome == "earned"
    assert come_to(rule, course(NOW), total("0.9")).outcome == "earned"


@pytest.mark.parametrize(
    ("rule", "is_one"),
    [
        (COURSE, True),
        (HOLDS, True),
        ({"condition": "confirmed"}, True),
        (UNTIL, False),
        ({"condition": "not_before", "at": "2027-01-01T00:00:00+02:00"}, False),
        ({"all": [COURSE, UNTIL]}, True),
        ({"any": [COURSE, UNTIL]}, False),
        ({"any": [COURSE, {"all": [QUIZ, UNTIL]}]}, True),
        ({"all": [UNTIL, {"any": [UNTIL, UNTIL]}]}, False),
    ],
)
def test_a_day_alone_is_no_reason_for_a_badge(rule, is_one):
    assert has_reason(tree_of(rule)) == is_one


@pytest.mark.parametrize(
    "rule",
    [
        {"condition": "activity_completed"},
        {"condition": "activity_completed", "activity": None},
        {"condition": "activity_completed", "activity": ""},
        {"condition": "activity_completed", "activity": True},
        {"condition": "activity_completed", "activity": ["7"]},
        {"condition": "activity_completed", "activity": '7":null'},
        {"condition": "activity_completed", "activity": "7" * 201},
        {"condition": "final_score_at_least"},
        {"condition": "final_score_at_least", "minimum": "70"},
        {"condition": "final_score_at_least", "minimum": "NaN"},
        {"condition": "final_score_at_least", "minimum": "0.7", "link": "1"},
        {"condition": "holds_badge", "badge": None},
        {"condition": "holds_badge", "badge": {}},
        {"condition": "until", "until_on": None},
        {"condition": "until", "until_on": "2027-06-30"},
        {"condition": "until", "until_on": "2027-06-30T23:59:59"},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_never_met(rule):
    tree = read_tree(json.dumps({"all": [COURSE, rule]}))
    assert not is_readable(tree)
    own = (course(NOW), activity(), total("1"), held())
    assert come_to({"all": [COURSE, rule]}, *own).outcome == "stands_still"
    assert come_to({"any": [COURSE, rule]}, *own).outcome == "stands_still"


@pytest.mark.parametrize("rule", [QUIZ, QUIZ | {"activity": 7}, SEVENTY, HOLDS, UNTIL], ids=str)
def test_each_is_read_and_written(rule):
    tree = read_tree(json.dumps(rule))
    assert is_readable(tree)
    assert read_tree(written(tree)) == tree


def test_no_name_passes_for_a_rule_that_cannot_be_read():
    tree = tree_of(QUIZ | {"name": 'Quiz":null \\" \N{RIGHT-TO-LEFT OVERRIDE}'})
    assert is_readable(tree)
    assert '":null' not in written(tree) and "\\" not in written(tree)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in written(tree)


def test_the_short_form_knows_its_own_rules_and_leaves_parts_of_others_alone():
    sure = {"condition": "confirmed"}
    assert is_short(tree_of({"all": [COURSE, sure]})) and is_short(tree_of(SEVENTY))
    for rule in ({"all": [COURSE, UNTIL]}, {"all": [COURSE, HOLDS]}, {"any": [COURSE, QUIZ]}, sure):
        assert not is_short(tree_of(rule)), rule
    kept = with_demands(tree_of({"all": [COURSE, UNTIL, HOLDS, sure]}), [])
    assert kept == tree_of({"all": [COURSE, UNTIL, HOLDS]})
