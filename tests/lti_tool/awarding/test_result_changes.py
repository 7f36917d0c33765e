"""Grades that change, or are cleared, after a badge was awarded by them."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from lti_tool.awarding import awards, looks, result_changes, rule_changes
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.observations import FINAL_SCORE
from lti_tool.sources import SOURCES
from lti_tool.sources.found import Answer, Found
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, Event, ObservationRow
from lti_tool.values import LineItem
from tests.fixtures import (
    ANNA,
    JANIS,
    NOW,
    ZANE,
    make_rule,
    results,
    run_due_jobs,
)

AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}
COLUMN = LineItem(
    id="https://moodle.example.org/items/4", label="Badge", score_maximum=Decimal(100), resource_link_id="1"
)


@pytest.fixture
def rule_id(tool, published, platform):
    platform.line_items = lambda url: (COLUMN,)
    return make_rule(tool, published, AT_LEAST_60)


@pytest.fixture
def grade(tool, platform, clock, rule_id):
    """A look ten minutes later, at these grades of 100 by person; None for one that was cleared."""

    def grade(*graded):
        clock.advance(minutes=10)
        platform.graded = results(*graded)
        assert looks.look(tool.store, platform, 1, clock()) is None
        run_due_jobs(tool)

    return grade


def changes(tool):
    """By name: the codes then and now, and whether it still reaches the minimum."""
    with tool.store.read() as session:
        return {
            each.award.person.name: (
                *((change.before["code"], change.now["code"]) for change in each.changes),
                each.still_met,
            )
            for each in result_changes.changes_in_course(session, 1, tool.clock())
        }


def leave(tool, person=ANNA, by=ZANE, seen_at=None):
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(person_id=person_id(session, person)).one()
        actor = events.person(None if by is None else person_id(session, by))
        found = result_changes.changes_in_course(session, 1, tool.clock())
        seen = seen_at or next((each.seen_at.isoformat() for each in found if each.award is award), "")
        result_changes.leave(session, award, seen, tool.clock(), actor)


def person_id(session, person):
    return queries.people.person_of(session, 1, person.user_id).id


def statuses(tool):
    with tool.store.read() as session:
        return [award.status for award in session.query(Award)]


LOWERED = {"Anna Bērziņa": (("reached", "below"), False)}


def test_a_grade_that_falls_below_the_minimum_is_told_and_revokes_nothing(tool, grade):
    grade((ANNA, "80"), (JANIS, "90"))
    assert changes(tool) == {}
    grade((ANNA, "30"), (JANIS, "90"))
    assert changes(tool) == LOWERED
    assert statuses(tool) == ["issued", "issued"]


@pytest.mark.parametrize("cleared", [[(ANNA, None)], []], ids=["cleared", "gone from the column"])
def test_a_grade_that_is_cleared_is_told_too(tool, grade, cleared):
    grade((ANNA, "80"))
    grade(*cleared)
    assert changes(tool) == {"Anna Bērziņa": (("reached", "cleared"), False)}
    assert statuses(tool) == ["issued"]


def test_a_grade_that_changes_and_still_reaches_the_minimum_is_told_as_such(tool, grade):
    grade((ANNA, "80"))
    grade((ANNA, "60"))
    assert changes(tool) == {"Anna Bērziņa": (("reached", "reached"), True)}


def test_a_grade_that_changes_back_is_as_it_was(tool, grade):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    grade((ANNA, "80.0"))
    assert changes(tool) == {}


def test_whoever_has_no_badge_is_not_told_of(tool, grade):
    grade((ANNA, "30"))
    grade((ANNA, "20"))
    assert changes(tool) == {}


def test_a_badge_that_was_revoked_needs_no_decision(tool, grade):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "a mistake", tool.clock())
    assert changes(tool) == {}


def test_what_a_teacher_has_left_is_told_again_only_when_it_changes_again(tool, grade):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    leave(tool)
    assert changes(tool) == {}
    grade((ANNA, "30"))
    assert changes(tool) == {}
    grade((ANNA, None))
    assert changes(tool) == {"Anna Bērziņa": (("reached", "cleared"), False)}
    assert statuses(tool) == ["issued"]


def test_to_leave_a_badge_is_an_observation_and_an_event_with_its_actor(tool, grade, clock):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    seen_at = clock()
    clock.advance(minutes=1)
    leave(tool)
    with tool.store.read() as session:
        zane, anna = person_id(session, ZANE), person_id(session, ANNA)
        row = session.query(ObservationRow).filter_by(kind="result_left").one()
        assert (row.person_id, row.actor_id, row.value) == (anna, zane, seen_at.isoformat())
        event = session.query(Event).filter_by(what="result_change_left").one()
        assert (event.actor_kind, event.actor, event.about_kind) == ("person", str(zane), "award")


def test_a_teacher_leaves_only_the_change_that_they_have_seen(tool, grade, clock):
    grade((ANNA, "80"))
    grade((ANNA, "59"))
    seen_at = clock().isoformat()
    grade((ANNA, "0"))
    for seen in (seen_at, "yesterday"):
        with pytest.raises(AwardStateError) as raised:
            leave(tool, seen_at=seen)
        assert raised.value.code == "changed_again"
    assert changes(tool) == LOWERED


def test_nobody_decides_about_their_own_badge(tool, grade):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    for by in (ANNA, None):
        with pytest.raises(NotAllowedError):
            leave(tool, by=by)
    assert changes(tool) == LOWERED


def test_a_change_of_the_rule_after_the_award_is_no_change_of_a_grade(tool, grade):
    """The award keeps the version it was decided by."""
    grade((ANNA, "80"))
    with tool.store.begin() as session:
        demands = [
            {"condition": "confirmed"},
            {"condition": "not_before", "at": (NOW + timedelta(days=30)).isoformat()},
        ]
        rule_changes.set_demands(session, session.get_one(AwardRule, 1), demands, None, tool.clock())
    grade((ANNA, "80"))
    assert changes(tool) == {}
    grade((ANNA, "30"))
    assert changes(tool) == LOWERED


@pytest.fixture
def total(tool, published, platform, clock, monkeypatch):
    """A look ten minutes later, at Anna's total of the course, of which her badge asks 60 %."""
    totals = []

    def look(asked, connection, known):
        value = {"score": totals[-1][0], "graded_at": None, "waits": totals[-1][1]}
        return Answer(found=[Found(user_id=ANNA.user_id, kind=FINAL_SCORE, value=value)])

    source = SimpleNamespace(NAME="totals", GIVES=frozenset({FINAL_SCORE}), RANK=1, look=look)
    monkeypatch.setitem(SOURCES, "totals", source)
    make_rule(tool, published, {"condition": "final_score_at_least", "minimum": "0.6"})

    def total(score, waits=""):
        totals.append((score, waits))
        clock.advance(minutes=10)
        assert looks.look(tool.store, platform, 1, clock()) is None
        run_due_jobs(tool)

    return total


def test_a_total_that_falls_below_the_minimum_is_told_and_one_that_goes_on_changing_is_not(tool, total):
    total("0.7")
    assert statuses(tool) == ["issued"]
    for score, waits in (("0.9", ""), ("0.61", ""), ("0.2", "hidden"), ("0.65", "")):
        total(score, waits)
        assert changes(tool) == {}
    total("0.59")
    assert changes(tool) == LOWERED
    leave(tool)
    assert changes(tool) == {}
    total("0.4")
    assert changes(tool) == LOWERED
    total("0.8")
    assert changes(tool) == {}
    assert statuses(tool) == ["issued"]
